"""What the processes of a run find in their environment: their own profile's variables, and no other's."""

import json
import subprocess
from pathlib import Path

import pytest
from process_tree import descendants

PROFILE = """
[tool.recproxy.profiles.{name}]
credentials = ["{upper}_KEY"]
[[tool.recproxy.profiles.{name}.endpoints]]
hosts = ["{name}.example"]
base_url = "{upper}_BASE_URL"
[tool.recproxy.profiles.{name}.redact]
variables = ["{upper}_MORE"]
[tool.recproxy.profiles.{name}.hooks]
respond = "rules:respond"
"""
HOOK = """
import json, os
from recproxy.hooks import Response
loaded = dict(os.environ)
def respond(request, recorded):
    return Response(status=200, body=json.dumps([loaded, dict(os.environ)]).encode())
"""
VALUES = {
    "SHOP_KEY": "value-of-shop-key",
    "SHOP_MORE": "value-of-shop-more",
    "BANK_KEY": "value-of-bank-key",
    "BANK_MORE": "value-of-bank-more",
    "CAFE_KEY": "value-of-cafe-key",
    "CAFE_MORE": "value-of-cafe-more",
    "UNRELATED_TOKEN": "value-of-somebody-else",
}
ASK = """
import os, urllib.request
for name in ("SHOP", "BANK"):
    print(urllib.request.urlopen(os.environ[name + "_BASE_URL"] + "/x").read().decode())
"""


NAMES = ("shop", "bank", "cafe")
CHOSEN = tuple(word for name in NAMES for word in ("--profile", name))


@pytest.fixture
def shops(project):
    text = "".join(PROFILE.format(name=name, upper=name.upper()) for name in NAMES)
    project.write("pyproject.toml", f'[project]\nname = "demo"\n{text}')
    project.write("rules.py", HOOK)
    return project


@pytest.mark.parametrize(
    "modes",
    [("--mode", "replay", "--record", "bank", "--live", "cafe"), ("--mode", "auto")],
    ids=["replay, record and live", "auto"],
)
def test_no_process_of_a_run_was_started_with_a_profiles_variables(shops, modes):
    server = shops.start(
        *("serve", *CHOSEN, *modes),
        stdin=subprocess.PIPE,
        environment=VALUES,
        popen=subprocess.Popen,
    )
    assert server.stdout.readline()
    started = {
        (Path(f"/proc/{pid}/comm").read_text().strip(), Path(f"/proc/{pid}/environ").read_bytes())
        for pid in descendants(server.pid)
    }
    server.communicate(timeout=20)

    assert {f"rp-{name}" for name in NAMES} <= {name for name, _ in started}
    assert [name for name, block in started if b"value-of-" in block] == []
    assert [name for name, block in started if b"PATH=" not in block] == []


def test_hooks_find_their_own_profiles_variables_and_what_a_process_lives_by(shops):
    done = shops.python(ASK, "--profile", "shop", "--profile", "bank", environment=VALUES | {"LANG": "C.UTF-8"})

    seen = [json.loads(line) for line in done.stdout.splitlines()]
    named = [[{name for name in VALUES if name in found} for found in each] for each in seen]
    assert named == [[{"SHOP_KEY", "SHOP_MORE"}] * 2, [{"BANK_KEY", "BANK_MORE"}] * 2]
    assert [found["LANG"] for each in seen for found in each] == ["C.UTF-8"] * 4
