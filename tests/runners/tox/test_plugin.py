"""Real tox, with the plugin: what commands see, what installs do not, and how an environment ends."""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from namespaces import need_namespaces

from recproxy.runners.tox.plugin import Plugin

from .conftest import INI, RECORDING, TOML


def said_by_app(done):
    return [line for line in done.stdout.splitlines() if line.startswith(("app", "shop "))]


def test_a_replay_answers_the_commands_and_shows_its_table(tox):
    done = tox.run()

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app mode replay", "shop recorded"]
    assert "recproxy   shop     replay       1         0       0       0" in done.stderr


def test_a_miss_fails_an_environment_whose_commands_passed(tox):
    tox.write("tox.toml", TOML + '[env.functional-replay]\nrecproxy_report = ["{env_name}.json", "github"]\n')
    done = tox.run("-e", "functional-replay", "-x", "env.functional-replay.set_env=ITEM=other")

    assert done.returncode == 3
    assert said_by_app(done) == ["app mode replay", "shop 599"]
    assert "recproxy: miss: this request to shop was never recorded" in done.stderr
    assert "\nto record it: tox -e functional-record -- shop\n" in done.stderr
    assert "functional-replay: FAIL code 3" in done.stdout
    assert json.loads((tox.root / "functional-replay.json").read_text())["exit_code"] == 3
    assert "title=recproxy%3A miss::GET " in done.stderr


@pytest.mark.parametrize("name", ["py-functional-replay", "functional-replay-py", "replay", "py-replay"])
def test_a_name_that_carries_a_mode_is_run_in_it(tox, name):
    done = tox.run("-e", name)

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app mode replay", "shop recorded"]


def test_a_product_in_env_list_has_its_modes(tox):
    tox.write("tox.toml", TOML.replace('["functional-replay"]', '["py-functional-replay", "py-functional-live"]'))

    done = tox.run(SHOP_KEY="value")

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app mode replay", "shop recorded"]
    assert "py-functional-live: skipped because recproxy: py-functional-live asks real services" in done.stdout


@pytest.mark.parametrize("name", ["functional", "functional-replays"])
def test_a_name_that_carries_something_like_a_mode_fails_and_runs_nothing(tox, name):
    tox.write("tox.toml", TOML + f"[env.{name}]\n")

    done = tox.run("-e", name)

    assert done.returncode == 1
    assert said_by_app(done) == []
    assert f"recproxy: environment '{name}' carries no mode" in done.stdout


def test_a_mode_that_is_said_outweighs_the_name(tox):
    tox.write("tox.toml", TOML + '[env.functional]\nrecproxy_mode = "off"\n[env.docs-live]\nrecproxy_mode = "off"\n')

    done = tox.run("-e", "functional,docs-live")

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app mode None", "app mode None"]


@pytest.mark.parametrize("words", [("-f", "functional"), ("-e", "ALL"), ("-m", "everything")])
def test_words_that_select_never_ask_real_services(tox, words, origin):
    labels = '[labels]\neverything = ["functional-replay", "functional-record", "functional-live"]\n'
    tox.write("tox.toml", (tox.root / "tox.toml").read_text() + labels)
    done = tox.run(*words, SHOP_KEY="value")

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app mode replay", "shop recorded"]
    assert origin == []
    for mode in ("record", "live", *(["verify"] if "ALL" in words else [])):
        assert f"functional-{mode}: skipped because recproxy: functional-{mode} asks real services" in done.stdout
        assert f"tox -e functional-{mode}" in done.stdout


def test_a_failing_command_keeps_its_code(tox):
    done = tox.run("-e", "functional-replay", "-x", "env.functional-replay.set_env=ITEM=other\nCODE=7")

    assert done.returncode == 7
    assert "recproxy: miss:" in done.stderr


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        (("shop", "bank", "--", "-k", "x"), "app -k x mode replay"),
        (("-k", "shop"), "app -k shop mode replay"),
        (("shop",), "app all mode replay"),
        (("shop", "--"), "app mode replay"),
    ],
)
def test_leading_words_name_profiles_and_the_command_sees_the_others(tox, words, seen):
    tox.write("tox.toml", TOML.replace("extend = true", 'default = ["all"], extend = true'))

    done = tox.run("-e", "functional-replay", "--", *words)

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done)[0] == seen


