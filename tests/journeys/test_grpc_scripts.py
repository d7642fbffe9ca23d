"""Clients of gRPC and gRPC-Web in node and in Chromium, unchanged, recorded and replayed: `nox -s browser` has them."""

import os
import shutil
import sys

import pytest
from browsers import need_browser

from . import test_grpc, test_grpc_web

need_browser()
#: Where the packages of npm are.
MODULES = os.environ.get("RECPROXY_GRPC_MODULES")
if MODULES is None:
    pytest.skip("grpc-js and grpc-web are not installed: nox -s browser", allow_module_level=True)

PROGRAMS = test_grpc.HERE / "data/grpc_clients"
SAID = """HI
a,b
hi,hi,hi
welcome,you said hi,you said bye
7 zo\u00eb
"""
WEB = """hi
7 not yours
hi
7 not yours
hi,hi
"""


def said(project, *words, mode=()):
    """What a program prints under recproxy."""
    ran = project.run("run", "--profile", "notes", *mode, "--", *words, environment={"NODE_PATH": MODULES})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_grpc_js_gets_what_the_service_said(project):
    words = ("sh", "-c", f"node {PROGRAMS}/grpc_js.cjs; node {PROGRAMS}/grpc_js.cjs variables")
    with test_grpc.Service() as port:
        project.write("pyproject.toml", test_grpc.CONFIG.format(port=port, lines=""))
        assert said(project, *words, mode=("--record", "notes")) == SAID * 2

    assert said(project, *words) == SAID * 2


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ((shutil.which("node"), PROGRAMS / "grpc_web_node.cjs"), 1),
        ((sys.executable, PROGRAMS / "grpc_web_page.py", MODULES), 2),
    ],
    ids=["node", "chromium"],
)
def test_grpc_web_gets_what_the_service_said(words, times, project):
    with test_grpc_web.service() as port:
        profile = test_grpc_web.CONFIG.format(place=test_grpc_web.PLACE, port=port)
        project.write("pyproject.toml", profile.replace('credentials = ["NOTES_KEY"]', ""))
        assert said(project, *map(str, words), mode=("--record", "notes")) == WEB * times

    assert said(project, *map(str, words)) == WEB * times
