"""The keys in each of tox's files, and the environments made for whoever sets them."""

import pytest
from tox.plugin.manager import MANAGER
from tox.run import setup_state
from tox.tox_env.errors import Fail

from recproxy.runners.tox.settings import ToxSettings, settings_of

from .conftest import INI, TOML


@pytest.fixture
def environments(tox):
    """The environments of the project, read in this process as tox reads them."""

    def environments(*words):
        state = setup_state(
            ["config", "--workdir", str(tox.work), "--root", str(tox.root), "-c", str(tox.root), *words]
        )
        MANAGER.tox_add_core_config(state.conf.core, state)
        return {name: state.envs[name].conf for name in state.envs.iter(only_active=False)}

    return environments


def test_the_base_makes_an_environment_for_each_mode(environments):
    assert {name: (conf["recproxy_mode"], conf["description"]) for name, conf in environments().items()} == {
        "functional-replay": ("replay", "functional tests, answered from recordings"),
        "functional-record": ("record", "functional tests against the real services, recorded"),
        "functional-live": ("live", "functional tests against the real services, nothing written"),
        "functional-verify": ("verify", "compares the recordings with the real services, nothing written"),
    }


def test_none_are_made_where_the_base_names_no_profiles(tox, environments):
    tox.write("tox.toml", TOML.replace("recproxy_profiles", "# recproxy_profiles").replace("functional-replay", "unit"))

    assert list(environments()) == ["unit"]


KEYS = "recproxy_mode, recproxy_profiles, recproxy_record, recproxy_isolate, recproxy_report, recproxy_prove"
PYPROJECT = "[project]\nname = 'demo'\nversion = '1'\n[tool.tox]" + TOML.replace("[env_run", "[tool.tox.env_run")


@pytest.mark.parametrize(
    ("name", "text"), [("tox.toml", TOML), ("tox.ini", INI), ("pyproject.toml", PYPROJECT)], ids=lambda value: value[:8]
)
def test_the_keys_are_read_from_each_file(tox, environments, name, text):
    (tox.root / "tox.toml").unlink()
    tox.write(name, text)

    assert settings_of(environments()["functional-record"]) == ToxSettings(
        mode="record", profiles=("shop", "bank"), recorded=()
    )


def test_a_section_of_its_own_goes_before_what_is_made(tox, environments):
    own = '[env.functional-record]\nrecproxy_record = ["bank"]\nrecproxy_report = ["r.json"]\n[env.functional-live]\nrecproxy_mode = "off"\n'
    tox.write("tox.toml", TOML + own)

    made = environments()

    assert settings_of(made["functional-record"]).recorded == ("bank",)
    assert settings_of(made["functional-record"]).mode == "record"
    assert settings_of(made["functional-record"]).reports == ("r.json",)
    assert settings_of(made["functional-live"]).mode == "off"


def test_only_what_records_is_proven(tox, environments):
    tox.write("tox.toml", TOML.replace("[env_run_base]", "[env_run_base]\nrecproxy_prove = true"))

    made = environments()

    assert [settings_of(made[f"functional-{mode}"]).proves for mode in ("replay", "record", "live")] == [
        False,
        True,
        False,
    ]


def test_an_override_goes_before_all(environments):
    words = ("env.functional-replay.recproxy_mode=live", "env.functional-replay.recproxy_record=bank,shop")
    made = environments(*(word for override in words for word in ("-x", override)))

    assert settings_of(made["functional-replay"]) == ToxSettings(
        mode="live", profiles=("shop", "bank"), recorded=("bank", "shop")
    )


@pytest.mark.parametrize(
    ("line", "wanted"), [("", None), ("recproxy_isolate = true", True), ("recproxy_isolate = false", False)]
)
@pytest.mark.parametrize("name", ["tox.toml", "tox.ini"])
def test_isolation_is_said_or_left_to_the_project(tox, environments, name, line, wanted):
    (tox.root / "tox.toml").unlink()
    own = "[env.functional-replay]" if name == "tox.toml" else "[testenv:functional-replay]"
    tox.write(name, f"{TOML if name == 'tox.toml' else INI}{own}\n{line}\n")

    assert settings_of(environments()["functional-replay"]).isolate is wanted


def test_other_environments_have_the_profiles_and_no_mode(tox, environments):
    tox.write("tox.toml", TOML + "[env.unit]\n")

    assert environments()["unit"]["recproxy_profiles"] == ["shop", "bank"]
    assert settings_of(environments()["unit"]).mode == "off"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'recproxy_mod = "replay"',
            f"unknown key 'recproxy_mod': recproxy knows {KEYS} (nearest: recproxy_mode)",
        ),
        ('recproxy_mode = "reply"', "recproxy_mode is 'reply': give it off, auto, replay, record, live, verify"),
        (
            'recproxy_mode = "replay"\nrecproxy_profiles = []',
            "recproxy_mode is 'replay', but recproxy_profiles is empty: name the profiles of the suite there",
        ),
        (
            'recproxy_mode = "replay"\nrecproxy_record = ["shp"]',
            "recproxy_record names 'shp', which recproxy_profiles lacks: shop, bank",
        ),
    ],
)
def test_a_wrong_value_is_told_in_one_line_that_names_the_key(tox, environments, line, said):
    tox.write("tox.toml", f"{TOML}[env.api]\n{line}\n")

    with pytest.raises(Fail) as caught:
        settings_of(environments()["api"])

    assert str(caught.value) == said


def test_an_unknown_key_of_an_override_is_refused_too(environments):
    made = environments("-x", "env.functional-replay.recproxy_recrd=shop")

    with pytest.raises(Fail, match=r"unknown key 'recproxy_recrd': .* \(nearest: recproxy_record\)"):
        settings_of(made["functional-replay"])
