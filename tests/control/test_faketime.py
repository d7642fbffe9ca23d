"""The variables by which libfaketime gives programs another time."""

import pytest

from recproxy.control import faketime


@pytest.mark.parametrize(("platform", "name"), [("linux", "LD_PRELOAD"), ("darwin", "DYLD_INSERT_LIBRARIES")])
def test_the_library_is_loaded_beside_others_and_moves_no_clock_that_measures(monkeypatch, platform, name):
    monkeypatch.setattr(faketime.sys, "platform", platform)
    before = {name: "/lib/other.so:/old/libfaketime.so.1"}
    got = faketime.faketime_variables("/lib/libfaketime.so.1", -86_400, before)

    assert got[name] == "/lib/other.so:/lib/libfaketime.so.1"
    assert got["FAKETIME"] == "-86400s"
    assert got["FAKETIME_DONT_FAKE_MONOTONIC"] == "1"
    assert ("DYLD_FORCE_FLAT_NAMESPACE" in got) is (platform == "darwin")


def test_the_library_is_found_where_it_is_installed(monkeypatch, tmp_path):
    assert faketime.faketime_library() == "" or "libfaketime" in faketime.faketime_library()
    monkeypatch.setattr(faketime, "_PLACES", (f"{tmp_path}/*/faketime/libfaketime.so.1",))
    assert faketime.faketime_library() == ""
    (tmp_path / "x86/faketime").mkdir(parents=True)
    (tmp_path / "x86/faketime/libfaketime.so.1").touch()
    assert faketime.faketime_library() == f"{tmp_path}/x86/faketime/libfaketime.so.1"
