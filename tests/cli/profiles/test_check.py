"""`recproxy profiles check`: a profile and its recordings, for people and for CI."""

import json
import os
from pathlib import Path

import pytest
from command_line import recproxy

PROFILE = 'schema = 1\nname = "shop"\n[[endpoints]]\nhosts = ["a.example"]\n'
GOOD = "#recproxy 2\n\nGET https://a.example/x HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhello\n=======\n"
SHIPPED = sorted(Path(__file__).parents[3].glob("profiles/*/*/profile.toml"))


@pytest.fixture
def check(tmp_path):
    (tmp_path / "recordings").mkdir()

    def run(*words, profile=PROFILE, recording=GOOD, path="."):
        (tmp_path / "profile.toml").write_text(profile)
        (tmp_path / "recordings" / "one.rec").write_text(recording)
        return recproxy("profiles", "check", *words, path, folder=tmp_path)

    return run


def found(done):
    assert done.returncode == 1, done.stderr
    return [(row["path"], row["line"], row["kind"]) for row in json.loads(done.stdout)]


@pytest.mark.parametrize("path", [".", "profile.toml"])
def test_a_good_profile_passes(check, path):
    done = check(path=path)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "recproxy: profile 'shop' and 1 recording, 0 problems\n"


@pytest.mark.parametrize(("path", "nearest"), [("twiter", " (nearest: twitter)"), ("./gone/profile.toml", "")])
def test_what_is_neither_a_file_nor_an_installed_profile_is_said_to_be_neither(tmp_path, path, nearest):
    done = recproxy("profiles", "check", path, folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"recproxy: {path.removeprefix('./')}: no such file or folder, and no installed profile of that name{nearest}: "
        "recproxy profiles lists them\n"
    )


@pytest.mark.parametrize("inner", ["recproxy_shop", "src/recproxy_shop"])
def test_the_folder_of_a_distribution_means_the_package_in_it(tmp_path, check, inner):
    (tmp_path / "dist" / inner).mkdir(parents=True)
    (tmp_path / "dist" / inner / "profile.toml").write_text(PROFILE)

    assert check(path="dist").stderr == "recproxy: profile 'shop' and 0 recordings, 0 problems\n"


def test_a_folder_that_does_not_tell_which_profile_is_meant_is_refused(tmp_path, check):
    (tmp_path / "none").mkdir()
    for name in ("a", "b"):
        (tmp_path / "two" / name).mkdir(parents=True)
        (tmp_path / "two" / name / "profile.toml").write_text(PROFILE)

    none, two = check(path="none"), check(path="two")

    assert (none.returncode, two.returncode) == (2, 2)
    assert none.stderr == (
        "recproxy: none: neither it nor a package in it holds a profile.toml: name the folder that does\n"
    )
    assert two.stderr == "recproxy: two: 2 packages in it hold a profile.toml: name one of two/a, two/b\n"


def test_people_get_lines(check):
    done = check(profile=PROFILE + "[match]\nheaders = ['Host']\n")

    assert done.returncode == 1
    assert done.stdout == (
        "profile.toml:6: never: match.headers holds 'Host', which belongs to one connection and is never compared\n"
    )


@pytest.mark.parametrize(
    ("recording", "wanted"),
    [
        (GOOD.replace("=======\n", ""), ("recordings/one.rec", 9, "unreadable")),
        (GOOD.replace("a.example", "b.example"), ("recordings/one.rec", 3, "never")),
        (
            GOOD.replace("\n\n====", "\nAuthorization: Bearer abc.def-1234567890\n\n====", 1),
            ("recordings/one.rec", 4, "secret"),
        ),
    ],
)
def test_recordings_are_checked_by_its_rules(check, recording, wanted):
    assert found(check("--json", recording=recording)) == [wanted]


def test_a_starter_recording_may_answer_any_body(check):
    assert (
        check(recording=GOOD.replace("GET", "POST").replace("HTTP/1.1\n\n====", "HTTP/1.1\n\nXXX\n====", 1)).returncode
        == 0
    )


@pytest.mark.skipif(not SHIPPED, reason="the profiles of the repository are not here")
def test_the_name_of_an_installed_profile_will_do_but_a_path_comes_first(tmp_path, check):
    assert "recproxy: profile 'bitly' and " in check(path="bitly").stderr
    (tmp_path / "bitly").mkdir()
    (tmp_path / "bitly/profile.toml").write_text(PROFILE)
    assert "recproxy: profile 'shop' and " in check(path="bitly").stderr


@pytest.mark.skipif(not SHIPPED, reason="the profiles of the repository are not here")
def test_a_host_that_an_installed_profile_owns_is_told(check):
    done = check(profile=PROFILE.replace('"a.example"', '"a.example", "api.twitter.com"'))

    assert done.stdout.startswith(
        "profile.toml:4: overlap: host 'api.twitter.com' also belongs to profile 'twitter', from recproxy-"
    )


@pytest.mark.parametrize(
    ("profile", "wanted"),
    [
        (PROFILE + "port = 1\n", "recproxy: profile.toml:5: unknown key 'endpoints.port': the known keys are "),
        (
            PROFILE.replace("schema = 1", "schema = 2"),
            "recproxy: profile.toml:1: schema is 2: the profile is for a newer",
        ),
    ],
)
def test_a_profile_that_cannot_be_read_is_one_line(check, profile, wanted):
    done = check(profile=profile)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(wanted)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_our_own_profiles_have_nothing_to_mend(path, tmp_path):
    done = recproxy("profiles", "check", os.fspath(path), folder=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
