"""nox and tox from the oldest version that works to the newest, with virtualenv and uv: what asks the real shop, and what does not.

Each version is installed into a folder of its own, before which nothing else of it is found.
"""

import importlib.util
import os
import subprocess
import sys

import prestarted
import pytest
from deadlines import seconds
from real_service import serving_anew

pytestmark = pytest.mark.long

PROJECT = """
[profiles.shop]
credentials = ["SHOP_KEY"]
[[profiles.shop.endpoints]]
hosts = ["api.shop.example"]
[profiles.shop.upstream]
address = "http://127.0.0.1:{port}"
"""
RECORDING = """#recproxy 2

GET http://api.shop.example/item HTTP/1.1

====
HTTP/1.1 200 OK

recorded
=======
"""
ASK = "import urllib.request as u; print('shop', u.urlopen('http://api.shop.example/item').read().decode())"
NOXFILE = """
import nox
from recproxy.nox import functional_sessions

@functional_sessions("shop", tags=["slow"], default=True, python=["{python}"], venv_backend="{backend}", venv_params={params})
def functional(session, recproxy):
    recproxy.run(r"{executable}", "-c", {ask!r}, external=True)
"""
TOX = """
no_package = true
env_list = ["functional-replay", "functional-record", "functional-live"]
[env_run_base]
skip_install = true
allowlist_externals = ["*"]
recproxy_profiles = ["shop"]
pass_env = ["SHOP_KEY"]
commands = [[{executable!r}, "-c", {ask!r}]]
[env.functional-record]
[env.functional-live]
[env.py-functional-replay]
[env.functional-replay-py]
[labels]
every = ["functional-replay", "functional-record", "functional-live"]
"""
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def shop(tmp_path):
    """What the real shop was asked; the project leads to it."""
    recording = tmp_path / "tests/functional/recordings/shop/default.rec"
    recording.parent.mkdir(parents=True)
    recording.write_text(RECORDING)
    with serving_anew() as (port, asked):
        (tmp_path / "recproxy.toml").write_text(PROJECT.format(port=port))
        yield asked


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Installs requirements into a folder, once for each; skips where that cannot be."""
    folders = {}

    def install(*requirements):
        if not requirements:
            return ""
        if importlib.util.find_spec("uv") is None:
            pytest.skip("uv is not installed")
        if requirements not in folders:
            folder = tmp_path_factory.mktemp("version")
            words = (sys.executable, "-m", "uv", "-q", "pip", "install", "--python", sys.executable)
            done = subprocess.run(
                [*words, "--target", str(folder), *requirements], capture_output=True, timeout=seconds(120), check=False
            )
            folders[requirements] = "" if done.returncode else str(folder)
        if not folders[requirements]:
            pytest.skip(f"{' and '.join(requirements)} cannot be installed")
        return folders[requirements]

    return install


def run(folder, path, module, *words):
    """Run a runner in the project, by an interpreter that has imported it; `path` is where its version is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "TOX", "NOX", "CI"))}
    environment = kept | {"SHOP_KEY": "value", "PYTHONPATH": path, "VIRTUALENV_NO_SEED": "1"}
    done = prestarted.run(module, words, cwd=folder, environment=environment, timeout=seconds(120), path=path)
    said = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("shop ")]
    return done, said


NOX_SELECTS = ((), ("-t", "slow"), ("-t", "functional"), ("-k", "functional"), ("-p", HERE))
TOX_SELECTS = (("-e", "ALL"), ("-f", "functional"), ("-m", "every"), ())


@pytest.mark.parametrize(
    ("requirements", "backend"),
    [
        (("nox==2024.10.9",), "virtualenv"),
        (("nox==2024.10.9",), "uv"),
        (("nox==2025.2.9",), "virtualenv"),  # which does not know the uv of today
        ((), "virtualenv"),
        ((), "uv"),
    ],
    ids=["2024.10.9", "2024.10.9-uv", "2025.2.9", "newest", "newest-uv"],
)
def test_nox_asks_real_services_only_by_name(tmp_path, shop, installed, requirements, backend):
    path = installed(*requirements)
    params = ["--no-seed"] if backend == "virtualenv" else []
    noxfile = NOXFILE.format(python=HERE, backend=backend, params=params, executable=sys.executable, ask=ASK)
    (tmp_path / "noxfile.py").write_text(noxfile)

    # Between the oldest and the newest the ways to select do not differ.
    between = requirements == ("nox==2025.2.9",)
    for words in NOX_SELECTS[:2] if between or backend == "uv" else NOX_SELECTS:
        done, said = run(tmp_path, path, "nox", "-R", *words)
        assert (done.returncode, said, shop) == (0, ["recorded"], []), (words, done.stdout + done.stderr)
    done, said = run(tmp_path, path, "nox", "-R", "-s", f"functional-record-{HERE}")

    assert (done.returncode, said, shop) == (0, ["anew"], ["/item"]), done.stdout + done.stderr


@pytest.mark.parametrize(
    "requirements",
    [("tox==4.23.2",), ("tox==4.29.0",), (), ("tox==4.23.2", "tox-uv"), ("tox>=4.30", "tox-uv")],
    ids=["4.23.2", "4.29.0", "newest", "4.23.2-uv", "newest-uv"],
)
def test_tox_asks_real_services_only_by_name(tmp_path, shop, installed, requirements):
    path = installed(*requirements)
    (tmp_path / "tox.toml").write_text(TOX.format(executable=sys.executable, ask=ASK))
    # Between the oldest and the newest the ways to select do not differ, nor do they with tox-uv.
    short = len(requirements) > 1 or requirements == ("tox==4.29.0",)

    for words in TOX_SELECTS[:1] if short else TOX_SELECTS:
        done, said = run(tmp_path, path, "tox", *words)
        assert done.returncode == 0, (words, done.stdout + done.stderr)
        assert (set(said), shop) == ({"recorded"}, []), (words, done.stdout + done.stderr)
        assert "functional-record: skipped because recproxy: functional-record asks real services" in done.stdout
    names = ("py-functional-replay",) if short else ("py-functional-replay", "functional-replay-py", "replay")
    done, said = run(tmp_path, path, "tox", "-e", ",".join(names))
    assert (done.returncode, said, shop) == (0, ["recorded"] * len(names), []), done.stdout + done.stderr
    done, said = run(tmp_path, path, "tox", "-e", "functional-live")

    assert (done.returncode, said, shop) == (0, ["anew"], ["/item"]), done.stdout + done.stderr


def test_a_nox_without_default_is_one_line(tmp_path, installed):
    path = installed("nox==2023.4.22")
    (tmp_path / "noxfile.py").write_text(
        NOXFILE.format(python=HERE, backend="none", params=[], executable=sys.executable, ask=ASK)
    )

    done, _ = run(tmp_path, path, "nox")

    assert done.returncode != 0
    assert "recproxy: nox 2023.4.22 is too old for functional_sessions: install nox 2024.10.9 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_tox_project_that_does_not_use_recproxy_runs_in_the_oldest_tox(tmp_path, installed):
    path = installed("tox==4.23.2")
    (tmp_path / "tox.toml").write_text('no_package = true\nenv_list = ["a"]\n[env_run_base]\nskip_install = true\n')

    done, _ = run(tmp_path, path, "tox")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "recproxy" not in done.stdout + done.stderr