def test_an_unknown_bare_word_is_an_error_that_lists_the_known(tox):
    done = tox.run("-e", "functional-replay", "--", "shp")

    assert done.returncode == 1
    assert said_by_app(done) == []
    assert (
        "functional-replay: failed with recproxy: 'shp' is not a profile of this suite, which has shop, bank "
        "(nearest: shop); write arguments for the test command after a second --: tox -e functional-replay -- -- shp\n"
    ) in done.stdout


def test_other_environments_beside_keep_all_words(tox):
    tox.write("tox.toml", TOML + "[env.unit]\n")

    done = tox.run("-e", "unit,functional-replay", "--", "shop", "--", "-k", "x")

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app shop -- -k x mode None", "app -k x mode replay", "shop recorded"]


def test_exec_runs_its_command_in_the_run(tox):
    done = tox.run("exec", "-e", "functional-replay", "--", sys.executable, "app.py", "shop")

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app shop mode replay", "shop recorded"]
    assert "recproxy   shop     replay       1" in done.stderr


def test_recording_needs_the_credentials_and_says_where_tox_keeps_them(tox):
    missing = tox.run("-e", "functional-record")
    kept = tox.run("-e", "functional-record", "--", "shop", SHOP_KEY="value")

    assert (missing.returncode, kept.returncode) == (1, 1)
    assert "profile 'shop' cannot be run in mode record: set SHOP_KEY in the environment\n" in missing.stdout
    assert "; set outside, but not passed: name SHOP_KEY in pass_env\n" in kept.stdout
    assert said_by_app(missing) == said_by_app(kept) == []


def test_one_profile_can_be_live_while_the_others_replay(tox):
    done = tox.run("-e", "functional-live", "--", "bank")

    assert said_by_app(done) == ["app mode live", "shop recorded"]
    assert "recproxy   shop     replay       1" in done.stderr
    assert "recproxy   bank     live " in done.stderr


def test_auto_is_the_mode_of_all_profiles(tox):
    words = ("-x", "env.functional-replay.recproxy_mode=auto", "-e", "functional-replay")

    done = tox.run(*words, CI="1", TOX_LIST_DEPENDENCIES="0")

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done)[0] == "app mode replay"
    assert "mode auto is that of all profiles: name none, or use record" in tox.run(*words, "--", "shop").stdout


def test_an_unknown_profile_fails_in_one_line_that_names_where_it_was_looked_for(tox):
    done = tox.run("-x", "env.functional-replay.recproxy_profiles=shop,bnk", "-e", "functional-replay")

    assert done.returncode == 1
    assert "failed with recproxy: unknown profile 'bnk': known are " in done.stdout
    assert "(recproxy of tox's own environment)" in done.stdout
    assert said_by_app(done) == []


def test_without_tests_nothing_is_started(tox):
    done = tox.run("run", "--notest", "-e", "functional-replay")

    assert done.returncode == 0
    assert "recproxy   shop" not in done.stderr


def test_a_run_in_a_run_is_refused(tox):
    done = tox.run("-e", "functional-replay", RECPROXY_CONTROL="http://127.0.0.1:1")

    assert done.returncode == 1
    assert "this already runs under recproxy (RECPROXY_CONTROL is set): call tox without it" in done.stdout


