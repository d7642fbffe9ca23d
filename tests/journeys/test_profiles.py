"""A profile that projects share: built as a wheel, installed, changed by a new version, and what clashes."""

import os
import shutil
import sys
import zipfile

import prestarted
import pytest
from deadlines import seconds
from wheels import built_wheel

ASK = """
import json, os, urllib.error, urllib.request
request = urllib.request.Request(os.environ["SHOP_BASE_URL"] + "/example?nonce=7")
try:
    print(urllib.request.urlopen(request).read().decode())
except urllib.error.HTTPError as error:
    print(error.status)
"""
HOOKS = """
from dataclasses import replace

def respond(request, recorded):
    return None if recorded is None else replace(recorded, body=recorded.body + b" from the hook")
"""


class Team:
    """Projects with an environment each: packages are put into a folder that only that project sees."""

    def __init__(self, folder):
        self.folder = folder

    def environment(self, name):
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("RECPROXY")}
        return inherited | {"PYTHONPATH": str(self.folder / name / "site")}

    def run(self, name, *words):
        (self.folder / name).mkdir(exist_ok=True)
        environment = self.environment(name)
        return prestarted.run("recproxy", words, cwd=self.folder / name, environment=environment, timeout=seconds(60))

    def new(self, profile, host):
        done = self.run("author", "profiles", "new", profile, "--host", host)
        assert done.returncode == 0, done.stderr
        return self.folder / "author" / f"recproxy-{profile}"

    def install(self, name, wheel):
        """A wheel of plain Python is installed by unpacking it."""
        site = self.folder / name / "site"
        for old in site.glob(f"{wheel.name.partition('-')[0]}-*.dist-info"):
            shutil.rmtree(old)
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(site)


@pytest.fixture
def team(tmp_path):
    pytest.importorskip("hatchling")
    return Team(tmp_path)


def ask(team, name, *words):
    return team.run(
        name, "run", "--profile", "shop", "--recordings", "shop=example.rec", *words, "--", sys.executable, "-c", ASK
    )


@pytest.mark.long
def test_a_new_version_of_a_profile_changes_the_projects_that_share_it_without_recording_anew(team):
    root = team.new("shop", "api.shop.example")
    wheel = built_wheel(root)
    for name in ("one", "two"):
        team.install(name, wheel)

    assert [ask(team, name).stdout for name in ("one", "two")] == ["599\n", "599\n"]

    profile = root / "recproxy_shop" / "profile.toml"
    text = profile.read_text().replace("query = []", 'query = ["nonce"]', 1)
    profile.write_text(text + '[hooks]\nrespond = "recproxy_shop.hooks:respond"\n')
    (root / "recproxy_shop" / "hooks.py").write_text(HOOKS)
    (root / "pyproject.toml").write_text((root / "pyproject.toml").read_text().replace("0.1.0", "0.2.0"))
    wheel = built_wheel(root)
    for name in ("one", "two"):
        team.install(name, wheel)

    done = [ask(team, name) for name in ("one", "two")]
    assert [each.stdout for each in done] == ["hello from the hook\n"] * 2, done[0].stderr
    assert "shop 0.2.0 api.shop.example recproxy-shop: " in " ".join(team.run("one", "profiles").stdout.split())


def test_two_installed_profiles_with_one_name_are_one_line(team):
    root = team.new("shop", "api.shop.example")
    team.install("one", built_wheel(root))
    (root / "pyproject.toml").write_text(
        (root / "pyproject.toml").read_text().replace('"recproxy-shop"', '"acme-shop"')
    )
    team.install("one", built_wheel(root))

    done = ask(team, "one")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "recproxy: profile 'shop' is installed twice, by acme-shop 0.1.0 and recproxy-shop 0.1.0: uninstall one of them\n"
    )


SHOP = 'schema = 1\nname = "{}"\n[[endpoints]]\nhosts = ["{}"]\nbase_url = "{}"\n'


def profile(team, folder, name, host):
    path = team.folder / "one" / folder
    path.mkdir(parents=True)
    (path / "profile.toml").write_text(SHOP.format(name, host, f"{name.upper()}_URL"))
    return f"./{folder}"


@pytest.fixture
def one(tmp_path):
    return Team(tmp_path)


def test_two_paths_with_one_name_are_one_line(one):
    words = [word for folder in ("a", "b") for word in ("--profile", profile(one, folder, "shop", f"{folder}.example"))]

    done = one.run("one", "run", *words, "--", "true")

    assert done.returncode == 2
    assert done.stderr == (
        "recproxy: two profiles are named 'shop', of a/profile.toml and b/profile.toml: choose one\n"
    )


def test_an_overlap_is_settled_by_the_most_specific_host_and_told_once(one):
    words = [
        "--profile",
        profile(one, "a", "pay", "pay.shop.example"),
        "--profile",
        profile(one, "b", "bank", "b.example"),
    ]
    (one.folder / "one" / "b" / "profile.toml").write_text(
        SHOP.format("bank", '*.shop.example", "b.example', "BANK_URL")
    )

    done = one.run("one", "run", *words, "--", "true")

    assert done.returncode == 0
    line = "host 'pay.shop.example' belongs to 'pay', although 'bank' owns '*.shop.example': the most specific wins\n"
    assert done.stderr.count(line) == 1


def test_an_overlap_of_equal_hosts_is_one_line(one):
    words = [word for name in ("a", "b") for word in ("--profile", profile(one, name, name, "shop.example"))]

    done = one.run("one", "run", *words, "--", "true")

    assert done.returncode == 2
    assert done.stderr == "recproxy: profiles 'a' and 'b' both own host 'shop.example': choose one with --profile\n"
