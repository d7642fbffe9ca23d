"""`recproxy import`: what it writes, what it tells, and what it leaves alone."""

import importlib.util
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from verbs import verbs_of

from recproxy.cli import shared_work
from recproxy.cli.main import _recproxy
from recproxy.errors import RecproxyError
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.reading import read_recording

DATA = Path(__file__).parents[1] / "formats" / "data"
TOKEN = "made" + "-up-t0ken-1"
CASSETTE = """interactions:
- request:
    method: GET
    uri: https://{host}/item?id=1
    headers: {{Authorization: [Bearer {token}]}}
    body: null
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Type: [text/plain]}}
    body: {{string: hello}}
version: 1
"""
HTTPX = """interactions:
- request: {method: GET, uri: 'https://api.shop.example/', headers: {}, body: ''}
  response: {status_code: 200, content: hello, headers: {}, http_version: HTTP/1.1}
version: 1
"""
PROJECT = """
[tool.recproxy.profiles.shop]
credentials = ["SHOP_KEY"]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
[tool.recproxy.profiles.bank]
[[tool.recproxy.profiles.bank.endpoints]]
hosts = ["bank.example"]
"""
BROKEN = {
    "truncated.yaml": "interactions:\n- request: {method: GET",
    "mistyped.yaml": "interactions: 7\n",
    "cyclic.yaml": "interactions: &a [*a]\n",
    "object.yaml": "interactions: !!python/object/apply:os.system ['touch made']\n",
    "deep.json": '{"interactions": ' + "[" * 100_000,
    "broken.har": '{"log": [}',
    "broken.toml": "[[responses]]\n[",
    "traversal.yaml": CASSETTE.format(host="../../etc", token="x").replace("https://", "file://"),
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "cassettes").mkdir()
    return tmp_path


def run(*words):
    """Exit code, standard output, standard error, as a user sees them."""
    result = CliRunner().invoke(_recproxy, ["import", *map(str, words)])
    if isinstance(result.exception, RecproxyError):
        return result.exception.exit_code, result.stdout, f"recproxy: {result.exception.message}\n"
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def cassette(project, name, host="api.shop.example", text=CASSETTE):
    path = project / "cassettes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(host=host, token=TOKEN) if text is CASSETTE else text)
    return path


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_folder_of_cassettes_becomes_recordings_without_secrets(project):
    cassette(project, "a.yaml")
    cassette(project, "sub/b.yaml")
    code, out, err = run("cassettes", "--profile", "shop", "--to", "out")

    assert code == 0
    assert out.splitlines() == [
        "cassettes/a.yaml (vcrpy) -> out/a.rec new: 1 interaction, all exact, 1 redacted (authorization)",
        "cassettes/sub/b.yaml (vcrpy) -> out/sub/b.rec new: 1 interaction, all exact, 1 redacted (authorization)",
    ]
    assert err == "2 interactions of 2 files: 2 exact, 0 synthesized, 0 lost\n"
    assert TOKEN not in (project / "out/a.rec").read_text()
    got = read_recording("out/a.rec")
    assert (got.match_on, got.repeat) == (("method", "scheme", "host", "port", "path", "query"), "miss")


def test_lines_of_a_recording_lose_their_secrets_and_a_name_with_one_is_refused(project):
    named = f"test_login[ghp_{'a1B2c3D4e5' * 4}]"
    shop = f"GET https://api.shop.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n# token={TOKEN}x\n"
    cassette(project, "a.rec", text=f"#recproxy 2\n# api_key={TOKEN}y\n\n:scope {named}\n{shop}")
    cassette(project, f"{named}.yaml")

    run("cassettes/a.rec", "--profile", "shop", "--to", "out")
    code, _, err = run(f"cassettes/{named}.yaml", "--profile", "shop", "--to", "out")

    text = (project / "out/a.rec").read_text()
    assert [line for line in text.splitlines() if line.startswith(("# ", ":scope"))] == [
        "# api_key=XXX",
        ":scope test_login[XXX]~" + text.partition("~")[2][:2],
        "# token=XXX",
    ]
    assert code != 0
    assert (
        err.splitlines()[0]
        == "recproxy: test_login[XXX]: the name of the recording would hold a secret: rename the file"
    )
    assert files(project / "out") == ["a.rec"]


