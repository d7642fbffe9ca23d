"""Projects: where configuration is found, and which profiles a word means."""

import pytest

from recproxy.config import project as module
from recproxy.config.installed import Offer
from recproxy.config.project import find_project
from recproxy.errors import ConfigurationError, ProfileError

SHOP = '[tool.recproxy.profiles.shop]\n[[tool.recproxy.profiles.shop.endpoints]]\nhosts = ["shop.example"]\n'
INSTALLED = 'schema = 1\nname = "bank"\ncredentials = ["BANK_KEY"]\n[[endpoints]]\nhosts = ["bank.example"]\n'


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch):
    """Which profiles are installed here is not what these tests are about."""
    monkeypatch.setattr(module, "offers", dict)


@pytest.fixture
def bank(tmp_path, monkeypatch):
    """An installed profile package."""
    package = tmp_path / "site" / "recproxy_test_bank"
    (package / "recordings").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('a profile package is not imported')")
    (package / "profile.toml").write_text(INSTALLED)
    monkeypatch.syspath_prepend(tmp_path / "site")
    offer = Offer(name="bank", package="recproxy_test_bank", distribution="recproxy-bank", version="1.0")
    monkeypatch.setattr(module, "offers", lambda: {"bank": [offer]})
    return package


def project(folder, text="", name="pyproject.toml"):
    (folder / name).write_text(text)
    return find_project(folder)


def test_a_folder_without_configuration_is_a_project_of_its_own(tmp_path):
    found = find_project(tmp_path)

    assert found.root == tmp_path.resolve()
    assert found.recordings == tmp_path.resolve() / "tests/functional/recordings"
    assert (found.profiles, found.default_profiles(), found.on_miss, found.unlisted) == ((), (), "fail", "")


def test_configuration_is_found_upwards(tmp_path):
    text = 'recordings = "rec"\nunlisted = "pass"\npass_hosts = ["*.example"]\non_miss = "warn"\nprofiles = ["shop"]\n'
    (tmp_path / "pyproject.toml").write_text(f"[tool.recproxy]\n{text}")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)

    found = find_project(inner)

    assert (found.root, found.recordings) == (tmp_path.resolve(), tmp_path.resolve() / "rec")
    assert (found.unlisted, found.pass_hosts, found.on_miss) == ("pass", ("*.example",), "warn")
    assert found.default_profiles() == ("shop",)


def test_a_path_of_a_profile_is_relative_to_the_file_that_names_it(tmp_path, monkeypatch):
    project(tmp_path, "profiles = ['shop/profile.toml', 'bank']\n", "recproxy.toml")
    (inner := tmp_path / "a").mkdir()

    monkeypatch.chdir(inner)
    below = find_project(inner).default_profiles()
    monkeypatch.chdir(tmp_path)
    there = find_project(tmp_path).default_profiles()

    assert below == (str(tmp_path.resolve() / "shop/profile.toml"), "bank")
    assert there == ("shop/profile.toml", "bank")


def test_a_pyproject_without_our_table_is_passed_by(tmp_path):
    project(tmp_path, "[tool.recproxy]\non_miss = 'warn'\n")
    inner = tmp_path / "package"
    inner.mkdir()

    assert project(inner, "[project]\nname = 'x'\n").on_miss == "warn"


def test_recproxy_toml_goes_before_pyproject_toml_and_has_no_prefix(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.recproxy]\non_miss = 'fail'\n")

    found = project(
        tmp_path,
        "on_miss = 'warn'\n[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ['a.example']\n",
        "recproxy.toml",
    )

    assert found.on_miss == "warn"
    assert found.profile("shop").hosts == ("a.example",)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[tool]\nrecproxy = 1\n", "pyproject.toml:2: tool.recproxy must be a table"),
        ("[tool.recproxy]\non_mis = 'warn'\n", "pyproject.toml:2: unknown key 'tool.recproxy.on_mis'"),
        ("[tool.recproxy]\nunlisted = 'maybe'\n", "pyproject.toml:2: tool.recproxy.unlisted is 'maybe'"),
        ("[tool.recproxy]\nprofiles = 'shop'\n", "pyproject.toml:2: tool.recproxy.profiles is 'shop': give it a list"),
        ("[tool.recproxy.profiles]\nshop = 1\n", "pyproject.toml:2: tool.recproxy.profiles.shop is 1: give it a table"),
        ("[tool.recproxy\n", "pyproject.toml:1: not TOML"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path, text, wanted):
    with pytest.raises(ConfigurationError, match=r".") as caught:
        project(tmp_path, text)

    assert wanted in caught.value.message


