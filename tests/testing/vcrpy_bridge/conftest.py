"""A project in a temporary folder that knows vcrpy alone."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from vcrpy_project import Suite


@pytest.fixture
def suite(tmp_path):
    return Suite(tmp_path)
