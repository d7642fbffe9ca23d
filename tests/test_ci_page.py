"""The pipelines of the page on CI: they parse, their commands exist, and what opens a diff does so."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import prestarted
import pytest
from verbs import verbs_of

yaml = pytest.importorskip("yaml")

PAGE = (Path(__file__).parents[1] / "docs/how-to/ci.md").read_text()
ACTIONS, MATRIX, WANTED, GITLAB = (
    yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
VERBS = verbs_of()
CHANGED = "tests/functional/recordings/twitter/default.rec"


def scripts():
    """Each command of each job."""
    for pipeline in (ACTIONS, MATRIX, WANTED):
        for job in pipeline["jobs"].values():
            yield from (step["run"] for step in job["steps"] if "run" in step)
    for job in (GITLAB["default"]["before_script"], GITLAB["replay"]["script"], GITLAB["record"]["script"]):
        yield from job


def test_each_command_of_ours_exists():
    lines = [line.strip() for script in scripts() for line in script.splitlines()]
    ours = [shlex.split(line) for line in lines if line.startswith("recproxy ")]
    sessions = {shlex.split(line)[2] for line in lines if line.startswith("nox -s")}

    assert {verb for _, verb, *_ in ours} == {"check", "run", "scan"} <= set(VERBS)
    assert sessions == {"functional-replay", "functional-record", "$SESSION"}


def test_a_push_replays_without_secrets_and_a_schedule_records_with_them():
    replay, record = ACTIONS["jobs"]["replay"], ACTIONS["jobs"]["record"]

    assert set(ACTIONS[True]) == {"push", "pull_request", "workflow_dispatch", "schedule"}  # YAML takes `on` for true
    assert "secrets" not in json.dumps(replay)
    assert "TWITTER_BEARER_TOKEN" in record["env"]
    assert "schedule" in record["if"]
    assert "schedule" not in replay["if"]
    assert '"schedule"' in GITLAB["record"]["rules"][0]["if"]


def test_the_code_of_a_pull_request_runs_without_a_right_to_write_and_only_by_a_label():
    record, push = WANTED["jobs"]["record"], WANTED["jobs"]["push"]
    first = push["steps"][0]

    assert WANTED[True] == {"pull_request_target": {"types": ["labeled"]}}
    assert (WANTED["permissions"], record["permissions"]) == ({}, {"actions": "read", "contents": "read"})
    assert (record["if"], record["environment"]) == ("github.event.label.name == 'record'", "recording")
    assert record["steps"][0]["with"]["persist-credentials"] is False
    assert "ref" not in first.get("with", {})  # the branch of the repository, not that of the pull request
    assert "secrets" not in json.dumps(push)
    # What comes from the pull request is a variable of the shell, never a part of its script.
    assert not any("${{" in step.get("run", "") for job in (record, push) for step in job["steps"])


@pytest.fixture
def repository(tmp_path):
    """A clone with a recording in it, of a repository that stands for the host."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "RECPROXY"))}
    path = f"{tmp_path / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment |= {"PATH": path, "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "CI_DEFAULT_BRANCH": "main"}

    def run(script, folder=clone):
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=environment, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    git = "git -c user.name=a -c user.email=a@example.com"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text('#!/bin/sh\necho "gh $*"\n')
    (tmp_path / "bin/gh").chmod(0o755)
    prestarted.write_script(tmp_path / "bin/recproxy")
    code, said = run(
        f"git init -q -b main --bare {remote}; git -C {remote} config receive.advertisePushOptions true; "
        f"git clone -q {remote} {clone}; cd {clone}; mkdir -p {Path(CHANGED).parent}; "
        f"echo '#recproxy 2' > {CHANGED}; git add .; {git} commit -qm first; git push -q origin HEAD",
        tmp_path,
    )
    assert code == 0, said
    run.remote, run.clone = remote, clone
    return run


OPENS = {
    "actions": ACTIONS["jobs"]["record"]["steps"][-1]["run"],
    "gitlab": "\n".join(GITLAB["record"]["script"][1:]),
}


def opens(repository, host):
    """What a pipeline does after it recorded; its host is a repository of this machine."""
    return repository(re.sub(r'"https://oauth2[^"]*"', f'"{repository.remote}"', OPENS[host]))


def branches(repository):
    return repository("git branch --format='%(refname:short)'", repository.remote)[1].split()