def test_an_inline_profile_is_found_and_its_errors_name_the_line(tmp_path):
    assert project(tmp_path, SHOP).profile("shop").hosts == ("shop.example",)

    with pytest.raises(
        ProfileError, match=r"pyproject\.toml:4: unknown key 'tool\.recproxy\.profiles\.shop\.endpoints\.prot'"
    ):
        project(tmp_path, SHOP + "prot = 1\n").profile("shop")


def test_an_unknown_profile_is_named_with_what_is_known(tmp_path):
    with pytest.raises(ProfileError, match=r"unknown profile 'shp': known are shop \(nearest: shop\)"):
        project(tmp_path, SHOP).profile("shp")
    with pytest.raises(ProfileError, match="unknown profile 'shp': no profile is installed"):
        project(tmp_path, "").profile("shp")


def test_an_unknown_profile_is_named_with_the_command_that_defines_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = project(tmp_path, SHOP)
    (tmp_path / "bank.toml").write_text(INSTALLED)
    listing = project(tmp_path, "profiles = ['bank.toml']\n", "recproxy.toml")

    with pytest.raises(ProfileError, match=r"define it: run recproxy init --runner none --profile shp=HOST$"):
        found.profile("shp")
    with pytest.raises(ProfileError, match=r"shp --host HOST and add its path to profiles of recproxy\.toml$"):
        listing.profile("shp")
    assert found.unknown("shp", "run x").message.endswith("; install it, or define it: run x")


def test_a_profile_whose_path_the_project_lists_is_known_by_its_name_too(tmp_path, monkeypatch):
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/profile.toml").write_text(INSTALLED.replace("bank", "shop"))
    found = project(tmp_path, "profiles = ['profiles/profile.toml', 'bank']\n", "recproxy.toml")
    monkeypatch.chdir(tmp_path)

    assert found.profile("shop") == found.profile("profiles/profile.toml")
    assert [each.name for each in found.load(["profiles/profile.toml", "shop"])] == ["shop"]
    assert found.owner(tmp_path / "tests/functional/recordings/shop/default.rec").name == "shop"
    with pytest.raises(ProfileError, match="unknown profile 'shp': known are shop"):
        found.profile("shp")


def test_a_path_means_a_profile_file_or_its_folder(tmp_path):
    (tmp_path / "profile.toml").write_text(INSTALLED)
    found = find_project(tmp_path)

    assert found.profile(str(tmp_path)) == found.profile(str(tmp_path / "profile.toml"))
    assert found.profile(str(tmp_path)).name == "bank"
    said = "cannot be read: No such file or directory; the path of a profile is that of its profile.toml, or of the "
    for gone in (tmp_path / "other" / "profile.toml", tmp_path / "other"):
        with pytest.raises(ProfileError, match=f"{said}folder that holds it$"):
            found.profile(str(gone))


def test_an_installed_profile_is_read_without_importing_its_package(tmp_path, bank):
    profile = find_project(tmp_path).profile("bank")

    assert profile.credentials == ("BANK_KEY",)
    assert profile.recordings == str(bank / "recordings")
    assert profile.origin == str(bank / "profile.toml")


def test_an_inline_table_overrides_an_installed_profile_key_by_key(tmp_path, bank):
    found = project(tmp_path, "[tool.recproxy.profiles.bank.match]\nrepeat = 'miss'\n")

    profile = found.profile("bank")

    assert (profile.match.repeat, profile.hosts) == ("miss", ("bank.example",))
    assert found.default_profiles() == ("bank",)


