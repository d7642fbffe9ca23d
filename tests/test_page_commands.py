"""Every command that README and the guides show is run: here, in a reader's project, or by the test that is named.

The project has what the guides take for granted: tests that post to Twitter, their recordings, cassettes, an application.
The real services are stand-ins on loopback. Tutorials are done whole in test_tutorial.py.
"""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds
from pictures import README_ENVIRONMENT, standing_for_twitter
from plugins import WITHOUT_PLUGINS

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
PAGES = {path.stem: path for path in (ROOT / "README.md", *sorted((ROOT / "docs/how-to").glob("*.md")))}

#: What begins commands that other tests run as they stand, and where.
ELSEWHERE = {
    "export TWITTER_BEARER_TOKEN=your-token": "tests/test_readme.py",
    "recproxy run --profile twitter --record twitter -- pytest -q": "tests/test_readme.py",
    "recproxy run --profile twitter -- pytest -q": "tests/test_readme.py",
    "nox ": "tests/journeys/test_under_nox.py",
    "tox ": "tests/journeys/test_under_tox.py",
    "pytest --recproxy-mode": "tests/testing/pytest_plugin",
    "pytest -p recproxy.": "tests/testing",
    "RECPROXY_MODE=record pytest -p recproxy.vcrpy_bridge": "tests/testing/vcrpy_bridge/test_misses.py",
    "git mv tests/cassettes/": "tests/testing/vcrpy_bridge/test_misses.py",
    "python -m unittest": "tests/client",
    "PROXY=1 python -m unittest": "tests/client",
    "recproxy run --mode replay -- node": "tests/client/test_node.py",
    "recproxy run --mode replay -- sh -c 'share": "tests/test_docs.py",
    "recproxy run --listen": "tests/test_containers_page.py",
    "recproxy env": "tests/test_containers_page.py",
    "recproxy serve --listen": "tests/test_containers_page.py",
    "recproxy run --isolate": "tests/journeys/test_isolated.py",
    "recproxy run --record shop -- pytest tests/test_pay.py": "tests/client/test_webhooks.py",
    "recproxy doctor": "tests/cli/test_doctor.py",
    "recproxy run --faults sweep": "tests/journeys/test_fault_sweep.py",
    "recproxy run --record shop --prove": "tests/journeys/test_proof.py",
    "recproxy run --record-wanted": "tests/journeys/test_wanted.py",
    "RECPROXY_WANTED=recproxy-wanted.json recproxy run": "tests/journeys/test_wanted.py",
    "recproxy run --shard": "tests/journeys/test_shards.py",
    "recproxy run -- pytest tests/functional --store-durations": "tests/journeys/test_shards.py",
    "recproxy report merge": "tests/journeys/test_reports.py",
    "recproxy merge shard": "tests/journeys/test_shards.py",
    "recproxy run -- .venv39": "tests/testing/pytest_plugin",
    "protoc --include_imports": "tests/grpc/test_descriptors.py",
    "recproxy run --record mail": "tests/journeys/test_mail.py",
    "recproxy run --record notes": "tests/journeys/test_grpc.py",
    "recproxy run --record prices": "tests/journeys/test_websocket.py",
    "recproxy run -- pytest tests/functional/test_prices.py": "tests/journeys/test_websocket.py",
    "recproxy ui": "tests/ui",
    "recproxy push": "tests/cli/test_push.py",
    "git add .gitignore recproxy.lock": "tests/cli/test_push.py",
    "recproxy profiles new": "tests/cli/profiles/test_new.py",
    "recproxy profiles check": "tests/cli/profiles/test_check.py",
    "python -m pytest recproxy-shop": "tests/cli/profiles/test_new.py",
    "recproxy run --profile ./": "tests/journeys/test_hooks.py",
    "recproxy run --profile shop": "tests/journeys/test_shared_profile.py",
}
#: What is for another machine than that of the tests, and why.
NOT_HERE = {
    "python -m pip ": "installs from an index",
    "python3 -m pip ": "installs from an index",
    "pip install ": "installs from an index",
    "npm ": "installs from an index",
    "npx ": "installs from an index",
    "python -m build": "nox -s build does, with an index",
    "code ": "an editor",
    "sudo ": "needs root",
    "certutil ": "a tool of browsers",
    ". /recproxy/": "on another machine",
    "python -m execnet": "on another machine",
    "pytest -d --tx": "on another machine",
}
TEST = """import os

import requests

session = requests.Session()


def post(text):
    address = "https://api.twitter.com/2/tweets"
    answer = session.post(
        address, json={"text": text}, headers={"Authorization": f"Bearer {os.environ['TWITTER_BEARER_TOKEN']}"}
    )
    assert answer.status_code == 201, answer.text


def test_send():
    post("send")


def test_post():
    post("post")


def test_share_and_notify():
    post("share")
"""
#: It names requests for a fork that has imported it.
APP = "import requests, sys\nsys.path.insert(0, 'tests/functional')\nfrom test_posts import post\npost(sys.argv[1])\n"
CASSETTE = """interactions:
- request: {body: null, headers: {}, method: GET, uri: 'https://api.twitter.com/2/users/me'}
  response:
    body: {string: '{"data": {"id": "1"}}'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""
#: A run starts a process for each service.
SETTINGS = """run = {services}
[profiles.twitter.upstream]
address = "{address}"
[profiles.shop]
[[profiles.shop.endpoints]]
hosts = ["api.shop.example"]
"""
#: Those that commands name.
SERVICES = ("gmail", "openai", "shop", "twitter")
PROFILE = 'schema = 1\nname = "shop"\n\n[[endpoints]]\nhosts = ["api.shop.example"]\n'
SECRETS = dict.fromkeys(
    ("TWITTER_BEARER_TOKEN", "OPENAI_API_KEY", "GMAIL_CLIENT_ID", "GMAIL_CLIENT_SECRET", "GMAIL_REFRESH_TOKEN"),
    "a-made-up-credential-0815",
)


def commands(page):
    """Each command of a page, without its comment; one over several lines is one."""
    for block in BLOCK.findall(PAGES[page].read_text(encoding="utf-8")):
        lines = [re.sub(r"\s+#.*$", "", line.strip()) for line in block.splitlines()]
        if any("$RECPROXY_CONTROL" in line for line in lines):
            yield "\n".join(lines)  # a script for a run
        else:
            yield from (line for line in lines if line and not line.startswith("#"))


def known(command, table):
    return next((value for start, value in table.items() if command.startswith(start)), None)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The folder of a recorded project, and the address of its service."""
    folder = tmp_path_factory.mktemp("reader") / "project"
    for name, text in {
        "tests/functional/test_posts.py": TEST,
        "app.py": APP,
        "cassettes/test_get_me.yaml": CASSETTE,
        "tests/cassettes/test_me/test_get_me.yaml": CASSETTE,
        "tests/test_me.py": "def test_get_me(): ...\n",
        "profiles/shop/profile.toml": PROFILE,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with standing_for_twitter() as address:
        choose(folder, ["twitter"], address)
        done = run(folder, "recproxy run --record twitter -- pytest tests/functional")
        assert done.returncode == 0, done.stdout + done.stderr
        yield folder, address


def choose(folder, services, address):
    (folder / "recproxy.toml").write_text(SETTINGS.format(services=services, address=address))


def run(folder, command):
    environment = README_ENVIRONMENT | SECRETS | {"HOME": str(folder)}
    environment |= {"PYTEST_ADDOPTS": f"{WITHOUT_PLUGINS} -p no:randomly -p no:cacheprovider"}
    words = shlex.split(command)
    if words[0] == "recproxy" and ">" not in words:
        return prestarted.run("recproxy", words[1:], cwd=folder, environment=environment, timeout=seconds(90))
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def to_run():
    """What is run here, by page: a command that several pages show is run for the first of them."""
    first = {}
    for page in PAGES:
        for command in commands(page):
            first.setdefault(command, page)
    found = {}
    for command, page in first.items():
        if not known(command, ELSEWHERE) and not known(command, NOT_HERE):
            found.setdefault(page, []).append(command)
    return found


TO_RUN = to_run()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", TO_RUN)
def test_the_commands_of_a_page_do_what_it_says(page, project, tmp_path):
    folder = tmp_path / "project"
    made, address = project
    shutil.copytree(made, folder)
    named = {service for service in SERVICES for command in TO_RUN[page] if service in command}
    choose(folder, sorted(named | {"twitter"}), address)
    (folder / "orchestrator").mkdir()
    (folder / "orchestrator/editors").symlink_to(ROOT / "orchestrator/editors")
    for git in ("init -q", "config diff.recproxy.command x", "config merge.recproxy.driver x"):
        subprocess.run(["git", *git.split()], cwd=folder, check=True)
    for shown in TO_RUN[page]:
        command = shown
        if "$RECPROXY_CONTROL" in shown:
            (folder / "script.sh").write_text(f"set -e\n{shown}\n")
            (folder / "send.rec").write_text("#recproxy 2\n")
            command = "recproxy run --mode replay --profile twitter -- sh script.sh"
        elif shown.startswith("recproxy init"):
            command = f"{shown} --yes"  # a terminal would ask
        done = run(folder, command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_the_tests_that_run_the_others_are_there():
    shown = [command for page in PAGES for command in commands(page)]

    assert [path for path in ELSEWHERE.values() if not (ROOT / path).exists()] == []
    unused = [start for start in (*ELSEWHERE, *NOT_HERE) if not any(each.startswith(start) for each in shown)]
    assert unused == []
