"""One SDK against its stand-in, recorded and replayed, and what holds of the table of all."""

from pathlib import Path

import prestarted
import pytest
from sdk_runs import ORDERS, SECONDS, STAND_INS, Bench
from sdk_table import SCENARIOS, SDKS, version_here
from starter_table import SAYS, UNASKED

PROFILES = Path(__file__).parents[2] / "profiles"


def test_the_table_names_what_is_there():
    assert {sdk.program for sdk in SDKS} == {path.name for path in SCENARIOS.glob("*_calls.*")}
    assert {sdk.profile for sdk in SDKS} == set(STAND_INS)


def test_every_starter_recording_is_asked_for_by_an_sdk_or_by_none_that_is_here():
    programs = {sdk.program.replace("_calls", "_starters") for sdk in SDKS}
    assert programs == {path.name for path in SCENARIOS.glob("*_starters.*")}
    for profile in STAND_INS:
        recordings = {path.stem for path in (PROFILES / profile / f"recproxy_{profile}/recordings").glob("*.rec")}
        asked = {recording for sdk in SDKS if sdk.profile == profile for recording in SAYS[sdk.name]}
        assert asked | set(UNASKED[profile]) == recordings
        assert asked.isdisjoint(UNASKED[profile])


def test_signing_in_and_posting_by_tweepy_replays_in_any_order_on_another_day(tmp_path):
    (tweepy,) = (sdk for sdk in SDKS if sdk.name == "tweepy")
    if not version_here(tweepy, Path()):
        pytest.skip("tweepy is not installed")

    outcome = Bench(tweepy, tmp_path, Path(), forked).tried(["oauth2_with_pkce", "like_and_follow"])

    assert outcome.problems == []
    columns = dict.fromkeys(("recorded", "secrets", "recorded again", "live", *ORDERS), "equal")
    assert outcome.columns == {"oauth2_with_pkce": columns, "like_and_follow": columns}


def forked(words, folder, environment):
    """Run recproxy by an interpreter that has imported it: five starts were two fifths of the test's CPU time."""
    return prestarted.run("recproxy", words, cwd=folder, environment=environment, timeout=SECONDS)
