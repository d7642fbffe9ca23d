"""The smallest project that replays: one profile with one recording."""

from pathlib import Path

PROFILE = """[project]
name = "demo"
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
"""
RECORDING = """#recproxy 2

GET https://api.shop.example/item HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{"id": 1, "name": "a thing"}
=======
"""


def make_project(root: Path, profile: str = PROFILE, recording: str = RECORDING) -> Path:
    """Write it into a folder."""
    (root / "pyproject.toml").write_text(profile)
    path = root / "tests/functional/recordings/shop/default.rec"
    path.parent.mkdir(parents=True)
    path.write_text(recording)
    return root