def test_two_tokens_that_were_handed_out_stay_two_and_one_stays_plain(project):
    answers = [
        {"access_token": "one" + TOKEN, "refresh_token": "solo" + "-9876-zyxw-5432"},
        {"access_token": "two" + TOKEN, "was": "one" + TOKEN},
    ]
    text = CASSETTE.format(host="api.shop.example", token=TOKEN).partition("version")[0]
    first, second = (text.replace("{string: hello}", f"{{string: '{json.dumps(each)}'}}") for each in answers)
    cassette(project, "a.yaml", text=first + second.removeprefix("interactions:\n") + "version: 1\n")

    run("cassettes", "--profile", "shop", "--to", "out")

    bodies = [json.loads(each.response.body) for each in read_recording("out/a.rec").interactions]
    assert bodies == [
        {"access_token": "XXX[access_token]", "refresh_token": "XXX"},
        {"access_token": "XXX[access_token.2]", "was": "XXX[access_token]"},
    ]


def test_the_values_of_credentials_are_redacted_wherever_they_stand(project, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "hello-very-secret")
    path = cassette(project, "a.yaml")
    path.write_text(path.read_text().replace("hello", "hello-very-secret"))
    run("cassettes", "--profile", "shop", "--to", "out")

    assert "very-secret" not in (project / "out/a.rec").read_text()


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_receipt_holds_no_secret(project, monkeypatch, words):
    monkeypatch.setenv("SHOP_KEY", "the-value-of-a-key")
    answer = {"status": {"code": 200}, "headers": {}, "body": {"string": ""}}
    good = {"method": "GET", "uri": "https://api.shop.example/", "headers": {"Set-Cookie: a=very-secret-0123": "b"}}
    bad = {"method": "GET", "uri": "the-value-of-a-key/x"}
    for name, asked in (("a.json", good), ("b.json", bad)):
        cassette(project, name, text=json.dumps({"interactions": [{"request": asked, "response": answer}]}))
    printed = str(run("cassettes", "--profile", "shop", "--to", "out", *words))

    assert "a header whose name is none: 'Set-Cookie...'" in printed.replace("\\", "")
    assert "'XXX/x' is not an absolute" in printed.replace("\\", "")
    assert "very-secret" not in printed
    assert "the-value" not in printed


def test_a_receipt_says_what_http_has_no_place_for(project):
    answer = {"status": {"code": 304}, "headers": {"HTTP/1.1 200 OK": [""]}, "body": {"string": "hello"}}
    asked = {"method": "GET", "uri": "https://api.shop.example/", "headers": {"Bad Name": ["x"]}}
    cassette(project, "a.json", text=json.dumps({"interactions": [{"request": asked, "response": answer}]}))
    code, out, err = run("cassettes", "--profile", "shop", "--to", "out")

    assert code == 1
    assert out.splitlines()[1:] == [
        "  lost: a header whose name is none: 'Bad...' (interaction 1)",
        "  synthesized: the reason phrase 'Not Modified' (interaction 1)",
        "  lost: a header whose name is none: 'HTTP...' (interaction 1)",
        "  lost: a body of 5 bytes, which the answer to GET with status 304 does not have (interaction 1)",
    ]
    assert err == "1 interaction of 1 file: 0 exact, 1 synthesized, 3 lost\n"


def test_importing_twice_changes_nothing(project):
    cassette(project, "a.yaml")
    run("cassettes", "--profile", "shop", "--to", "out")
    before = (project / "out/a.rec").stat()
    code, out, _ = run("cassettes", "--profile", "shop", "--to", "out")

    assert (code, " -> out/a.rec unchanged: " in out.splitlines()[0]) == (0, True)
    assert (project / "out/a.rec").stat().st_mtime_ns == before.st_mtime_ns
    assert files(project / "out") == ["a.rec"]


