"""What is wrong with a profile that parses."""

import tomllib
from pathlib import Path

import pytest

from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import TomlFile
from recproxy.errors import ProfileError
from recproxy.play.profile_checking import check_profile

GOOD = """\
schema = 1
name = "shop"
[[endpoints]]
hosts = ["a.example", "*.a.example"]
base_url = "SHOP_URL"
[[endpoints]]
hosts = ["b.a.example"]
[placeholders]
SHOP_KEY = "placeholder-of-the-key"
[match]
headers = ["X-Version"]
ignore.json = ["/a", "/ab"]
[redact]
json = ["email", "/user/name", "/data/*/id", "/data/x/key"]
patterns = ["x+"]
"""
KEY = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"


def check(text):
    file = TomlFile(path="profile.toml", text=text, error=ProfileError, values=tomllib.loads(text))
    return [(each.line, each.kind, each.message) for each in check_profile(parse_profile(file), file)]


@pytest.mark.parametrize(("old", "new"), [("", ""), ('"b.a.example"]', '"a.example"]\nbase_url = "SHOP_GRAPHQL_URL"')])
def test_a_good_profile_has_no_problem(old, new):
    assert check(GOOD.replace(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "kind", "message"),
    [
        ('"b.a.example"', '"a.example"', 7, "overlap", "host 'a.example' is named twice in this profile"),
        ('["b.a.example"]', '["b.a.example"]\nbase_url = "SHOP_URL"', 8, "overlap", "two endpoints have the base_url"),
        (
            '"b.a.example"',
            '"localhost"',
            7,
            "never",
            "localhost: clients use no proxy on loopback, so this is never asked",
        ),
        ('"x+"', '"(x+)+y"', 15, "slow", "redact.patterns holds '(x+)+y': a repeat in a repeat may never end"),
        ("placeholder-of-the-key", KEY, 9, "secret", "the placeholder of SHOP_KEY looks like a real secret"),
        ('"X-Version"', '"X-Version", "x-version"', 11, "never", "match.headers holds 'x-version' twice"),
        ('"X-Version"', '"Host"', 11, "never", "match.headers holds 'Host', which belongs to one connection"),
        (
            '"X-Version"]',
            '"X-Version"]\naliases."c.example" = "a.example"',
            12,
            "never",
            "match.aliases: 'c.example' is no",
        ),
        (
            '"X-Version"]',
            '"X-Version"]\naliases."x.a.example" = "c.example"',
            12,
            "never",
            "match.aliases: 'c.example'",
        ),
        ('"/ab"', '"/a/b"', 12, "never", "match.ignore.json holds '/a/b', which '/a' covers"),
        ('"/ab"', '"/b/*", "/b/c"', 12, "never", "match.ignore.json holds '/b/c', which '/b/*' covers"),
        ('"/a", "/ab"', '"/*/a", "/*/a/b"', 12, "never", "match.ignore.json holds '/*/a/b', which '/*/a' covers"),
        ('["b.a.example"]', '["b.a.example"]\nbase_path = "/v1"', 8, "never", "base_path '/v1' follows the address in"),
        ('"/user/name"', '"/user/Email/0"', 14, "never", "redact.json holds '/user/Email/0', which 'email' covers"),
        ('"x+"', '"x*"', 15, "never", "redact.patterns holds 'x*', which matches an empty text"),
        ('"x+"]', '"x+"]\nshapes = ["(x)?"]', 16, "never", "redact.shapes holds '(x)?', which matches an empty text"),
    ],
)
def test_a_problem_is_told_with_its_line(old, new, line, kind, message):
    (found,) = check(GOOD.replace(old, new))

    assert found[:2] == (line, kind)
    assert found[2].startswith(message)
    assert KEY not in found[2]


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parents[2].glob("profiles/*/*/profile.toml")), ids=lambda path: path.parent.name
)
def test_our_own_profiles_have_none(path):
    assert check(path.read_text(encoding="utf-8")) == []
