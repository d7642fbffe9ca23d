"""The texts of a beginning: what installs what is installed here, and that each text is read by its tool."""

import json
import tomllib
from configparser import ConfigParser
from importlib import metadata
from types import SimpleNamespace

import pytest

from recproxy.cli.starter import ChosenProfile, Starter, requirement
from recproxy.cli.test_requirements import TestRequirements
from recproxy.config.profile import Endpoint, Profile

ORIGINS = [
    (None, "shop"),
    ({"url": "file:///here/shop%20s", "dir_info": {}}, "/here/shop s"),
    ({"url": "file:///here/shop", "dir_info": {"editable": True}}, "-e /here/shop"),
    ({"url": "file:///here/shop-1.whl", "archive_info": {}}, "shop @ file:///here/shop-1.whl"),
    (
        {"url": "https://example.com/shop.git", "vcs_info": {"vcs": "git", "commit_id": "a1"}},
        "shop @ git+https://example.com/shop.git@a1",
    ),
    (
        {
            "url": "https://example.com/all.git",
            "vcs_info": {"vcs": "git", "commit_id": "a1", "requested_revision": "v1"},
            "subdirectory": "profiles/shop",
        },
        "shop @ git+https://example.com/all.git@v1#subdirectory=profiles/shop",
    ),
]


def chosen(*hosts, protocol="http", **words):
    return ChosenProfile(profile=Profile(name="shop", endpoints=(Endpoint(hosts=hosts, protocol=protocol),)), **words)


@pytest.mark.parametrize(("origin", "wanted"), ORIGINS)
def test_what_is_installed_from_somewhere_is_installed_from_there(monkeypatch, origin, wanted):
    text = None if origin is None else json.dumps(origin)
    monkeypatch.setattr(metadata, "distribution", lambda name: SimpleNamespace(read_text=lambda file: text))

    assert requirement("shop") == wanted


def test_what_is_not_installed_is_named():
    assert requirement("recproxy-of-nobody") == "recproxy-of-nobody"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-e /here/shop s", ("-e", "/here/shop s")),
        ("/here/shop s", ("/here/shop s",)),
        ("shop @ file:///here/shop-1.whl", ("shop @ file:///here/shop-1.whl",)),
    ],
)
def test_a_requirement_is_what_an_installer_takes_as_words(line, words):
    starter = Starter(chosen=(chosen("a.example", requirement=line),), packaged=False)

    assert starter.requirements[-len(words) :] == words
    compile(starter.noxfile(), "noxfile.py", "exec")
    assert tomllib.loads(starter.tox())["env_run_base"]["deps"][-1] == line


def test_requirements_that_are_given_are_written_as_they_are():
    given = (
        "recproxy==0.2.0",
        "--find-links=wheels",
        "Recproxy_Shop @ git+https://a.example/all.git#subdirectory=shop",
        "attrs",
    )
    each = chosen("a.example", requirement="/here/shop")
    starter = Starter(chosen=(each,), packaged=False, given=given)

    assert starter.requirements == ("--find-links=wheels", "pytest", "recproxy==0.2.0", given[2], "attrs")
    assert tomllib.loads(starter.tox())["env_run_base"]["deps"] == list(starter.requirements)


def test_what_the_tests_of_a_project_need_is_installed():
    needs = TestRequirements(extra="test", group="dev", files=("requirements-test.txt",))
    starter = Starter(chosen=(), packaged=True, needs=needs, given=("recproxy==0.2.0",))

    assert (
        '"-e",\n        ".[test]",\n        "-r",\n        "requirements-test.txt",\n        "--group",\n        "dev"'
        in starter.noxfile()
    )
    base = tomllib.loads(starter.tox())["env_run_base"]
    assert (base["extras"], base["dependency_groups"], base["deps"][0]) == (
        ["test"],
        ["dev"],
        "-r requirements-test.txt",
    )
    ini = ConfigParser()
    ini.read_string(starter.tox_ini())
    assert (ini["testenv"]["extras"], ini["testenv"]["dependency_groups"]) == ("test", "dev")
    assert ini["testenv"]["deps"].split("\n")[1] == "-r requirements-test.txt"


def test_a_tox_ini_is_told_what_to_install_and_to_pass():
    profile = Profile(
        name="shop",
        endpoints=(Endpoint(hosts=("a.example",)),),
        credentials=("SHOP_KEY",),
        placeholders={"SHOP_KEY": "x", "SHOP_USER": "y"},
    )
    starter = Starter(chosen=(ChosenProfile(profile=profile, requirement="recproxy-shop"),), packaged=False)
    ini = ConfigParser()

    ini.read_string(starter.tox_ini())

    assert ini["testenv"]["deps"].split("\n")[1] == "pytest"
    assert ini["testenv"]["deps"].split("\n")[-1] == "recproxy-shop"
    assert ini["testenv"]["pass_env"] == "\nSHOP_KEY\nSHOP_USER"


def test_the_first_test_asks_a_host_that_can_be_asked():
    assert chosen("*.a.example", "b.example").address == "b.example"
    assert chosen("*").address == ""
    assert chosen("a.example", protocol="smtp").address == ""
    assert Starter(chosen=(chosen("*"),), packaged=False).first_test() is None


def test_tables_stand_below_the_tables_of_a_shared_file():
    starter = Starter(chosen=(chosen("a.example", host="a.example"),), packaged=True)

    assert tomllib.loads(starter.tox())["env_run_base"]["pass_env"] == ["SHOP_*"]
    own = {
        "run": ["shop"],
        "profiles": {"shop": {"endpoints": [{"hosts": ["a.example"], "base_url": "SHOP_BASE_URL"}]}},
    }

    assert tomllib.loads(starter.configuration()) == own
    assert tomllib.loads(starter.configuration("tool", "recproxy")) == {"tool": {"recproxy": own}}
    assert list(tomllib.loads(starter.tox("tool", "tox"))["tool"]["tox"]) == ["env_list", "env_run_base"]


def test_what_is_installed_by_name_bears_no_mark_of_this_machine(monkeypatch):
    monkeypatch.setattr(metadata, "distribution", lambda name: SimpleNamespace(read_text=lambda file: None))
    named = Starter(chosen=(chosen("a.example", requirement="recproxy-shop"),), packaged=False)
    local = Starter(chosen=(chosen("a.example", requirement="-e /here/shop"),), packaged=False)
    wheel = Starter(chosen=(chosen("a.example", requirement="shop @ file:///here/shop-1.whl"),), packaged=False)

    assert (named.local, local.local, wheel.local) == ((), ("/here/shop",), ("/here/shop-1.whl",))
    assert "this machine" not in named.noxfile() + named.tox()
    for text in (local.noxfile(), local.tox()):
        assert text.count("# These paths exist on this machine") == 1
