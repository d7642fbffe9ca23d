"""Messages of a WebSocket as lines, and back; wrong lines are refused by their number."""

import pytest

from recproxy.errors import RecordingError
from recproxy.recording import Act, Interaction, Recording, Request, Response, Step, dump, load, locate, pack, unpack

HEAD = b"""#recproxy 2

GET wss://a.example/s HTTP/1.1

====
HTTP/1.1 101 Switching Protocols

"""
END = b"=======\n"
LONG = b'{"type":"price","values":[1,2,3],"name":"' + b"a" * 60 + b'"}'


def written(*steps, wild=None):
    interaction = Interaction(
        request=Request(method="GET", url="wss://a.example/s", wild=wild),
        response=Response(status=101, reason=b"Switching Protocols", wild=wild),
        steps=steps,
    )
    text = dump(Recording(interactions=(interaction,)))
    for read in (load, locate):
        assert read(text).interactions[0].steps == steps
    assert unpack(pack(interaction)).steps == steps
    assert dump(load(text)) == text
    return text.removeprefix(HEAD).removesuffix(END)


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        (Step(Act.SERVER, b"hello"), b"< hello\n"),
        (Step(Act.CLIENT, b""), b">\n"),
        (Step(Act.CLIENT, b" "), b">  \n"),
        (Step(Act.CLIENT, b"a\n\nb\n"), b"> a\n+\n+ b\n+\n"),
        (Step(Act.SERVER, b"=======\n:close\n#"), b"< =======\n+ :close\n+ #\n"),
        (Step(Act.SERVER, b"a\r\n"), b":base64\n< YQ0K\n"),
        (Step(Act.SERVER, b"\0" * 60), b":base64\n< " + b"A" * 76 + b"\n+ AAAA\n"),
        (Step(Act.SERVER, b"\0\1", binary=True), b":binary base64\n< AAE=\n"),
        (Step(Act.SERVER, b"text", binary=True), b":binary\n< text\n"),
        (Step(Act.SERVER, omitted=20_000_000), b":omitted 20000000\n<\n"),
        (Step(Act.CLIENT, omitted=20_000_000, binary=True), b":binary omitted 20000000\n>\n"),
        (Step(Act.SERVER, b"late", delay=0.25, fault="reset"), b":delay 0.25\n:fault reset\n< late\n"),
        (Step(Act.CLOSE, b"full", code=4001), b":close 4001 full\n"),
        (Step(Act.CLOSE), b":close\n"),
        (Step(Act.CLOSE, code=1000, delay=2.0), b":delay 2\n:close 1000\n"),
        (Step(Act.LEAVE, b"base64 x", code=1000), b":leave 1000 base64 YmFzZTY0IHg=\n"),
        (Step(Act.PING), b":ping\n"),
        (Step(Act.PING, b"\0\xff"), b":ping base64 AP8=\n"),
        (Step(Act.RESET), b":reset\n"),
    ],
)
def test_a_step_has_one_form(step, lines):
    assert written(step) == lines


@pytest.mark.parametrize("binary", [False, True])
def test_long_json_is_written_over_lines(binary):
    lines = written(Step(Act.CLIENT, LONG, binary=binary)).splitlines()

    assert lines[:4] == [b":binary json" if binary else b":json", b"> {", b'+   "type": "price",', b'+   "values": [']


def test_long_json_with_a_wildcard_without_quotes_is_written_over_lines():
    lines = written(Step(Act.CLIENT, LONG.replace(b'"price"', b"XXX[kind]")), wild="XXX").splitlines()

    assert lines[:4] == [b":json", b"> {", b'+   "type": XXX[kind],', b'+   "values": [']


def test_a_wild_word_that_a_message_holds_is_another():
    interaction = Interaction(
        request=Request(method="GET", url="wss://a.example/s", wild=None),
        response=Response(status=101, wild=None),
        steps=(Step(Act.CLIENT, b"XXXL"),),
    )

    text = dump(Recording(interactions=(interaction,)))

    assert text.count(b":wild ZZZ\n") == 2
    assert load(text).interactions[0].steps == interaction.steps


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"hello\n", "x.rec:8: expected a line of a WebSocket's messages, found 'hello'"),
        (b":tls\n", "x.rec:8: expected a directive of a message, found ':tls'; known are :base64, :binary,"),
        (b":base64\n:json\n< {}\n", "x.rec:9: expected one :json for a message, found ':json'"),
        (b":base64\n" + END, "x.rec:9: expected a line of a WebSocket's messages"),
        (b":base64\n< a\n", "x.rec:9: expected lines of ':base64', found invalid base64"),
        (b":base64\n< /w==\n", "x.rec:9: expected lines of ':base64', found a text message is UTF-8"),
        (b":json\n< {\n+ x\n", "x.rec:10: expected lines of ':json'"),
        (b":json odd\n< {}\n", "x.rec:8: expected a directive like ':json spaced'"),
        (b":binary odd\n< a\n", "x.rec:8: expected a directive like ':binary base64'"),
        (b":omitted 5\n< a\n", "x.rec:9: expected lines of ':omitted 5'"),
        (b":close x\n", "x.rec:8: expected a directive like ':close 1000 bye'"),
        (b":close 999\n", "x.rec:8: expected a directive like ':close 1000 bye'"),
        (b":reset now\n", "x.rec:8: expected a directive like ':reset'"),
        (b":ping " + b"a" * 126 + b"\n", "x.rec:8: expected a directive like ':ping'"),
        (b":base64\n:close\n", "x.rec:9: expected a directive like ':close 1000 bye'"),
        (b":fault reset\n> a\n", "x.rec:9: expected what the server says"),
        (b":fault reset\n:leave\n", "x.rec:9: expected a directive like ':leave 1000'"),
        (b":fault odd\n< a\n", "x.rec:8: expected a directive like ':fault reset after 100'"),
        (b":delay soon\n< a\n", "x.rec:8: expected a directive like ':delay 0.25'"),
        (b"<hello\n", "x.rec:8: expected a line of a WebSocket's messages"),
        (b"< a\n+b\n", "x.rec:9: expected a blank after the mark"),
        (b"< a\x07\n", "x.rec:8: expected lines without control characters"),
        (b"< a\n", "x.rec:9: expected '=======', found the end of the file"),
        (b"<<<<<<< HEAD\n", "x.rec:8: expected a merged file"),
    ],
)
def test_what_is_no_message_is_refused_by_its_line(lines, message):
    for read in (load, locate):
        with pytest.raises(RecordingError) as raised:
            read(HEAD + lines, path="x.rec")

        assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    "step",
    [
        Step(Act.TLS),
        Step(Act.RESET, b"x"),
        Step(Act.CLOSE, b"x"),
        Step(Act.CLOSE, code=99),
        Step(Act.PING, b"a" * 126),
        Step(Act.CLIENT, b"a", fault="reset"),
        Step(Act.CLIENT, b"a", omitted=5),
        Step(Act.CLIENT, b"\xff"),
    ],
)
def test_what_has_no_form_is_refused(step):
    with pytest.raises(ValueError, match="."):
        written(step)