@pytest.mark.parametrize("host", OPENS)
def test_a_changed_recording_is_pushed_to_a_branch_of_its_own(repository, host):
    with (repository.clone / CHANGED).open("a") as file:
        file.write("\n# anew\n")
    (repository.clone / CHANGED).with_name("default.failed.rec").write_text("#recproxy 2\n")
    (repository.clone / CHANGED).with_name("new.rec").write_text("#recproxy 2\n")

    code, said = opens(repository, host)

    assert code == 0, said
    name = next(name for name in branches(repository) if name != "main")
    assert re.fullmatch(r"recordings-\d{4}-\d\d-\d\d", name)
    assert repository(f"git diff --name-only main {name}", repository.remote)[1].split() == [
        CHANGED,
        CHANGED.replace("default", "new"),
    ]
    assert ("gh pr create --fill" in said) == (host == "actions")


@pytest.mark.parametrize("host", OPENS)
def test_where_nothing_changed_nothing_is_opened(repository, host):
    code, said = opens(repository, host)

    assert (code, said) == (0, "")
    assert branches(repository) == ["main"]


@pytest.mark.parametrize("host", OPENS)
def test_a_secret_in_a_recording_is_never_pushed(repository, host):
    secret = "".join(("Authorization: ", "Bearer ", "x9" * 20))
    text = f"\nGET https://api.twitter.com/ HTTP/1.1\n{secret}\n\n====\nHTTP/1.1 200 OK\n\n=======\n"
    with (repository.clone / CHANGED).open("a") as file:
        file.write(text)

    code, _ = opens(repository, host)

    assert code == 1
    assert branches(repository) == ["main"]


PUSH = WANTED["jobs"]["push"]["steps"][-1]["run"]


def pushed(repository, tmp_path, text, name="new.rec"):
    """What the job does with a file that was recorded for a pull request of its own branch."""
    recorded = tmp_path / "temp/recordings/twitter"
    recorded.mkdir(parents=True)
    (recorded / name).write_text(text)
    (recorded / "evil.py").write_text("")
    (recorded / "link.rec").symlink_to("/etc/passwd")
    git = "git -c user.name=a -c user.email=a@example.com"
    code, said = repository(
        f"git switch -q -c change; echo > test_new.py; git add .; {git} commit -qm change; "
        "git push -q origin HEAD:refs/pull/7/head; git rev-parse HEAD; git switch -q main"
    )
    assert code == 0, said
    head = said.split()[-1]
    return repository(f"export NUMBER=7 HEAD={head} RUNNER_TEMP={tmp_path / 'temp'}\n{PUSH}")


def test_recordings_of_a_pull_request_are_pushed_to_a_branch_and_nothing_else(repository, tmp_path):
    code, said = pushed(repository, tmp_path, "#recproxy 2\n")

    assert code == 0, said
    assert branches(repository) == ["main", "recordings-of-7"]
    changed = repository("git diff --name-only main recordings-of-7", repository.remote)[1].split()
    assert changed == ["test_new.py", "tests/functional/recordings/twitter/new.rec"]
    assert "gh pr comment 7" in said


def test_a_secret_in_a_recording_of_a_pull_request_is_never_pushed(repository, tmp_path):
    secret = "".join(("Authorization: ", "Bearer ", "x9" * 20))

    code, _ = pushed(
        repository,
        tmp_path,
        f"#recproxy 2\n\nGET https://api.twitter.com/ HTTP/1.1\n{secret}\n\n====\nHTTP/1.1 200 OK\n\n=======\n",
    )

    assert (code, branches(repository)) == (1, ["main"])


def test_the_list_of_sessions_makes_a_matrix(tmp_path):
    noxfile = "from recproxy.nox import functional_sessions\n@functional_sessions('a', python=['3.11', '3.12'])\ndef functional(session, recproxy): pass\n"
    (tmp_path / "noxfile.py").write_text(noxfile)
    script = next(step["run"] for step in MATRIX["jobs"]["sessions"]["steps"] if step.get("id") == "list")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "GITHUB_OUTPUT": str(tmp_path / "output")}

    done = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    names = (tmp_path / "output").read_text().strip().removeprefix("names=")
    assert json.loads(names) == ["functional-replay-3.11", "functional-replay-3.12"]
