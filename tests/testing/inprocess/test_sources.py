"""Which recordings a unit test means, and whose rules compare them."""

import pytest

from recproxy.errors import ProfileError, RecordingError, RecordingNotFound
from recproxy.recording import Recording
from recproxy.testing.inprocess.answers import request_of_client
from recproxy.testing.inprocess.sources import source_of

REC = "#recproxy 2\n\nGET https://shop.example/a HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nok\n=======\n"
PROJECT = """
[tool.recproxy]
recordings = "recordings"
[tool.recproxy.profiles.shop]
match.ignore.query = ["nonce"]
credentials = ["SHOP_KEY"]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["shop.example"]
"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    folder = tmp_path / "recordings" / "shop"
    folder.mkdir(parents=True)
    (folder / "a.rec").write_text(REC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def source(wanted, **words):
    return source_of(wanted, **({"profile": None, "match_on": None, "repeat": None} | words))


def test_a_path_has_the_rules_of_the_profile_that_owns_it(project):
    for path in ("recordings/shop/a.rec", project / "recordings/shop/a.rec"):
        got = source(path)

        assert (got.profile.name, got.profile.match.ignore.query) == ("shop", ("nonce",))
        assert [len(one.interactions) for one in got.recordings] == [1]


def test_the_value_of_a_credential_is_in_no_miss(monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "the-value-of-a-key")
    found = source("a", profile="shop")

    live = request_of_client("GET", "https://shop.example/a?by=the-value-of-a-key", (), None)
    text = found.opened().missed(live).text()

    assert "by=XXX" in text
    assert "the-value" not in text + repr(found)


def test_a_name_is_looked_for_as_a_decorators(project):
    assert source("a", profile="shop").recordings[0].path == str(project / "recordings/shop/a.rec")


def test_a_file_that_nobody_owns_has_the_built_in_rules(tmp_path_factory, project):
    path = tmp_path_factory.mktemp("elsewhere") / "a.rec"
    path.write_text(REC)

    assert source(path).profile.name == "PROFILE"
    assert source(path, profile="shop").profile.name == "shop"


def test_several_are_one_and_a_recording_stands_for_itself():
    recording = Recording()

    assert len(source(["recordings/shop/a.rec", recording]).recordings) == 2
    assert source(recording).recordings == (recording,)


def test_another_tools_file_is_read_in_place(project):
    (project / "cassette.json").write_text('{"version": 1, "interactions": []}')

    assert source("cassette.json").recordings[0].repeat == "miss"


def test_what_is_nowhere_or_damaged_is_one_line(project):
    with pytest.raises(RecordingNotFound, match=r"^recording 'b\.rec' does not exist; name a path, or the profile"):
        source("b.rec")
    with pytest.raises(RecordingNotFound, match=r"^recording 'b' of profile 'shop' does not exist: looked in "):
        source("b", profile="shop")
    with pytest.raises(ProfileError, match=r"^unknown profile 'shp': .* \(nearest: shop\)"):
        source("a", profile="shp")
    (project / "bad.rec").write_text("#recproxy 2\n\nnonsense\n")
    with pytest.raises(RecordingError, match=r"bad\.rec:3: "):
        source("bad.rec")


def test_words_of_the_wrong_kind_are_refused():
    with pytest.raises(TypeError, match="a list of words"):
        source("recordings/shop/a.rec", match_on="method")
    with pytest.raises(ValueError, match="repeat is last, miss or cycle, not 'twice'"):
        source("recordings/shop/a.rec", repeat="twice")
