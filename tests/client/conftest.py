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


@pytest.fixture
def server(project):
    """A run held by `recproxy serve`."""
    process = project.start("-m", "recproxy", "serve")
    yield process
    process.communicate(timeout=seconds(30))


@pytest.fixture
def served(server):
    """The environment that it printed."""
    line = server.stdout.readline()
    assert line.startswith("{"), line + server.stdout.read()
    return json.loads(line)["environment"]
