"""Captures of the F1 corpus: all of them, as they stand, and folders that are none."""

import re
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import f1, folder_format_of
from recproxy.recording import Recording, dump

CORPUS = Path(__file__).parents[1] / "functional/recordings/f1"
FOLDERS = sorted(path for path in CORPUS.iterdir() if path.is_dir())
HTTP = [path for path in FOLDERS if path.name.startswith("http-")]
SMTP = [path for path in FOLDERS if path.name.startswith("smtp-")]

#: The least that is a capture.
META = b'{"uri": "https://api.shop.example/v1/orders?page=2"}'
RESPONSE = b"HTTP/1.1 200 OK\nserver: hi\n\nbody\n"


def loaded(path):
    return f1.load({each.name: each.read_bytes() for each in path.iterdir()}, str(path))


def one(response=RESPONSE, request=None, meta=META, path="shop"):
    files = {"meta.json": meta, "response-0": response} | ({} if request is None else {"request-0": request})
    return f1.load(files, path)


def test_the_corpus_is_all_here():
    assert (len(HTTP), len(SMTP)) == (23, 3)


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_each_folder_is_told_by_its_files(path):
    assert folder_format_of(each.name for each in path.iterdir()).name == "f1"


@pytest.mark.parametrize("path", HTTP, ids=lambda path: path.name)
def test_status_headers_and_body_are_those_of_the_file(path):
    interactions = loaded(path).recording.interactions

    assert len(interactions) == len(list(path.glob("response-*")))
    for number, interaction in enumerate(interactions):
        head, body = re.split(rb"\r?\n\r?\n", (path / f"response-{number}").read_bytes(), maxsplit=1)
        first, *lines = head.splitlines()
        response = interaction.response
        assert b"HTTP/1.1 %d %s" % (response.status, response.reason) == first
        assert [b"%s: %s" % line for line in response.headers] == lines
        assert response.body in (body, body.removesuffix(b"\n"))


@pytest.mark.parametrize("path", HTTP, ids=lambda path: path.name)
def test_a_length_that_was_captured_holds_again(path):
    for interaction in loaded(path).recording.interactions:
        for message in (interaction.request, interaction.response):
            lengths = [int(value) for name, value in message.headers if name == b"content-length"]
            assert lengths in ([], [len(message.body)])


@pytest.mark.parametrize("path", HTTP, ids=lambda path: path.name)
def test_a_request_is_compared_where_it_was_captured(path):
    got = loaded(path)
    captured = list(path.glob("request-*"))

    assert got.recording.match_on == (None if captured else ("host",))
    assert [note.kind for note in got.notes] == ["synthesized"] * (0 if captured else len(got.recording.interactions))
    for file in captured:
        line = file.read_bytes().splitlines()[0].decode()
        request = got.recording.interactions[int(file.name.removeprefix("request-"))].request
        assert line == f"{request.method} /{request.url.split('/', 3)[3]}"


@pytest.mark.parametrize("path", SMTP, ids=lambda path: path.name)
def test_a_trace_of_smtp_is_a_conversation_for_any_mail(path):
    [got] = loaded(path).recording.interactions
    text = dump(Recording(interactions=(got,))).decode()

    assert got.request.url == "smtp://smtp.gmail.com:587"
    assert "> STARTTLS\n< 220 2.0.0 Ready to start TLS\n:tls\n> ehlo [192.168.0.9]\n" in text
    assert "> mail FROM:<XXX> size=" in text
    assert "> rcpt TO:<XXX>\n" in text
    assert text.endswith(
        {
            "smtp-smtp.gmail.com-send-recipient-syntax-error": "> rset\n< 250 2.1.5 Flushed wt14sm2727478icb.16\n=======\n",
            "smtp-smtp.gmail.com-send-server-disconnected": "> data\n:close\n=======\n",
            "smtp-smtp.gmail.com-send-successful": "> XXX\n< 250 2.0.0 OK 1299809086 19sm3001031ibx.1\n=======\n",
        }[path.name]
    )


def test_a_trace_with_what_was_asked_keeps_its_mail():
    trace = b"< 220 a\n> mail FROM:<a@b>\n< 250 a\n> data\n< 354 a\n> A: 1\n+ \n+ ..x\n+ .\n< 250 a"
    files = {"meta.json": b"{}", "smtp-trace": trace, "f1-request.json": b"{}"}

    [got] = f1.load(files, "smtp-mail.example-send-it").recording.interactions

    assert [step.data for step in got.steps[1:6:4]] == [b"mail FROM:<a@b>\r\n", b"A: 1\r\n\r\n.x\r\n"]


