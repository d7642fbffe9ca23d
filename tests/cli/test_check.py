"""`recproxy check` in a project."""

import json

import pytest
from command_line import recproxy

GOOD = "#recproxy 2\n\nGET https://a.example/x HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhello\n=======\n"
CONFIG = '[tool.recproxy]\nmax_age = 30\n[tool.recproxy.profiles.shop]\n[[tool.recproxy.profiles.shop.endpoints]]\nhosts = ["a.example"]\n'


@pytest.fixture
def check(tmp_path):
    (tmp_path / "pyproject.toml").write_text(CONFIG)
    folder = tmp_path / "tests/functional/recordings/shop"
    folder.mkdir(parents=True)

    def run(text, *words):
        (folder / "one.rec").write_text(text)
        words = words or ("check", "--json")
        return recproxy(*words, folder=tmp_path)

    return run


def kinds(done):
    assert done.returncode == 1, done.stderr
    return [(row["kind"], row["line"]) for row in json.loads(done.stdout)]


def test_a_good_recording_passes(check):
    done = check(GOOD)

    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_a_file_that_does_not_parse(check):
    assert kinds(check(GOOD.replace("=======\n", ""))) == [("unreadable", 9)]


def test_recordings_that_steal_from_each_other(check):
    first = GOOD.replace("GET https://a.example/x", "POST https://a.example/x?a=XXX&b=1")
    second = first.replace("a=XXX&b=1", "a=2&b=XXX").partition("\n\n")[2]

    assert kinds(check(f"{first}\n{second}")) == [("steals", 11)]


def interaction(what, body="", response="hello", head="", above=""):
    head = f"{head}\n" if head else ""
    return f"{above}{what} HTTP/1.1\n{head}\n{body}\n====\nHTTP/1.1 200 OK\n\n{response}\n=======\n"


def recording(*interactions):
    return "#recproxy 2\n\n" + "\n".join(interactions)


REFRESH = "POST https://a.example/token"
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "interactions",
    [
        pytest.param(
            (
                interaction(REFRESH, "refresh_token=XXX", "refresh_token=XXX[refresh_token]", FORM),
                interaction(REFRESH, "refresh_token=XXX[refresh_token]", "done", FORM),
            ),
            id="a refreshed token",
        ),
        pytest.param(
            (interaction("POST https://a.example/", "one"), interaction("POST https://a.example/", "XXX one", "2")),
            id="in recorded order each gets its own",
        ),
        pytest.param(
            (
                interaction("GET https://a.example/", above=":scope one\n"),
                interaction("GET https://a.example/", response="2", above=":scope two\n"),
            ),
            id="two tests",
        ),
        pytest.param(
            (
                interaction("GET https://a.example/?n=1", above=":match_on method, path\n\n"),
                interaction("GET https://a.example/?n=2", response="2"),
            ),
            id="a difference where the recording does not look",
        ),
    ],
)
def test_what_replays_in_recorded_order_is_no_problem(check, interactions):
    done = check(recording(*interactions))

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_a_better_fit_does_not_steal(check):
    first = GOOD.replace("GET https://a.example/x", "POST https://a.example/x?a=XXX&b=1")
    second = first.replace("a=XXX", "a=2").partition("\n\n")[2]

    assert check(f"{first}\n{second}").returncode == 0


def test_a_wild_word_that_swallows_the_body(check):
    text = GOOD.replace("GET", "POST").replace("HTTP/1.1\n\n====", "HTTP/1.1\n\nXXX\n====", 1)

    assert kinds(check(text)) == [("swallows", 3)]


def test_a_host_of_another_service_can_never_match(check):
    assert kinds(check(GOOD.replace("a.example", "b.example"))) == [("never", 3)]


def test_a_literal_of_imap_that_was_edited_and_not_counted(check):
    said = "< * OK ready\n> A1 FETCH 1 BODY[]\n< * 1 FETCH (BODY[] {90}\n+ hello)\n< A1 OK x\n"

    assert kinds(check(f"#recproxy 2\n\nIMAP imap://a.example:143\n{said}=======\n")) == [("never", 6)]


def test_an_interaction_that_is_too_old(check):
    assert kinds(check(GOOD.replace("GET", ":recorded 2020-01-01\nGET"))) == [("age", 4)]