def test_what_is_there_is_overwritten_only_by_force(project):
    cassette(project, "a.yaml")
    cassette(project, "b.yaml")
    (project / "out").mkdir()
    (project / "out/b.rec").write_text("mine")
    code, _, err = run("cassettes", "--profile", "shop", "--to", "out")

    assert code == 2
    assert "recproxy: out/b.rec: exists and would change; pass --force to overwrite it\n" in err
    assert files(project / "out") == ["b.rec"]
    assert (project / "out/b.rec").read_text() == "mine"
    assert run("cassettes", "--profile", "shop", "--to", "out", "--force")[0] == 0
    assert files(project / "out") == ["a.rec", "b.rec"]


@pytest.mark.parametrize("more", [(), ("--force",), ("--dry-run",)])
def test_two_sources_of_one_name_never_become_one_recording(project, more):
    cassette(project, "one/a.yaml")
    other = cassette(project, "two/a.yaml")
    other.write_text(other.read_text().replace("hello", "goodbye"))
    code, _, err = run("cassettes/one", "cassettes/two", "--profile", "shop", "--to", "out", *more)

    assert code == 2
    assert (
        "out/a.yaml.rec: another source has the same name: import them separately, each with its own --to folder\n"
        in err
    )
    assert not (project / "out").exists()


def test_hosts_decide_where_no_profile_is_named(project):
    cassette(project, "a.yaml")
    cassette(project, "b.yaml", host="bank.example")
    code, _, _ = run("cassettes", "--to", "out")

    assert code == 0
    assert files(project / "out") == ["bank/b.rec", "shop/a.rec"]


def test_no_folder_for_each_profile_comes_below_the_folder_of_one(project):
    cassette(project, "a.yaml")
    folder = "tests/functional/recordings/shop"
    code, out, err = run("cassettes", "--to", folder)

    assert (code, out, files(project)) == (2, "", ["cassettes/a.yaml", "pyproject.toml"])
    assert err == (
        f"recproxy: --to {folder} is where the recordings of profile 'shop' are: add --profile shop, or give "
        "--to tests/functional/recordings, below which each profile gets a folder\n"
    )
    assert run("cassettes", "--to", folder, "--profile", "shop")[0] == 0
    assert files(project / "tests") == ["functional/recordings/shop/a.rec"]


def test_a_host_of_nobody_is_lost_and_said_so(project):
    cassette(project, "a.yaml", host="nobody.example")
    code, out, _ = run("cassettes", "--to", "out")

    assert code == 1
    assert out.splitlines()[1:] == [
        "  lost: host nobody.example belongs to no profile: name one with --profile (interaction 1)"
    ]


def test_a_host_that_the_named_profile_lacks_is_told(project):
    cassette(project, "a.yaml", host="nobody.example")
    code, out, _ = run("cassettes", "--to", "out", "--profile", "shop")

    assert code == 0
    assert "  beware: host nobody.example does not belong to profile shop: add it to the profile (interaction 1)" in out


def test_what_was_made_up_is_told_and_is_no_loss(project):
    cassette(project, "a.yaml", text=HTTPX)
    code, out, err = run("cassettes", "--profile", "shop", "--to", "out")

    assert code == 0
    assert out.splitlines()[0] == "cassettes/a.yaml (vcrpy) -> out/a.rec new: 1 interaction, 0 exact"
    assert "  synthesized: the reason phrase 'OK' (interaction 1)" in out
    assert "1 synthesized" in err


