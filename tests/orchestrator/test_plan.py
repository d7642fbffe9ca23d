"""Plans: a command's words, the project and the environment become one frozen value."""

import pytest
import trustme

from recproxy.config import project as project_module
from recproxy.config.project import find_project
from recproxy.control.modes import UNLISTED
from recproxy.errors import ConfigurationError, ProfileError, RecordingNotFound
from recproxy.orchestrator.plan import make_plan, unset_credentials

TEXT = """
[tool.recproxy]
{more}
[tool.recproxy.profiles.shop]
credentials = ["SHOP_KEY"]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["shop.example"]
[tool.recproxy.profiles.bank]
[[tool.recproxy.profiles.bank.endpoints]]
hosts = ["bank.example"]
"""


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch):
    monkeypatch.setattr(project_module, "offers", dict)


@pytest.fixture
def plan(tmp_path):
    def make(mode="replay", more="", environment=None, **words):
        (tmp_path / "pyproject.toml").write_text(TEXT.format(more=more))
        return make_plan(
            find_project(tmp_path),
            mode=mode,
            folder=tmp_path,
            environment={"SHOP_KEY": "k"} | (environment or {}),
            **words,
        )

    return make


CA = '[tool.recproxy.profiles.shop.upstream]\nca = "{}"\n'


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("gone.pem", "cannot be read: No such file or directory"),
        ("garbage.pem", "contains no certificates: name a PEM file"),
        ("empty.pem", "contains no certificates: name a PEM file"),
    ],
)
@pytest.mark.parametrize("mode", ["record", "live", "auto"])
def test_a_file_of_cas_that_cannot_be_used_is_told_with_file_line_and_key(plan, tmp_path, file, why, mode):
    (tmp_path / "garbage.pem").write_text("nonsense")
    (tmp_path / "empty.pem").write_text("")

    with pytest.raises(ProfileError) as caught:
        plan(mode, more=CA.format(file))

    place = f"{tmp_path}/pyproject.toml:4"
    assert caught.value.message == f"{place}: upstream.ca of profile 'shop': {tmp_path}/{file} {why}"


def test_a_replay_needs_no_file_of_cas(plan):
    assert plan(more=CA.format("gone.pem")).reach == "replay"


def test_a_file_of_cas_is_found_beside_the_file_that_names_it(plan, tmp_path, monkeypatch):
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")

    made = plan("record", more=CA.format("ca.pem"))

    assert [profile.upstream.ca for profile in made.profiles] == ["", f"{tmp_path}/ca.pem"]


def test_credentials_that_are_missed_late_are_no_error_yet(plan):
    made = plan("record", environment={"SHOP_KEY": ""}, late_credentials=True)

    (shop,) = [profile for profile in made.profiles if profile.name == "shop"]
    assert unset_credentials(made, shop, {}) == ("SHOP_KEY",)


def test_a_profile_that_is_to_be_recorded_and_run_live_is_refused(plan):
    with pytest.raises(ConfigurationError, match="--record shop and --live shop: a profile has one mode in a run"):
        plan(record=("shop",), live=("shop", "bank"))


def test_a_project_with_profiles_of_its_own_chooses_those_of_a_run(plan):
    assert names(plan(more='run = ["shop"]')) == ["shop"]
    assert names(plan(more='run = ["shop"]', profiles=("bank",))) == ["bank"]
    assert names(plan(more='run = ["shop"]', record=("bank",))) == ["shop", "bank"]


def names(made):
    return [profile.name for profile in made.profiles]


def test_all_configured_profiles_run_unless_some_are_chosen(plan):
    assert names(plan()) == ["bank", "shop"]
    assert names(plan(profiles=("shop",))) == ["shop"]


def test_profiles_may_have_modes_of_their_own(plan):
    made = plan(record=("shop",), live=("bank",))

    assert [made.mode_of(name) for name in ("shop", "bank", UNLISTED)] == ["record", "live", "live"]
    assert made.reach == "record"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({}, "replay"),
        ({"mode": "auto"}, "auto"),
        ({"live": ("bank",)}, "live"),
        ({"mode": "auto", "live": ("bank",)}, "live"),
        ({"mode": "live", "record": ("bank",)}, "record"),
    ],
)
def test_the_mode_of_a_run_is_that_of_the_profile_that_touches_most(plan, words, wanted):
    assert plan(**words).reach == wanted


def test_auto_under_ci_is_replay(plan):
    assert plan("auto", environment={"CI": "true"}).mode == "replay"
    assert plan("auto", environment={"CI": ""}).mode == "auto"


@pytest.mark.parametrize(
    ("mode", "more", "wanted", "reaches"),
    [
        ("replay", "", (), False),
        ("auto", "", (), True),
        ("record", "", ("*",), True),
        ("live", "", ("*",), True),
        ("replay", 'unlisted = "pass"', ("*",), True),
        ("record", 'unlisted = "refuse"', (), True),
        ("replay", 'pass_hosts = ["*.cdn.example"]', ("*.cdn.example",), True),
        ("record", 'unlisted = "refuse"\npass_hosts = ["a.example"]', ("a.example",), True),
    ],
)
def test_what_nobody_owns_passes_where_real_services_are_asked_or_the_project_says_so(
    plan, mode, more, wanted, reaches
):
    made = plan(mode, more)

    assert (made.passing, made.reaches_services) == (wanted, reaches)


