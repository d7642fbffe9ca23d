"""Lets the tests import the share server, which is no installed package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