def test_what_was_lost_is_told_and_fails(project):
    entry = {
        "request": {"method": "GET", "url": "https://api.shop.example/", "headers": []},
        "response": {"status": 200, "statusText": "OK", "headers": [], "content": {"size": 7}},
    }
    cassette(project, "a.har", text=json.dumps({"log": {"entries": [entry]}}))
    code, out, _ = run("cassettes", "--profile", "shop", "--to", "out")

    assert code == 1
    assert "  lost: the body of 7 bytes, which the file does not hold" in out
    assert files(project / "out") == ["a.rec"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_or_hostile_file_is_one_line_and_nothing_is_written(project, name):
    cassette(project, "good.yaml")
    cassette(project, name, text=BROKEN[name])
    code, _, err = run("cassettes", "--profile", "shop", "--to", "out")

    assert code == 2
    assert [line for line in err.splitlines() if line.startswith("recproxy: ")][0].startswith(
        f"recproxy: cassettes/{name}: "
    )
    assert len(err.splitlines()) == 2
    assert "Traceback" not in err
    assert files(project) == sorted(["pyproject.toml", "cassettes/good.yaml", f"cassettes/{name}"])
    assert not [path for path in project.iterdir() if path.name.startswith(".recproxy")]


def test_files_of_other_kinds_are_passed_over_in_a_folder_and_refused_by_name(project):
    cassette(project, "a.yaml")
    cassette(project, "README.md", text="words")

    code, out, _ = run("cassettes", "--profile", "shop", "--to", "out")
    assert (code, out.splitlines()[0]) == (0, "cassettes/README.md: skipped, unknown format")
    code, _, err = run("cassettes/README.md", "--profile", "shop", "--to", "out")
    assert code == 2
    assert "cassettes/README.md: has an unknown format" in err


def test_a_dry_run_tells_and_writes_nothing(project):
    cassette(project, "a.yaml")
    code, out, err = run("cassettes", "--profile", "shop", "--to", "out", "--dry-run")

    assert code == 0
    assert " -> out/a.rec would be new: " in out
    assert err.endswith("nothing was written\n")
    assert not (project / "out").exists()


def test_the_receipt_for_machines(project):
    cassette(project, "a.yaml", text=HTTPX)
    code, out, _ = run("cassettes", "--profile", "shop", "--to", "out", "--json")

    assert code == 0
    assert json.loads(out) == [
        {
            "source": "cassettes/a.yaml",
            "format": "vcrpy",
            "interactions": 1,
            "exact": 0,
            "targets": [{"path": "out/a.rec", "profile": "shop", "interactions": 1, "state": "new"}],
            "notes": [{"kind": "synthesized", "where": "interaction 1", "text": "the reason phrase 'OK'"}],
            "redacted": {},
            "passed_over": False,
            "what": "",
            "problem": "",
        }
    ]


def test_placeholders_are_filled_in(project):
    text = CASSETTE.format(host="api.shop.example", token="x").replace("id=1", "id=<ID>").replace("hello", "<ID> <V>")
    cassette(project, "a.yaml", text=text)
    run("cassettes", "--profile", "shop", "--to", "out", "--placeholder", "<ID>", "--placeholder", "<V>=value")
    [got] = read_recording("out/a.rec").interactions

    assert got.request.url == "https://api.shop.example/item?id=XXX[ID]"
    assert got.response.body == b"XXX[ID] value"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gone", "--to", "out"), "gone: no such file or folder"),
        (("cassettes", "--to", "out", "--profile", "shpo"), "unknown profile 'shpo'"),
        (("cassettes", "--to", "out", "--placeholder", "=x"), "--placeholder =x: write TEXT or TEXT=VALUE"),
        (("cassettes", "--to", "pyproject.toml"), "pyproject.toml: is not a folder"),
    ],
)
def test_a_wrong_word_is_one_line(project, words, message):
    code, _, err = run(*words)

    assert code == 2
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_body_that_may_hold_a_secret_and_cannot_be_read_is_not_written(project, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "hello-very-secret")
    text = CASSETTE.format(host="api.shop.example", token="x").replace(
        "Content-Type: [text/plain]", "Content-Encoding: [compress]"
    )
    text = text.replace("string: hello", "string: !!binary AAECAw==")
    cassette(project, "a.yaml", text=text)
    code, out, _ = run("cassettes", "--profile", "shop", "--to", "out")

    assert code == 1
    assert "  lost: " in out
    assert read_recording("out/a.rec").interactions == ()


@pytest.mark.parametrize(
    ("entries", "code", "lost"),
    [([], 0, 0), ([{"request": {"method": "GET", "url": "file:///a", "headers": []}, "response": {}}], 1, 1)],
    ids=["nothing", "what is no HTTP"],
)
def test_one_file_without_an_interaction_becomes_an_empty_recording(project, entries, code, lost):
    cassette(project, "a.har", text=json.dumps({"log": {"version": "1.2", "entries": entries}}))

    done = run("cassettes/a.har", "--profile", "shop", "--to", "out")

    assert (done[0], done[2]) == (code, f"0 interactions of 1 file: 0 exact, 0 synthesized, {lost} lost\n")
    assert read_recording("out/a.rec").interactions == ()