def test_installs_never_see_what_the_commands_see(tox):
    """An installer of our own in pip's place writes down its environment."""
    spy = "import os, sys; open('installed.txt', 'a').write('\\n'.join(sorted(os.environ)))"
    tox.write("spy.py", spy)
    tox.write(
        "tox.toml",
        TOML
        + '[env.functional-replay]\ndeps = ["anything"]\ninstall_command = ["PYTHON", "{tox_root}/spy.py", "{packages}"]\n',
    )

    done = tox.run("-r")

    assert done.returncode == 0, done.stdout + done.stderr
    names = set((tox.root / "installed.txt").read_text().split()) - {*os.environ}
    assert "TOX_ENV_NAME" in names
    assert names & {"RECPROXY_MODE", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE", "SHOP_BASE_URL"} == set()


INSTALLS = """
deps = ["anything"]
install_command = ["PYTHON", "-c", "import pathlib; pathlib.Path('installed.txt').touch()", "{packages}"]
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-e", "functional-record"), "profile 'shop' cannot be run in mode record: set SHOP_KEY in the environment\n"),
        (("-e", "functional-live", "--", "shop"), "profile 'shop' cannot be run in mode live: set SHOP_KEY"),
        (("-x", "env.functional-replay.recproxy_record=shop"), "profile 'shop' cannot be run in mode record: set"),
        (("-e", "functional-replay", "--", "shp"), "'shp' is not a profile of this suite, which has shop, bank"),
        (("-x", "env.functional-replay.recproxy_mode=reply"), "recproxy_mode is 'reply': give it off, auto"),
        (("-f", "live"), "functional-live asks real services, so it runs only when it is named"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_installed(tox, words, said):
    names = ("replay", "record", "live")
    tox.write("tox.toml", TOML + "".join(f"[env.functional-{name}]\n{INSTALLS}" for name in names))

    done = tox.run("-r", *words)

    assert said in done.stdout
    assert said_by_app(done) == []
    assert not (tox.root / "installed.txt").exists()


def test_an_installation_alone_needs_no_credentials(tox):
    tox.write("tox.toml", f"{TOML}[env.functional-record]\n{INSTALLS}")

    done = tox.run("run", "-r", "--notest", "-e", "functional-record")

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tox.root / "installed.txt").exists()


def test_an_ini_works_alike(tox):
    (tox.root / "tox.toml").unlink()
    tox.write("tox.ini", INI)

    done = tox.run("-e", "functional-replay", "--", "shop", "-k", "x")

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == ["app -k x mode replay", "shop recorded"]


def test_a_project_below_the_root_is_that_of_its_commands(tox):
    tox.write("part/recproxy.toml", (tox.root / "recproxy.toml").read_text())
    tox.write("part/tests/functional/recordings/shop/default.rec", "#recproxy 2\n")
    tox.write("part/app.py", (tox.root / "app.py").read_text())
    tox.write("tox.toml", TOML + '[env.functional-replay]\nchange_dir = "{tox_root}/part"\n')

    done = tox.run()

    assert done.returncode == 3
    assert "part/tests/functional/recordings/shop/default.rec" in done.stderr


#: Past all variables and the redirect, whose network it is and what the shop answers.
BARE = """
import http.client, os, sys
print("app", os.readlink("/proc/self/ns/net") == sys.argv[1])
link = http.client.HTTPConnection("api.shop.example", timeout=20)
link.request("GET", "/item")
print("shop", link.getresponse().read().decode())
"""


@pytest.mark.parametrize(
    ("key", "project", "isolated"),
    [
        ("recproxy_isolate = true", "", True),
        ("", "isolate = true", True),
        ("recproxy_isolate = false", "isolate = true", False),
    ],
)
def test_commands_are_isolated_where_the_environment_or_the_project_says_so(tox, key, project, isolated):
    need_namespaces()
    tox.write("recproxy.toml", f"{project}\n{(tox.root / 'recproxy.toml').read_text()}")
    tox.write("bare.py", BARE)
    network = os.readlink("/proc/self/ns/net")
    command = f'commands = [["PYTHON", "-I", "-S", "bare.py", "{network}"]]'
    tox.write("tox.toml", f"{TOML}[env.functional-replay]\n{key}\n{command if isolated else ''}\n")

    done = tox.run()

    assert done.returncode == 0, done.stdout + done.stderr
    assert said_by_app(done) == (["app False", "shop recorded"] if isolated else ["app mode replay", "shop recorded"])
    assert "recproxy   shop     replay       1" in done.stderr
    assert "namespace_entry" not in done.stdout + done.stderr


def test_an_isolated_command_must_be_allowed_like_any_other(tox):
    need_namespaces()
    tox.write(
        "tox.toml",
        TOML.replace('["*"]', "[]")
        + '[env.functional-replay]\nrecproxy_isolate = true\ncommands = [["/bin/sh", "-c", "exit 0"]]\n',
    )

    done = tox.run()

    assert done.returncode == 1
    assert "is not allowed, use allowlist_externals to allow it" in done.stdout


def test_a_system_that_refuses_isolation_fails_the_environment_in_one_line(tox):
    tox.write("recproxy.toml", f"isolate_ports = ['443']\n{(tox.root / 'recproxy.toml').read_text()}")
    need_namespaces()

    done = tox.run("-x", "env.functional-replay.recproxy_isolate=true")

    assert done.returncode == 1
    assert "failed with recproxy: isolate_ports: 443 cannot be relayed" in done.stdout
    assert said_by_app(done) == []


@pytest.fixture
def origin(tox):
    """What the real shop was asked; the project leads to it."""
    asked = []

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer = b"anew"
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    configuration = (tox.root / "recproxy.toml").read_text()
    tox.write("recproxy.toml", f'{configuration}[profiles.shop.upstream]\naddress = "{address}"\n')
    tox.write("tox.toml", TOML.replace("[env_run_base]", '[env_run_base]\npass_env = ["SHOP_KEY", "CODE"]'))
    yield asked
    server.shutdown()
    server.server_close()


def test_verify_takes_the_place_of_the_commands_and_writes_nothing(tox, origin):
    recording = tox.root / "tests/functional/recordings/shop/default.rec"

    done = tox.run("-e", "functional-verify", "--", "shop", "--values", SHOP_KEY="value")

    assert done.returncode == 1
    assert said_by_app(done) == []
    assert origin == ["/item"]
    assert "    body  recorded -> anew\n" in done.stdout
    assert recording.read_text() == RECORDING


def test_a_recording_replaces_the_one_before_where_the_commands_passed(tox, origin):
    recording = tox.root / "tests/functional/recordings/shop/default.rec"
    before = recording.read_text()

    failed = tox.run("-e", "functional-record", "--", "shop", SHOP_KEY="value", CODE="7")
    kept = recording.read_text()
    passed = tox.run("-x", "env.functional-replay.recproxy_record=shop", SHOP_KEY="value")

    assert failed.returncode == 7
    assert said_by_app(failed) == ["app mode record", "shop anew"]
    assert kept == before
    assert "recproxy: kept the old recording; the captured traffic is in " in failed.stderr
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert said_by_app(passed) == ["app mode record", "shop anew"]
    assert "\nanew\n" in recording.read_text()
    assert origin == ["/item", "/item"]
    assert "recproxy   shop     record       0         1" in passed.stderr


def test_what_is_recorded_is_proven_where_the_key_says_so(tox, origin):
    text = (tox.root / "tox.toml").read_text()
    tox.write("tox.toml", text.replace("[env_run_base]", "[env_run_base]\nrecproxy_prove = true"))

    done = tox.run("-e", "functional-record", "--", "shop", SHOP_KEY="value")

    assert done.returncode == 0, done.stdout + done.stderr
    assert origin == ["/item"]  # the proof asks nobody
    assert "recproxy: proof: it replays: same result" in done.stdout + done.stderr


def test_a_proof_of_several_commands_is_refused_in_one_line(tox, origin):
    text = (tox.root / "tox.toml").read_text().replace("[env_run_base]", "[env_run_base]\nrecproxy_prove = true")
    tox.write("tox.toml", f'{text}\n[env.functional-record]\ncommands = [["python", "-V"], ["python", "-V"]]\n')

    done = tox.run("-e", "functional-record", "--", "shop", SHOP_KEY="value")

    assert done.returncode != 0
    assert "recproxy_prove needs one command in functional-record, which has 2" in done.stdout + done.stderr
    assert origin == []


def test_words_are_asked_for_as_the_version_of_tox_asks_for_them():
    """Some versions of tox know `program_first`, others do not."""

    class Older:
        pos_args = staticmethod(lambda to_path: (str(to_path), "x"))

    class Newer:
        pos_args = staticmethod(lambda to_path, *, program_first=False: (str(to_path), str(program_first)))

    older, newer = SimpleNamespace(conf=Older()), SimpleNamespace(conf=Newer())
    Plugin().tox_add_core_config(None, older)
    Plugin().tox_add_core_config(None, newer)

    assert older.conf.pos_args(None) == ("None", "x")
    assert newer.conf.pos_args(None, program_first=True) == ("None", "True")