def test_a_recording_for_the_whole_run_is_found_where_it_is_to_be_replayed(plan, tmp_path):
    (tmp_path / "a.rec").write_text("")
    (tmp_path / "b.rec").write_text("")

    made = plan(recordings=("shop=a.rec", "shop=b.rec"))

    assert made.recordings == {"shop": (str(tmp_path / "a.rec"), str(tmp_path / "b.rec"))}
    with pytest.raises(RecordingNotFound):
        plan(recordings=("shop=gone.rec",))


def test_a_recording_that_is_to_be_made_need_not_exist(plan, tmp_path):
    assert plan(recordings=("shop=new.rec",), record=("shop",)).recordings == {"shop": (str(tmp_path / "new.rec"),)}
    assert plan("auto", recordings=("shop=new.rec",)).recordings == {"shop": (str(tmp_path / "new.rec"),)}


def test_in_auto_a_recording_is_found_where_a_replay_finds_it(plan, tmp_path):
    found = tmp_path / "tests/functional/recordings/shop/a.rec"
    found.parent.mkdir(parents=True)
    found.write_text("")

    assert plan("auto", recordings=("shop=a",)).recordings == {"shop": (str(found),)}


def test_a_profile_may_be_recorded_by_its_path(plan, tmp_path):
    (tmp_path / "post").mkdir()
    (tmp_path / "post/profile.toml").write_text('schema = 1\nname = "post"\n[[endpoints]]\nhosts = ["post.example"]\n')
    path = str(tmp_path / "post")

    assert plan(profiles=(path,), record=(path,)).modes == {"post": "record"}
    with pytest.raises(ConfigurationError, match="--record post and --live .*: a profile has one mode in a run"):
        plan(profiles=(path,), record=("post",), live=(path,))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ({"recordings": ("shop",)}, "--recordings shop: write it as PROFILE=PATH"),
        ({"recordings": ("shop=",)}, "--recordings shop=: write it as PROFILE=PATH"),
        ({"recordings": ("shp=a.rec",)}, "profile 'shp' is not in this run, which has bank, shop"),
        ({"record": ("shop",), "profiles": ("bank",)}, "--record shop: no such profile in this run, which has bank"),
        ({"live": ("shop",), "profiles": ("bank",)}, "--live shop: no such profile in this run, which has bank"),
    ],
)
def test_a_wrong_word_is_refused(plan, words, wanted):
    with pytest.raises(ConfigurationError) as caught:
        plan(**words)

    assert wanted in caught.value.message


@pytest.mark.parametrize("words", [{"mode": "record"}, {"mode": "live"}, {"record": ("shop",)}, {"live": ("shop",)}])
def test_missing_credentials_are_named_where_the_real_service_is_asked(plan, words):
    mode = "record" if "record" in (*words, words.get("mode")) else "live"

    with pytest.raises(ConfigurationError) as caught:
        plan(environment={"SHOP_KEY": ""}, **words)

    line = f"profile 'shop' cannot be run in mode {mode}: set SHOP_KEY in the environment"
    way_out = f"{line}, or leave it out: --profile P runs P alone, --{mode} P "
    assert caught.value.message.startswith(way_out if "mode" in words else line)
    assert "mode" in words or caught.value.message == line


def test_what_all_profiles_lack_is_named_at_once(plan):
    more = '[tool.recproxy.profiles.post]\ncredentials = ["KEY", "ID"]\nendpoints = [{ hosts = ["post.example"] }]\n'

    with pytest.raises(ConfigurationError) as caught:
        plan("record", more=more, environment={"SHOP_KEY": ""})

    assert caught.value.message.partition(": --profile")[0] == (
        "profile 'post' cannot be run in mode record: set KEY, ID; profile 'shop' cannot be run in mode record: set "
        "SHOP_KEY in the environment, or leave them out"
    )


def test_replay_and_auto_need_no_credentials(plan):
    assert plan("replay", environment={"SHOP_KEY": ""}).mode == "replay"
    assert plan("auto", environment={"SHOP_KEY": "", "CI": ""}).mode == "auto"


def test_a_run_without_a_profile_is_refused(tmp_path):
    with pytest.raises(
        ConfigurationError, match="^no profile to run: .*: recproxy init --runner none --profile NAME=HOST$"
    ):
        make_plan(find_project(tmp_path), mode="replay", folder=tmp_path, environment={})


@pytest.mark.parametrize("mode", ["record", "live", "auto"])
def test_workers_that_have_no_effect_are_told(plan, mode):
    more = "[tool.recproxy.profiles.shop.replay]\nworkers = 2\n"

    line = f"replay.workers of profile 'shop' has no effect in {mode}: one process answers"
    assert [each for each in plan(mode, more=more).notes if "workers" in each] == [line]
    assert not any("workers" in each for each in plan(more=more).notes)