def test_a_file_of_cas_is_relative_to_the_file_that_names_it(tmp_path, bank):
    (bank / "profile.toml").write_text(INSTALLED + "[upstream]\nca = 'ca.pem'\n")
    own = project(tmp_path, "[tool.recproxy.profiles.bank.upstream]\ntimeout = 1\n").profile("bank").upstream
    assert (own.ca, own.ca_place, own.timeout) == (f"{bank}/ca.pem", f"{bank}/profile.toml:7", 1)

    ours = project(tmp_path, "[tool.recproxy.profiles.bank.upstream]\nca = 'ours.pem'\n").profile("bank").upstream
    assert (ours.ca, ours.ca_place) == (f"{tmp_path}/ours.pem", f"{tmp_path}/pyproject.toml:2")

    none = project(tmp_path, "[tool.recproxy.profiles.bank.upstream]\nca = ''\n").profile("bank").upstream
    assert (none.ca, none.ca_place) == ("", "")


def test_a_choice_of_profiles_is_said_once_and_leaves_room_for_overrides(tmp_path, bank):
    chosen = project(tmp_path, "[tool.recproxy]\nrun = ['bank']\n")
    changed = project(
        tmp_path, "[tool.recproxy]\nrun = ['bank']\n[tool.recproxy.profiles.bank.upstream]\ntimeout = 1\n"
    )

    assert (chosen.default_profiles(), changed.default_profiles()) == (("bank",), ("bank",))
    assert (chosen.choice_key, chosen.profile("bank").keys) == ("run", ("tool", "recproxy", "profiles", "bank"))
    assert changed.profile("bank").upstream.timeout == 1
    assert [each.profile("bank").ways().tables for each in (chosen, changed)] == [(), ("upstream",)]
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml:3: tool\.recproxy\.run and the list `profiles` say"):
        project(tmp_path, "[tool.recproxy]\nprofiles = ['shop']\nrun = ['shop']\n")


def test_an_override_cannot_take_the_endpoints_away(tmp_path, bank):
    found = project(tmp_path, "[tool.recproxy.profiles.bank]\nendpoints = []\n")

    with pytest.raises(ProfileError, match=r"pyproject\.toml:2: the profile has no endpoint: add \[\[endpoints\]\]"):
        found.profile("bank")


def test_an_error_in_an_override_names_the_file_it_stands_in(tmp_path, bank):
    found = project(tmp_path, "[tool.recproxy.profiles.bank.match]\nrepeet = 'miss'\n")

    with pytest.raises(ProfileError, match=r"pyproject\.toml:2: unknown key"):
        found.profile("bank")


@pytest.mark.parametrize("named", [True, False], ids=["profiles named", "none named"])
@pytest.mark.parametrize(
    ("name", "prefix"), [("recproxy.toml", ""), ("pyproject.toml", "tool.recproxy.")], ids=["own file", "shared file"]
)
def test_an_override_of_a_mistyped_name_is_refused_with_the_nearest(tmp_path, bank, monkeypatch, name, prefix, named):
    offer = Offer(name="banking", package="recproxy_test_bank")
    monkeypatch.setattr(module, "offers", lambda: {"banking": [offer]})
    (bank / "profile.toml").write_text(INSTALLED.replace('"bank"', '"banking"'))
    text = f'# ours\n[{prefix}profiles.bankking.match]\nrepeat = "miss"\n'
    found = project(tmp_path, text, name)

    with pytest.raises(ProfileError) as problem:
        found.load(["banking"] if named else found.default_profiles())

    assert str(problem.value) == (
        f"{tmp_path.resolve() / name}:2: profile 'bankking' has no endpoint, and none of that name is installed "
        "(nearest: banking): correct the name, install it, or add [[endpoints]] with hosts"
    )


def test_an_override_of_a_profile_that_is_not_installed_here_stands_beside_others(tmp_path, bank):
    found = project(tmp_path, '[tool.recproxy.profiles.shop.match]\nrepeat = "miss"\n')

    assert [each.name for each in found.load(["bank"])] == ["bank"]


def test_an_error_in_an_installed_profile_names_its_file(tmp_path, bank):
    (bank / "profile.toml").write_text(INSTALLED + "prot = 1\n")

    with pytest.raises(ProfileError, match=r"recproxy_test_bank/profile\.toml:6: unknown key"):
        find_project(tmp_path).profile("bank")