def test_the_whole_corpus_of_a_real_project_comes_over(project):
    shutil.copytree(DATA / "vcrpy" / "tweepy", project / "tweepy")
    code, _, err = run("tweepy", "--profile", "shop", "--to", "out")

    assert code == 0
    assert err == "65 interactions of 40 files: 56 exact, 9 synthesized, 0 lost\n"
    assert len(files(project / "out")) == 40


def test_it_is_a_verb_of_the_command():
    assert {"import", "export"} <= set(verbs_of())


def test_the_transcript_of_the_page_is_what_is_printed(project):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "move-from-vcrpy.md").read_text(encoding="utf-8")
    [transcript] = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for name in ("test_client_get_me.yaml", "testsavedsearches.json"):
        shutil.copy(DATA / "vcrpy" / "tweepy" / name, project / "cassettes")
    code, out, err = run("cassettes", "--profile", "shop", "--to", "tests/functional/recordings/twitter")

    assert code == 0
    assert [line for line in out.splitlines() if "beware" not in line] + err.splitlines() == transcript.splitlines()


def test_a_large_cassette_needs_little_memory(tmp_path):
    """The whole size is in tests/bench: 100 MB need 1.3 times their size, vcrpy's own load 4.4 times."""
    spec = importlib.util.spec_from_file_location("bench", Path(__file__).parents[1] / "bench" / "import_cassette.py")
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    bench.make(tmp_path / "large.yaml", 100, 50_000)
    (tmp_path / "profile.toml").write_text(bench.PROFILE)
    _, _, above, _ = bench.measured(bench.IMPORT, tmp_path / "large.yaml", tmp_path / "profile.toml", tmp_path / "out")

    assert len(read_recording(str(tmp_path / "out" / "large.rec")).interactions) == 100
    assert above < 4 * (tmp_path / "large.yaml").stat().st_size


def test_a_recording_of_2011_becomes_one_of_today_and_answers_for_any_host(project):
    shutil.copy(DATA / "rec" / "test_send.rec", project / "cassettes")
    code, _, err = run("cassettes", "--profile", "shop", "--to", "out")
    [got] = read_recording("out/test_send.rec").interactions
    index = Index((read_recording("out/test_send.rec"),), Rules())
    body = got.request.body.replace(b"XXX", b"1")
    live = replace(got.request, url="http://api.shop.example/statuses/update.json", body=body, wild=None)

    assert (code, err) == (0, "1 interaction of 1 file: 1 exact, 0 synthesized, 0 lost\n")
    assert got.request.url == "https://XXX/statuses/update.json"
    assert index.find(live).tiers == ((0,),)
    code, out, _ = run("cassettes", "--to", "out")
    assert code == 1
    assert "  lost: a path without a host belongs to no profile: name one with --profile (interaction 1)\n" in out


def test_a_folder_names_what_it_holds_and_is_not_read(project):
    cassette(project, "a.yaml")
    (project / "cassettes" / "b.json").write_text('{"mappings": []}')
    (project / "cassettes" / "c.txt").write_text("dear diary")
    code, out, _ = run("cassettes", "--profile", "shop", "--to", "out", "--dry-run")

    assert code == 0
    assert "cassettes/b.json: skipped, a WireMock stub mapping is not read\n" in out
    assert "cassettes/c.txt: skipped, unknown format\n" in out


