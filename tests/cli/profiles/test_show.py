"""`recproxy profiles show`: what is in effect, and where each value comes from."""

import json
import tomllib

import pytest
from command_line import recproxy

PROFILE = """\
schema = 1
name = "bank"
credentials = ["BANK_KEY"]
[[endpoints]]
hosts = ["Bank.Example"]
[match]
repeat = "cycle"
"""
PROJECT = """\
[tool.recproxy.profiles.bank.match]
repeat = "miss"
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["shop.example"]
"""


@pytest.fixture
def show(tmp_path):
    site = tmp_path / "site"
    (site / "bank_profile").mkdir(parents=True)
    (site / "bank_profile" / "__init__.py").write_text("raise AssertionError('a profile package is not imported')")
    (site / "bank_profile" / "profile.toml").write_text(PROFILE)
    info = site / "bank_profile-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bank-profile\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[recproxy.profiles]\nbank = bank_profile\n")
    (tmp_path / "pyproject.toml").write_text(PROJECT)

    def run(*words):
        return recproxy("profiles", "show", *words, folder=tmp_path, path=[str(site)])

    return run


def origins(done):
    assert done.returncode == 0, done.stderr
    return {row["key"]: (row["value"], row["source"], row["place"]) for row in json.loads(done.stdout)}


def test_each_value_has_its_source(show, tmp_path):
    got = origins(show("--json", "bank"))
    file = tmp_path / "site/bank_profile/profile.toml"

    assert got["credentials"] == (["BANK_KEY"], "package", f"{file}:3")
    assert got["endpoints.0.hosts"] == (["bank.example"], "package", f"{file}:5")
    assert got["match.repeat"] == ("miss", "project", f"{tmp_path}/pyproject.toml:2")
    assert got["match.miss"] == ("status", "default", "")


def test_people_get_toml_that_parses_to_what_is_in_effect(show):
    done = show("bank")

    values = tomllib.loads(done.stdout)
    assert (values["name"], values["match"]["repeat"], values["upstream"]["timeout"]) == ("bank", "miss", 30)
    assert "project file, pyproject.toml:2\n" in done.stdout
    assert "profile package, site/bank_profile/profile.toml:3\n" in done.stdout


def test_a_profile_of_the_project_is_shown_with_its_name(show):
    got = origins(show("--json", "shop"))

    assert got["name"][0] == "shop"
    assert got["endpoints.0.hosts"][1] == "project"


def test_a_profile_by_path_is_shown(show):
    assert origins(show("--json", "./site/bank_profile"))["match.repeat"][:2] == ("cycle", "package")


def test_an_unknown_profile_is_one_line(show):
    done = show("bnk")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("recproxy: unknown profile 'bnk': known are ")


RECORDING = """\
#recproxy 2
# A payment is taken. More about it
# on a second line.

POST https://bank.example/pay HTTP/1.1

====
HTTP/1.1 201 Created

=======
"""


def test_the_recordings_of_the_package_are_shown_with_what_they_answer(show, tmp_path):
    folder = tmp_path / "site/bank_profile/recordings"
    folder.mkdir()
    (folder / "pay.rec").write_text(RECORDING)

    done = show("bank", "--recordings")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "pay.rec  A payment is taken\n    POST https://bank.example/pay  201\n"
    (listed,) = json.loads(show("bank", "--recordings", "--json").stdout)
    assert listed["recording"] == "pay.rec"
    assert listed["interactions"] == [{"method": "POST", "url": "https://bank.example/pay", "status": 201}]


def test_a_profile_without_recordings_says_so(show):
    assert show("bank", "--recordings").stdout == "the package of bank has no recordings\n"
