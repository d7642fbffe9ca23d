"""The error for a name that no profile has."""

import pytest

from recproxy.config.unknown_profile import defining_step, unknown_profile


@pytest.mark.parametrize(
    ("known", "step", "wanted"),
    [
        ((), "", "no profile is installed and none is in [profiles.NAME]"),
        ((), "run x", "no profile is installed and none is in [profiles.NAME]; define it: run x"),
        (("bank", "shop"), "", "known are bank, shop (nearest: shop); install one or write it inline"),
        (("bank",), "run x", "known are bank; install it, or define it: run x"),
    ],
)
def test_it_names_what_is_known_and_what_defines_one(known, step, wanted):
    assert unknown_profile("shp", known, "[profiles.NAME]", step) == f"unknown profile 'shp': {wanted}"


@pytest.mark.parametrize(("known", "names"), [(("bank", "shop"), "bank, shop"), ((), "none")])
def test_an_option_in_its_place_says_that_the_name_is_missing(known, names):
    said = unknown_profile("--", known, "[profiles.NAME]", "")

    assert said == f"the name of a profile is missing before '--': known are {names}"


def test_the_step_is_a_command_of_init_in_the_folder_of_the_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    step = "run recproxy init --runner none --profile shp=HOST"

    assert defining_step("shp", ".") == defining_step("shp", str(tmp_path)) == step
    assert defining_step("shp", str(tmp_path.parent)) == f"{step} in .."


def test_a_project_with_a_list_of_profiles_gets_a_folder_and_what_is_no_name_gets_nothing():
    assert defining_step("shp", ".", "pyproject.toml") == (
        "run recproxy profiles new shp --host HOST and add its path to profiles of pyproject.toml"
    )
    assert defining_step("Shop!", ".") == ""
