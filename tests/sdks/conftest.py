"""Test files here import the modules of `nox -s sdks`, which lie beside them, and the servers of the journeys."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "journeys")]
