"""Clients of gRPC, unchanged: the four kinds of call and an error, recorded and replayed by each way that a client has."""

import sys
from pathlib import Path

import pytest

from .test_grpc import CONFIG, HERE, RECORDED, Service

for package in ("grpc", "grpc_status", "grpclib", "connectrpc"):
    pytest.importorskip(package)

PROGRAMS = Path(__file__).with_name("data") / "grpc_clients"
#: A program, and the ways by which it is tried.
WAYS = {
    "sync_grpcio": ("base URL", "variables", "gateway"),
    "aio_grpcio": ("base URL", "variables"),
    "by_grpclib": ("base URL",),
    "by_connect": ("base URL",),
}
SAID = """HI
a,b
[0, 1, 2]
['welcome', 'you said hi', 'you said bye']
PERMISSION_DENIED zo\u00eb
"""
#: All in one process: what they import is most of what they cost.
DRIVER = f"""
import runpy, sys
for name, ways in {WAYS!r}.items():
    for way in ways:
        print(name, way, flush=True)
        sys.argv = [name, {str(HERE.parent / "helpers")!r}, way]
        runpy.run_path(f"{PROGRAMS}/{{name}}.py", run_name="__main__")
"""


def test_each_client_gets_in_replay_what_it_got_from_the_service(project):
    project.write("driver.py", DRIVER)
    with Service() as port:
        project.write("pyproject.toml", CONFIG.format(port=port, lines=""))
        recorded = project.run("run", "--profile", "notes", "--record", "notes", "--", sys.executable, "driver.py")
    wanted = "".join(f"{name} {way}\n{SAID}" for name, ways in WAYS.items() for way in ways)

    assert (recorded.returncode, recorded.stdout) == (0, wanted), recorded.stderr
    assert (project.root / RECORDED).read_text().count("\nPOST ") == 5 * sum(map(len, WAYS.values()))

    replayed = project.run("run", "--profile", "notes", "--", sys.executable, "driver.py")

    assert (replayed.returncode, replayed.stdout) == (0, wanted), replayed.stderr
