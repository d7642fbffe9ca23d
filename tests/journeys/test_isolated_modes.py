"""Isolation where real services are asked, and where the system refuses it."""

import platform
import subprocess
import sys
from functools import partial

import pytest
from deadlines import seconds
from namespaces import need_namespaces
from real_service import serving_anew
from seccomp import NUMBERS, refuse_call

from .conftest import RECPROXY

#: Past every variable and the redirect, for two items; the second one is recorded nowhere.
BARE = """
import http.client
for number in (1, 2):
    link = http.client.HTTPConnection("api.shop.example", timeout=20)
    link.request("GET", f"/item?id={number}")
    print(link.getresponse().read().decode())
"""
UPSTREAM = '[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{port}"\n'


@pytest.fixture
def asked(project):
    """What the real shop was asked; the project leads to it."""
    file = project.root / "pyproject.toml"
    with serving_anew() as (port, paths):
        file.write_text(file.read_text() + UPSTREAM.format(port=port))
        yield paths


@pytest.mark.parametrize(
    ("words", "said", "upstream", "recorded"),
    [
        (("--record", "shop"), ["anew", "anew"], ["/item?id=1", "/item?id=2"], 2),
        (("--live", "shop"), ["anew", "anew"], ["/item?id=1", "/item?id=2"], 0),
        (("--mode", "auto"), ["first", "anew"], ["/item?id=2"], 1),
    ],
)
def test_an_isolated_command_reaches_the_service_through_its_proxy_alone(
    project, asked, words, said, upstream, recorded
):
    need_namespaces()
    command = ("env", "-i", sys.executable, "-I", "-S", "-c", BARE)

    done = project.run("run", "--isolate", *words, "--", *command, environment={"CI": ""})

    recording = (project.root / "tests/functional/recordings/shop/default.rec").read_text()
    assert (done.returncode, done.stdout.split()) == (0, said), done.stderr
    assert asked == upstream
    assert recording.count("anew") == recorded


NEEDS = "--isolate needs user namespaces, which this system refuses"


@pytest.mark.skipif(platform.machine() not in NUMBERS, reason="knows the system calls of x86-64 and arm64")
@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("unshare", f"{NEEDS} ([Errno 1] a user, network and mount namespace: Operation not permitted): allow them ("),
        ("mount", f"{NEEDS} ([Errno 1] private mounts: Operation not permitted): allow them ("),
        ("setns", "--isolate: the command cannot join its namespaces: Operation not permitted: allow it ("),
    ],
)
def test_a_seccomp_filter_that_refuses_is_one_line_with_what_would_allow_it(project, call, what):
    need_namespaces()

    done = project.run("run", "--isolate", "--", "echo", "begun", preexec_fn=partial(refuse_call, call))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"recproxy: {what}"), done.stderr
    assert "start the container with seccomp=unconfined, or a seccomp profile that allows unshare, mount and setns" in (
        done.stderr
    )
    assert done.stderr.endswith(", or run without --isolate\n")
    assert done.stderr.count("\n") == 1


def test_a_system_without_user_namespaces_is_one_line_with_what_would_allow_it(project):
    need_namespaces()
    # The limit is that of one namespace, made for this test.
    script = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
    words = ("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh")

    done = subprocess.run(
        [*words, *RECPROXY, "run", "--profile", "shop", "--isolate", "--", "echo", "begun"],
        cwd=project.root,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=seconds(60),
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "allow them (sysctl user.max_user_namespaces=10000), or run without --isolate\n" in done.stderr
    assert done.stderr.count("\n") == 1