@pytest.mark.parametrize(
    ("trace", "path", "message"),
    [
        (b"< 220 a\nHELO\n", "smtp-a.b-send", "smtp-a.b-send: smtp-trace: line 2: expected '< '"),
        (b"+ 220 a\n", "smtp-a.b-send", "smtp-a.b-send: smtp-trace: line 1: expected '< '"),
        (b"< 220 a\n", "shop", "shop: smtp-trace: no host: name the folder"),
    ],
)
def test_a_trace_that_is_none_is_refused(trace, path, message):
    with pytest.raises(RecordingError) as caught:
        f1.load({"meta.json": b"{}", "smtp-trace": trace}, path)

    assert caught.value.message.startswith(message)


def test_carriage_returns_that_an_editor_took_are_put_back():
    path = CORPUS / "http-graph.facebook.com-send-successful"
    [got] = loaded(path).recording.interactions

    assert len((path / "request-0").read_bytes().partition(b"\n\n")[2]) == 473
    assert len(got.request.body) == 486
    assert b"\n" not in got.request.body.replace(b"\r\n", b"")


def test_a_line_end_that_an_editor_added_is_taken_away():
    [got] = loaded(CORPUS / "http-api.twitter.com-send-public-error-duplicate").recording.interactions

    assert got.response.body.endswith(b'duplicate."}')


def test_a_length_that_no_edit_explains_is_made_anew():
    [got] = one(b"HTTP/1.1 200 OK\ncontent-length: 7\n\nbody\n").recording.interactions

    assert got.response.body == b"body\n"
    assert got.response.headers == ((b"content-length", b"5"),)


def test_a_response_without_a_length_ends_with_its_connection():
    [got] = one().recording.interactions

    assert got.response.framing == "close"


def test_two_responses_without_requests_are_told_by_their_content_location():
    got = loaded(CORPUS / "http-graph.facebook.com-auth-successful").recording.interactions

    assert [interaction.request.url for interaction in got] == [
        "https://graph.facebook.com/oauth/access_token",
        "https://graph.facebook.com/me",
    ]


def test_the_address_of_meta_goes_before_the_name_of_the_folder():
    [got] = loaded(CORPUS / "http-social.yahooapis.com-send-404-not-on-accelerator").recording.interactions

    assert got.request.url == "http://mail.yahooapis.com/ws/mail/v1.1/jsonrpc"


def test_the_name_of_the_folder_gives_the_host_where_nothing_else_does():
    [got] = one(meta=b"{}", path="/corpus/http-api.shop.example-send-failure").recording.interactions

    assert (got.request.method, got.request.url) == ("POST", "https://api.shop.example/")


def test_a_query_that_is_not_compared_is_not_kept():
    assert one().recording.interactions[0].request.url == "https://api.shop.example/v1/orders"


def test_where_one_request_of_two_is_missing_neither_is_compared():
    files = {"meta.json": META, "request-0": b"GET /a\n\n", "response-0": RESPONSE, "response-1": RESPONSE}
    got = f1.load(files, "shop")

    assert got.recording.match_on == ("host",)
    assert [note.kind for note in got.notes] == ["synthesized", "lost"]


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"meta.json": b"{"}, "meta.json: Expecting property name"),
        ({"meta.json": b"[" * 100_000}, "meta.json: nested too deeply"),
        ({"meta.json": b"\xff"}, "meta.json: 'utf-8' codec"),
        ({"meta.json": b"[]"}, "meta.json: expected an object whose 'uri' is a string"),
        ({"meta.json": b'{"uri": 1}'}, "meta.json: expected an object whose 'uri' is a string"),
        ({"meta.json": b'{"uri": "https://[a/"}'}, "response-0: Invalid IPv6 URL"),
        ({"meta.json": b"{}"}, "response-0: no host: give meta.json a 'uri'"),
        ({"response-0": b""}, "response-0: line 1: expected a status line, found b''"),
        ({"response-0": b"HTTP/1.1 100 Continue\n\n"}, "response-0: 100 is not the status of a final response"),
        ({"response-0": b"HTTP/1.1 200 OK\nno header\n\n"}, "response-0: line 2: expected a header or a blank line"),
        ({"request-0": b"GET\n\n"}, "request-0: line 1: expected METHOD PATH, found b'GET'"),
        ({"request-1": b"GET /\n\n"}, "request-1 has no response-1"),
        ({"response-2": RESPONSE}, "response-1: is missing; responses are numbered from 0 without a gap"),
    ],
)
def test_a_folder_that_is_no_capture_is_told_in_one_line(files, wanted):
    with pytest.raises(RecordingError) as caught:
        f1.load({"meta.json": META, "response-0": RESPONSE} | files, "shop")

    assert caught.value.message.startswith(f"shop: {wanted}")
    assert "\n" not in caught.value.message
