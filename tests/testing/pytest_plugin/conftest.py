"""A project to run tests in."""

import json
import sys
from pathlib import Path

import pytest
from deadlines import seconds

sys.path.insert(0, str(Path(__file__).parents[2] / "client"))

from client_project import ClientProject


@pytest.fixture
def project(tmp_path):
    return ClientProject(tmp_path)


@pytest.fixture
def served(project):
    """A run held by `recproxy serve`: the environment it printed."""
    server = project.start("-m", "recproxy", "serve")
    line = server.stdout.readline()
    assert line.startswith("{"), line + server.stdout.read()
    yield json.loads(line)["environment"]
    server.communicate(timeout=seconds(30))