def test_a_secret_that_slipped_in(check):
    done = check(GOOD.replace("HTTP/1.1\n\n====", "HTTP/1.1\nAuthorization: Bearer abc.def-1234567890\n\n====", 1))

    assert kinds(done) == [("secret", 4)]
    assert "abc.def" not in done.stdout


@pytest.mark.parametrize(
    ("folder", "start"), [("", "tests/functional/recordings/shop"), ("tests", "functional/recordings/shop")]
)
def test_check_and_scan_name_files_and_lines_alike_from_where_one_stands(check, tmp_path, folder, start):
    check(GOOD.replace("HTTP/1.1\n\n====", "HTTP/1.1\nAuthorization: Bearer abc.def-1234567890\n\n====", 1))
    broken = tmp_path / "tests/functional/recordings/shop/two.rec"
    broken.write_text("#recproxy 2\n\nnonsense\n")
    here = tmp_path / folder

    checked = recproxy("check", folder=here)
    scanned = [recproxy("scan", str(path), folder=here) for path in (tmp_path, start.partition("/")[0])]

    place = f"{start}/one.rec:4: "
    unreadable = f"{start}/two.rec:3: "
    assert [line.partition(" ")[0] for line in checked.stdout.splitlines()] == [place.strip(), unreadable.strip()]
    assert checked.stdout.splitlines()[0].endswith(f": recproxy scan --fix {start}/one.rec")
    assert [each.stdout for each in scanned] == [f"{place}authorization in request header Authorization\n"] * 2
    assert all(f"recproxy: {unreadable}expected a request line" in each.stderr for each in scanned)

    recproxy("scan", "--fix", f"{start}/one.rec", folder=here)
    assert f"{start}/one.rec" not in recproxy("check", folder=here).stdout


def test_people_get_lines_and_a_sum(check):
    done = check(GOOD.replace("a.example", "b.example"), "check")

    assert "one.rec:3: never: host 'b.example' is not in the profile: a.example" in done.stdout
    assert done.stderr == "recproxy: 1 recording, 1 problem\n"


def test_a_path_that_is_not_there_is_named(check):
    done = check(GOOD, "check", "nowhere")

    assert done.returncode == 2
    assert done.stderr == "recproxy: nowhere: no such file or folder\n"


@pytest.mark.parametrize(
    ("project", "hint"), [("", "record a test first (recproxy docs record)"), ("s3://b/c", "run recproxy pull")]
)
def test_a_project_without_recordings_is_told_what_to_do(tmp_path, project, hint):
    (tmp_path / "recproxy.toml").write_text(f'recordings = "{project}"\n' if project else "")

    for words in (["check"], ["check", "--orphans"], ["scan"], ["verify", "bitly"]):
        done = recproxy(*words, folder=tmp_path)
        wanted = f"recproxy: no recordings yet: tests/functional/recordings does not exist: {hint}\n"
        assert (done.returncode, done.stderr) == (2, wanted), words


CASSETTE = {
    "interactions": [
        {
            "request": {"method": "GET", "uri": "https://b.example/", "headers": {}},
            "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "hello"}},
        }
    ]
}


def test_a_file_of_another_tool_has_no_lines_to_name(check):
    told = check(json.dumps(CASSETTE), "check").stdout
    assert "one.rec: never: host 'b.example'" in told


FOREIGN = (
    "interactions:\n- request:\n    body: null\n    headers: {Authorization: [Bearer made-up-t0ken-1]}\n"
    "    method: GET\n    uri: https://a.example/\n"
    "  response:\n    body: {string: ok}\n    headers: {}\n    status: {code: 200, message: OK}\nversion: 1\n"
)


def test_files_of_other_tools_in_a_folder_are_checked_too(check, tmp_path):
    folder = tmp_path / "cassettes"
    folder.mkdir()
    (folder / "a.yaml").write_text(FOREIGN)
    (folder / "b.har").write_text('{"log": 7}')
    (folder / "notes.txt").write_text("nothing to see")

    done = check(GOOD, "check", "cassettes")

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "cassettes/a.yaml:4: secret: authorization in request header Authorization: remove it with its own tool, or import it",
        "cassettes/b.har: unreadable: log must be a mapping, not int; mend the file",
    ]
    assert done.stderr == "recproxy: 2 recordings, 2 problems, 1 file of unknown format\n"
