"""The examples of the page about containers have the form that engines take, and call what there is."""

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from recproxy.cli.env import env
from recproxy.cli.run import run

PAGE = (Path(__file__).parents[1] / "docs/how-to/containers.md").read_text(encoding="utf-8")
COMPOSE, JOB = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))


def options(words):
    return {word.partition("=")[0] for word in words if word.startswith("--") and word != "--"}


def known(command: click.Command):
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)}


def recproxy_words(text):
    """The words of `recproxy run` and of `recproxy env` in a command for a shell."""
    outer = shlex.split(text.replace("$$", "$"), comments=False)
    inner = shlex.split(outer[outer.index("--") + 3])
    return outer[outer.index("run") + 1 : outer.index("--")], inner[2 : inner.index("&&")]


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

    sidecar = JOB["spec"]["template"]["spec"]["initContainers"][0]
    assert options(sidecar["command"]) <= known(run)


def test_the_job_has_what_kubernetes_requires():
    assert (JOB["apiVersion"], JOB["kind"], JOB["metadata"]["name"]) == ("batch/v1", "Job", "functional")
    pod = JOB["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"  # of a Job: Never or OnFailure
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in (*pod["initContainers"], *pod["containers"]):
        assert {"name", "image", "command"} <= set(container)
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
    assert all(each["restartPolicy"] == "Always" for each in pod["initContainers"])  # sidecars


@pytest.mark.parametrize("line", re.findall(r"^(?:FROM|RUN|WORKDIR|ENTRYPOINT) .*$", PAGE, re.MULTILINE))
def test_the_image_is_made_of_instructions_that_there_are(line):
    assert len(line.split(maxsplit=1)) == 2
