"""The examples of the page about containers have the form that engines take, and call what there is."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
import yaml
from deadlines import seconds

from recproxy.cli.env import env
from recproxy.cli.run import run

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/how-to/containers.md").read_text(encoding="utf-8")
COMPOSE, JOB = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))

SIDECAR = JOB["spec"]["template"]["spec"]["initContainers"][0]
#: The instructions of the image, with what each says.
IMAGE = {}
for line in re.search(r"```dockerfile\n(.*?)```", PAGE, re.DOTALL)[1].splitlines():
    IMAGE.setdefault(line.partition(" ")[0], []).append(line.partition(" ")[2])


def options(words):
    return {word.partition("=")[0] for word in words if word.startswith("--") and word != "--"}


def known(command: click.Command):
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)}


def recproxy_words(text):
    """The words of `recproxy run` and of `recproxy env` in a command for a shell."""
    outer = shlex.split(text.replace("$$", "$"), comments=False)
    inner = shlex.split(outer[outer.index("--") + 3])
    return outer[outer.index("run") + 1 : outer.index("--")], inner[2 : inner.index("&&")]


def placed(text, shared):
    """A text whose shared folder is another one."""
    return re.sub(r"/recproxy(?=[/ ]|$)", str(shared), text)


def in_the_image():
    """The programs of the image: those of what it installs, and what the system has."""
    words = IMAGE["RUN"][0].split()
    return {*words[words.index("install") + 1 :], "python", "sh", "sleep", "test", "touch", "chmod", "rm"}


def test_compose_has_services_networks_and_volumes_that_it_declares():
    assert set(COMPOSE) == {"services", "networks", "volumes"}
    for service in COMPOSE["services"].values():
        assert set(service) <= {
            *("build", "entrypoint", "command", "environment", "volumes", "networks", "healthcheck", "depends_on")
        }
        assert isinstance(service["command"], list) and len(service["command"]) == 1
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
        named = {volume.partition(":")[0] for volume in service["volumes"]} - {"."}
        assert named <= set(COMPOSE["volumes"])
    assert COMPOSE["services"]["app"]["depends_on"]["recproxy"]["condition"] == "service_healthy"
    assert "healthcheck" in COMPOSE["services"]["recproxy"]


def test_the_commands_have_options_that_there_are():
    run_words, env_words = recproxy_words(COMPOSE["services"]["recproxy"]["command"][0])
    assert options(run_words) == {"--mode", "--listen", "--peers"} <= known(run)
    assert options(env_words) == {"--folder", "--direct"} <= known(env)
    subnet = COMPOSE["networks"]["suite"]["ipam"]["config"][0]["subnet"]
    assert run_words[run_words.index("--peers") + 1] == subnet

    run_words, env_words = recproxy_words(SIDECAR["args"][0])
    assert (options(run_words), options(env_words)) == ({"--listen"}, {"--folder"})


def test_the_job_has_what_kubernetes_requires():
    assert (JOB["apiVersion"], JOB["kind"], JOB["metadata"]["name"]) == ("batch/v1", "Job", "functional")
    pod = JOB["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"  # of a Job: Never or OnFailure
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in (*pod["initContainers"], *pod["containers"]):
        assert {"name", "image", "command"} <= set(container)
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
    assert all(each["restartPolicy"] == "Always" for each in pod["initContainers"])  # sidecars


def test_the_image_holds_the_project_and_what_its_containers_start():
    assert list(IMAGE) == ["FROM", "RUN", "WORKDIR", "COPY", "ENTRYPOINT"]
    assert IMAGE["COPY"] == [". ."]  # a pod mounts no project
    mounts = {name: service["volumes"][0].split(":") for name, service in COMPOSE["services"].items() if name != "app"}
    assert {where[:2] == [".", IMAGE["WORKDIR"][0]] for where in mounts.values()} == {True}
    assert json.loads(IMAGE["ENTRYPOINT"][0]) == ["recproxy"]
    ours = {path.name for path in (ROOT / "profiles").iterdir()}
    assert {each.partition("-")[2] for each in in_the_image() if each.startswith("recproxy-")} <= ours

    containers = [*(each["command"][0] for name, each in COMPOSE["services"].items() if name != "app")]
    containers += [SIDECAR["args"][0], JOB["spec"]["template"]["spec"]["containers"][0]["command"][2]]
    started = {name for text in containers for name in re.findall(r"(?:^|&& |; )(?:exec )?([a-z]+) ", text)}
    assert started <= in_the_image()
    assert {"recproxy", "pytest"} <= started


@pytest.mark.parametrize(
    ("command", "probe"),
    [
        (COMPOSE["services"]["recproxy"]["command"][0], COMPOSE["services"]["recproxy"]["healthcheck"]["test"][1:]),
        (SIDECAR["args"][0], SIDECAR["startupProbe"]["exec"]["command"]),
    ],
    ids=["compose", "job"],
)
def test_what_comes_next_waits_for_the_variables_of_this_run(tmp_path, command, probe):
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "ready").touch()  # of the run before
    (tmp_path / "pyproject.toml").write_text(
        "[tool.recproxy.profiles.shop]\n[[tool.recproxy.profiles.shop.endpoints]]\n"
        'hosts = ["api.shop.example"]\nbase_url = "SHOP_BASE_URL"\n'
    )
    here = placed(command.replace("$$", "$"), shared).replace("exec sleep infinity", "true")
    here = re.sub(r"--listen \S+( --peers \S+)?", "", here)
    asks = placed(shlex.join(probe), shared)
    here = here.replace("recproxy env", f"{asks} && exit 7; recproxy env")

    done = subprocess.run(["sh", "-c", here], cwd=tmp_path, capture_output=True, text=True, timeout=seconds(60))

    assert done.returncode == 0, done.stderr
    assert subprocess.run(["sh", "-c", asks], check=False).returncode == 0
    assert {path.name: oct(path.stat().st_mode & 0o444) for path in shared.iterdir()} == dict.fromkeys(
        ("ca.pem", "own.pem", "ready", "recproxy.sh"), "0o444"
    )