def test_a_package_without_a_profile_is_told_from_one_that_is_gone(tmp_path, bank, monkeypatch):
    (bank / "profile.toml").unlink()
    with pytest.raises(ProfileError, match=r"package 'recproxy_test_bank' holds no profile\.toml"):
        find_project(tmp_path).profile("bank")

    gone = Offer(name="bank", package="recproxy_test_gone")
    monkeypatch.setattr(module, "offers", lambda: {"bank": [gone]})
    with pytest.raises(ProfileError, match=r"its package 'recproxy_test_gone' cannot be found: install it again"):
        find_project(tmp_path).profile("bank")


def test_profiles_are_loaded_once_in_order(tmp_path, bank):
    found = project(tmp_path, SHOP)

    assert [profile.name for profile in found.load(("shop", "bank", "shop"))] == ["shop", "bank"]
    assert found.default_profiles() == ("bank", "shop")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("tests/functional/recordings/shop/default.rec", "shop"),
        ("tests/functional/recordings/shop/bank/test_one.rec", "shop"),  # a test that is called as a profile is
        ("tests/functional/recordings/other/bank/one.rec", "bank"),
        ("elsewhere/shop/more/one.rec", "shop"),
        ("elsewhere/one.rec", None),
    ],
)
def test_a_recording_belongs_to_the_profile_whose_folder_it_is_in(tmp_path, path, wanted):
    owner = project(tmp_path, SHOP + SHOP.replace("shop", "bank")).owner(tmp_path / path)

    assert (owner.name if owner else None) == wanted


def test_two_owners_of_one_host_are_refused(tmp_path):
    other = SHOP.replace("profiles.shop", "profiles.other")

    with pytest.raises(ProfileError, match=r"profiles 'shop' and 'other' both own host 'shop\.example'"):
        project(tmp_path, SHOP + other).load(("shop", "other"))


@pytest.mark.parametrize(
    ("name", "text", "place", "new"),
    [
        (
            "pyproject.toml",
            SHOP,
            "in pyproject.toml:\n    [tool.recproxy.profiles.shop.match]",
            "[tool.recproxy.profiles.NAME] of",
        ),
        (
            "recproxy.toml",
            SHOP.replace("tool.recproxy.", ""),
            "in recproxy.toml:\n    [profiles.shop.match]",
            "[profiles.NAME] of",
        ),
    ],
)
def test_where_a_profile_is_written_is_known(tmp_path, name, text, place, new):
    found = project(tmp_path, text, name)

    assert found.profile("shop").ways().toml("match") == place
    assert found.place_of_new() == f"{new} {name}"


def test_an_installed_profile_is_changed_in_the_project_also_if_that_has_a_list_yet(tmp_path, bank):
    free, listed = project(tmp_path), project(tmp_path, 'profiles = ["bank"]\n', "recproxy.toml")

    assert free.profile("bank").ways().toml("match") == "in recproxy.toml:\n    [profiles.bank.match]"
    assert listed.profile("bank").ways().toml("match") == (
        "in recproxy.toml, after you rename its key profiles to run:\n    [profiles.bank.match]"
    )
    assert listed.place_of_new() == "a profile.toml that profiles of recproxy.toml names"


@pytest.mark.parametrize(("wanted", "unmet"), [(">=99", {"bank": ">=99"}), (">=0.1", {}), ("nonsense", {}), ("", {})])
def test_a_profile_for_another_recproxy_is_no_default_and_an_error_if_it_is_named(tmp_path, bank, wanted, unmet):
    if wanted:
        (bank / "profile.toml").write_text(f'requires_recproxy = "{wanted}"\n{INSTALLED}')
    found = project(tmp_path, SHOP)

    assert found.unmet() == unmet
    assert found.default_profiles() == (("shop",) if unmet else ("bank", "shop"))
    if unmet:
        with pytest.raises(ProfileError, match="requires_recproxy is '>=99': this is recproxy"):
            found.profile("bank")
    listed = project(tmp_path, 'run = ["bank"]\n', "recproxy.toml")
    assert (listed.unmet(), listed.default_profiles()) == ({}, ("bank",))
