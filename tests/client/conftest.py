"""A project to run tests in."""

import json
import sys
from pathlib import Path

import pytest
from deadlines import seconds

sys.path.insert(0, str(Path(__file__).parent))

from client_project import ClientProject


@pytest.fixture
def project(tmp_path):
    return ClientProject(tmp_path)


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory):
    """One project for all tests of a module that leave it as it was."""
    made = ClientProject(tmp_path_factory.mktemp("shared"))
    made.add_bank()
    return made


@pytest.fixture(scope="module")
def server(shared_project):
    """A run held by `recproxy serve`."""
    process = shared_project.start("-m", "recproxy", "serve")
    yield process
    process.communicate(timeout=seconds(30))


@pytest.fixture(scope="module")
def served(server):
    """The environment that it printed."""
    line = server.stdout.readline()
    assert line.startswith("{"), line + server.stdout.read()
    return json.loads(line)["environment"]