def test_each_notice_and_each_refusal_is_said_once_with_a_count(project):
    for number in range(7):
        cassette(project, f"{number}.yaml", host="nobody.example")

    code, out, err = run("cassettes", "--profile", "shop", "--to", "out")
    told = [line for line in out.splitlines() if "nobody.example" in line]
    assert (code, len(told)) == (0, 1), out + err
    assert told[0].startswith("  beware in 7 files: host nobody.example does not belong to profile shop: ")
    assert told[0].endswith("; cassettes/4.yaml, interaction 1, ...)")

    for number in range(7):
        (project / f"out/{number}.rec").write_text("mine")
    code, _, err = run("cassettes", "--profile", "shop", "--to", "out")
    assert code == 2
    assert err.splitlines()[0] == (
        "recproxy: 7 files: exists and would change; pass --force to overwrite it "
        "(out/0.rec, out/1.rec, out/2.rec, out/3.rec, out/4.rec, ...)"
    )


def test_several_processes_import_a_large_cassette_as_one_does(project, monkeypatch):
    uses = CASSETTE.replace("item?id=1", f"{TOKEN}/item").replace("Bearer {token}", "none")
    broken = CASSETTE.replace("Content-Type: [text/plain]", "Content-Encoding: [compress]")
    broken = broken.replace("string: hello", "string: !!binary AAECAw==")
    cassette(project, "a.yaml", text=_together(uses, CASSETTE, broken, uses, CASSETTE.replace("hello", TOKEN)))
    alone = run("cassettes", "--profile", "shop", "--to", "out"), (project / "out/a.rec").read_bytes()
    assert alone[0][0] == 1 and TOKEN.encode() not in alone[1], alone

    monkeypatch.setattr(shared_work, "_LEAST", 1)
    monkeypatch.setattr(shared_work, "_processors", lambda: 3)
    shutil.rmtree(project / "out")
    together = run("cassettes", "--profile", "shop", "--to", "out"), (project / "out/a.rec").read_bytes()

    assert together == alone


def test_several_processes_import_many_cassettes_as_one_does(project, monkeypatch):
    uses = CASSETTE.replace("item?id=1", f"{TOKEN}/item").replace("Bearer {token}", "none")
    lost = CASSETTE.format(host="nobody.example", token="x")
    for number, text in enumerate((uses, CASSETTE, lost, uses, BROKEN["truncated.yaml"], CASSETTE, uses)):
        cassette(
            project,
            f"{number}.yaml",
            text=text.format(host="api.shop.example", token=TOKEN) if TOKEN in text or text is CASSETTE else text,
        )
    cassette(project, "two/0.yaml", text=lost)
    told = []
    for broken in (True, False):
        if not broken:
            (project / "cassettes/4.yaml").unlink()
        for processes in (1, 3):
            monkeypatch.setattr(shared_work, "_LEAST", 1)
            monkeypatch.setattr(shared_work, "_processors", lambda count=processes: count)
            shutil.rmtree(project / "out", ignore_errors=True)
            said = run("cassettes", "--to", "out")
            written = {name: (project / "out" / name).read_bytes() for name in files(project / "out")}
            told.append((said, run("cassettes", "--to", "out"), written))

    assert told[0] == told[1] and told[2] == told[3]
    assert (told[0][0][0], len(told[0][2])) == (2, 0), told[0]
    assert (told[2][0][0], len(told[2][2])) == (1, 5), told[2]
    assert not any(TOKEN.encode() in text for text in told[2][2].values())
    assert not [path for path in project.iterdir() if path.name.startswith(".recproxy-")]


def _together(*cassettes):
    """The interactions of several cassettes as those of one."""
    return "interactions:\n" + "".join(
        text.format(host="api.shop.example", token=TOKEN).removeprefix("interactions:\n").removesuffix("version: 1\n")
        for text in cassettes
    )


def test_what_one_cassette_shows_to_be_secret_is_masked_in_the_others(project):
    uses = CASSETTE.replace("item?id=1", f"{TOKEN}/item").replace("Bearer {token}", "none")
    for name, text in (("a.yaml", uses), ("b.yaml", CASSETTE), ("c.yaml", uses)):
        (project / "cassettes" / name).write_text(text.format(host="api.shop.example", token=TOKEN))

    for _ in range(2):
        assert run("cassettes", "--profile", "shop", "--to", "out")[0] == 0

        written = [(project / "out" / f"{name}.rec").read_text() for name in "abc"]
        assert [text.count("/XXX/item") for text in written] == [1, 0, 1]
        assert [text for text in written if TOKEN in text] == []
