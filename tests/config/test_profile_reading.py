"""Profiles: every key of profile.toml, its default, and the error of each wrong value."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from recproxy.config.ignore_table import IgnoreTable
from recproxy.config.profile import Endpoint, Match, Profile, RedactTable, ReplayTable, Upstream
from recproxy.config.profile_reading import parse_profile, profile_folder
from recproxy.config.shift_table import ShiftTable
from recproxy.config.toml_files import TomlFile
from recproxy.errors import ProfileError

LEAST = 'schema = 1\nname = "shop"\n[[endpoints]]\nhosts = ["shop.example"]\n'
WHOLE = """\
schema = 1
name = "shop"
summary = "A shop"
credentials = ["SHOP_KEY"]

[[endpoints]]
protocol = "http"
hosts = ["API.Shop.Example", "*.shop.example", "127.0.0.1", "::1", "b\u00fccher.example"]
base_url = "SHOP_BASE_URL"
base_path = "/api/v1"

[[endpoints]]
hosts = ["*"]

[placeholders]
SHOP_KEY = "placeholder"

[match]
headers = ["X-Version"]
ignore.query = ["q"]
ignore.form = ["f"]
ignore.json = ["/token"]
repeat = "cycle"
miss = "reset"
miss_status = 404
unused = "fail"

[redact]
headers = ["X-Key"]
query = ["key"]
form = ["password"]
json = ["/email"]
patterns = ["[0-9]{9}"]
shapes = ["key_([0-9a-f]+)"]
variables = ["SHOP_OTHER"]

[replay]
pace = "recorded"
shift.headers = ["Expires"]
shift.json = ["/data/*/reset", "expires_at"]

[upstream]
timeout = 1.5
verify = false
ca = "ca.pem"
max_body = 10
address = "127.0.0.1:1"
"""


def toml_file(text):
    return TomlFile(path="profile.toml", text=text, error=ProfileError, values=tomllib.loads(text))


def parse(*texts, **options):
    return parse_profile(*map(toml_file, texts), **options)


def refused(text, **options):
    with pytest.raises(ProfileError) as caught:
        parse(text, **options)
    return caught.value.message


def test_a_profile_needs_a_name_and_a_host_and_has_defaults_for_the_rest():
    assert parse(LEAST) == Profile(
        name="shop",
        endpoints=(Endpoint(protocol="http", hosts=("shop.example",), base_url=""),),
        origin="profile.toml",
        file="profile.toml",
    )


def test_every_key_is_read():
    profile = parse(WHOLE, recordings="recordings")
    place = f"profile.toml:{WHOLE[: WHOLE.index('ca = ')].count(chr(10)) + 1}"

    assert profile == Profile(
        name="shop",
        summary="A shop",
        credentials=("SHOP_KEY",),
        endpoints=(
            Endpoint(
                hosts=("api.shop.example", "*.shop.example", "127.0.0.1", "::1", "xn--bcher-kva.example"),
                base_url="SHOP_BASE_URL",
                base_path="/api/v1",
            ),
            Endpoint(hosts=("*",)),
        ),
        placeholders={"SHOP_KEY": "placeholder"},
        match=Match(
            headers=("X-Version",),
            ignore=IgnoreTable(query=("q",), form=("f",), json=("/token",)),
            repeat="cycle",
            miss="reset",
            miss_status=404,
            unused="fail",
        ),
        redact=RedactTable(
            headers=("X-Key",),
            query=("key",),
            form=("password",),
            json=("/email",),
            patterns=("[0-9]{9}",),
            shapes=("key_([0-9a-f]+)",),
            variables=("SHOP_OTHER",),
        ),
        replay=ReplayTable(
            pace="recorded", shift=ShiftTable(headers=("Expires",), json=("/data/*/reset", "expires_at"))
        ),
        upstream=Upstream(
            timeout=1.5,
            verify=False,
            ca=str(Path("ca.pem").absolute()),
            ca_place=place,
            max_body=10,
            address="127.0.0.1:1",
        ),
        recordings="recordings",
        origin="profile.toml",
        file="profile.toml",
    )
    assert profile.hosts[0] == "api.shop.example"
    assert profile.hosts[-1] == "*"


def test_a_profile_whose_name_is_known_says_neither_schema_nor_name():
    text = '[tool.x]\n[[tool.x.endpoints]]\nhosts = ["a.example"]\n'

    profile = parse_profile(toml_file(text).table("tool", "x"), name="shop")

    assert profile.name == "shop"


def test_an_override_needs_no_endpoint():
    assert parse(LEAST, "match.repeat = 'miss'\n", name="shop").match.repeat == "miss"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (LEAST.replace("schema = 1\n", ""), "profile.toml:1: schema is missing: write schema = 1"),
        (
            LEAST.replace("schema = 1", "schema = 2"),
            "profile.toml:1: schema is 2: the profile is for a newer recproxy; this is ",
        ),
        (LEAST.replace('name = "shop"\n', ""), "profile.toml:1: name is missing"),
        (
            LEAST.replace("shop", "Shop", 1),
            "profile.toml:2: name is 'Shop': use lower-case letters, digits, - and _, at most 100",
        ),
        (LEAST.partition("[[")[0], "profile.toml:1: the profile has no endpoint"),
        (LEAST.replace('"shop.example"', ""), "profile.toml:4: an endpoint without hosts"),
        (
            LEAST.replace("shop.example", "https://shop.example"),
            "profile.toml:4: endpoints.hosts holds 'https://shop.example': give it a host name",
        ),
        (
            LEAST.replace("shop.example", "shop.example:443"),
            "profile.toml:4: endpoints.hosts holds 'shop.example:443': give it a host name",
        ),
        (
            LEAST.replace("shop.example", "api.*.example"),
            "profile.toml:4: endpoints.hosts holds 'api.*.example': give it a host name",
        ),
        (LEAST.replace("shop.example", ""), "profile.toml:4: endpoints.hosts holds '': give it a host name"),
        (LEAST + 'protocol = "gopher"\n', "profile.toml:5: endpoints.protocol is 'gopher'"),
        *(
            (
                LEAST + f'base_url = "{name}"\n',
                f"profile.toml:5: endpoints.base_url is '{name}': the name is reserved: a run",
            )
            for name in ("HTTP_PROXY", "no_proxy", "PATH", "RECPROXY_TOKEN", "SSL_CERT_FILE")
        ),
        (
            LEAST + '[placeholders]\nSHOP_KEY = "a"\nHOME = "b"\n',
            "profile.toml:7: placeholders holds 'HOME': the name is reserved",
        ),
        (LEAST + 'base_url = "no variable"\n', "profile.toml:5: endpoints.base_url is 'no variable': give it the name"),
        (
            LEAST.replace('"shop.example"', '"*.shop.example"') + 'base_url = "SHOP_URL"\n',
            "profile.toml:5: base_url 'SHOP_URL' has only hosts with *",
        ),
        (LEAST + "[[endpoints]]\nhosts = ['b.example']\nprot = 1\n", "profile.toml:7: unknown key 'endpoints.prot'"),
        (
            LEAST + "[match]\nmiss_status = 200\n",
            "profile.toml:6: match.miss_status is 200: use the status of an error, from 400 to 599",
        ),
        (LEAST + "[upstream]\nmax_body = 1.5\n", "profile.toml:6: upstream.max_body is 1.5: give it a whole number"),
        (
            LEAST + "base_path = 'v1/'\n",
            "profile.toml:5: endpoints.base_path is 'v1/': write a path that begins with / and does not end with it",
        ),
        (LEAST + "port = 1\n", "profile.toml:5: unknown key 'endpoints.port'"),
        (
            LEAST + "[match]\nignore.json = ['user']\n",
            "profile.toml:6: match.ignore.json holds 'user': a JSON Pointer begins with /",
        ),
        (LEAST + "[match]\nignore.jsn = []\n", "profile.toml:6: unknown key 'match.ignore.jsn'"),
        (
            LEAST + "[match]\nrepeat = 'lost'\n",
            "profile.toml:6: match.repeat is 'lost': give it last, miss, cycle (nearest: last)",
        ),
        (
            LEAST + "[redact]\npatterns = ['(']\n",
            "profile.toml:6: redact.patterns holds '(': not a regular expression: missing )",
        ),
        (
            LEAST + "[redact]\nshapes = ['key_[0-9]+']\n",
            "profile.toml:6: redact.shapes holds 'key_[0-9]+': put what is secret in parentheses, as in key_([0-9a-f]+)",
        ),
        (
            LEAST + "[redact]\nshapes = ['(a+)+b']\n",
            "profile.toml:6: redact.shapes holds '(a+)+b': a repeat in a repeat, as in (a+)+, may never end: write one",
        ),
        (
            LEAST + "[redact]\nshapes = ['key_(']\n",
            "profile.toml:6: redact.shapes holds 'key_(': not a regular expression: missing )",
        ),
        (LEAST + "[redact]\nvariables = ['A B']\n", "profile.toml:6: redact.variables holds 'A B'"),
        (LEAST + "[redact]\nheader = []\n", "profile.toml:6: unknown key 'redact.header'"),
        (LEAST + "[replay]\npace = 'slow'\n", "profile.toml:6: replay.pace is 'slow'"),
        (LEAST + "[replay]\nspeed = 1\n", "profile.toml:6: unknown key 'replay.speed'"),
        (LEAST + "[upstream]\ntimeout = -1\n", "profile.toml:6: upstream.timeout is -1"),
        *(
            (
                LEAST + f"[upstream]\naddress = '{address}'\n",
                f"profile.toml:6: upstream.address is '{address}': write it",
            )
            for address in (
                *("https://127.0.0.1:xx", "127.0.0.1:99999", "127.0.0.1:0", "http://", "ftp://a.example", "a b"),
                *("http://a.example/api", "http://a.example?x=1", "me@a.example", "[::1", "*.example"),
            )
        ),
        (LEAST + "[upstream]\nverfy = false\n", "unknown key 'upstream.verfy': the known keys are timeout, "),
        (LEAST.replace("name", 'credentials = ["A-B"]\nname', 1), "profile.toml:2: credentials holds 'A-B'"),
        (LEAST.replace("name", "reords = 1\nname", 1), "profile.toml:2: unknown key 'reords'"),
    ],
)
def test_a_wrong_profile_is_refused_with_file_line_and_key(text, wanted):
    assert wanted in refused(text)


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8443", "localhost", "http://127.0.0.1:8080/", "https://a.example", "[::1]:80"]
)
def test_where_else_a_service_is_may_be_said_in_these_ways(address):
    assert parse(LEAST + f"[upstream]\naddress = '{address}'\n").upstream.address == address


MAIL = LEAST + 'protocol = "smtp"\n'


def test_an_upstream_address_that_no_http_endpoint_uses_is_refused():
    assert refused(MAIL + "[upstream]\naddress = 'http://127.0.0.1:18025/'\n") == (
        "profile.toml:7: upstream.address is for HTTP endpoints, and this profile has none: remove it, and write "
        'address = "127.0.0.1:18025" in the [[endpoints]] with protocol = "smtp" and hosts = ["shop.example"]'
    )
    values = {"profiles": {"shop": {"upstream": {"address": "127.0.0.1:1"}}}}
    project = TomlFile(path="p.toml", text="", error=ProfileError, values=values).table("profiles", "shop")
    with pytest.raises(ProfileError) as caught:
        parse_profile(toml_file(MAIL), project)
    assert 'address = "127.0.0.1:1" in the [[profiles.shop.endpoints]] with' in caught.value.message


@pytest.mark.parametrize(
    "address", ["smtp://127.0.0.1:18025", "http://127.0.0.1:18025", "//127.0.0.1:1", "127.0.0.1:0"]
)
def test_the_address_of_a_mail_server_is_a_host_and_a_port(address):
    assert refused(MAIL + f"address = '{address}'\n") == (
        f"profile.toml:6: endpoints.address is '{address}': write the mail server as HOST:PORT, as in 127.0.0.1:2525, "
        "without scheme and path; for HTTP, set upstream.address"
    )
    assert parse(MAIL + "address = '127.0.0.1:18025'\n").endpoints[0].address == "127.0.0.1:18025"


def test_an_upstream_address_beside_a_mail_server_is_for_http():
    both = MAIL + "[[endpoints]]\nhosts = ['b.example']\n[upstream]\naddress = '127.0.0.1:1'\ntimeout = 3\n"

    assert parse(both).upstream.address == "127.0.0.1:1"
    assert parse(MAIL + "[upstream]\ntimeout = 3\nverify = false\nmax_body = 9\n").upstream.max_body == 9


def test_a_name_that_is_not_the_expected_one_is_refused():
    assert "profile.toml:2: name is 'shop' where 'bank' was expected" in refused(LEAST, name="bank")


def test_the_recordings_beside_a_profile_are_its_own(tmp_path):
    assert profile_folder(tmp_path / "profile.toml") is None

    (tmp_path / "recordings").mkdir()

    assert profile_folder(tmp_path / "profile.toml") == str(tmp_path / "recordings")


def test_a_profile_for_a_newer_recproxy_says_so_whatever_else_it_holds():
    text = "schema = 7\nhologram = true\n"

    assert refused(text).startswith("profile.toml:1: schema is 7: the profile is for a newer recproxy; this is ")


@pytest.mark.parametrize("wanted", [">=99", "<0.0.1", ">=0.1,!=0.1.*,<0.2"])
def test_a_profile_that_requires_another_recproxy_says_so_in_one_line(wanted):
    line = refused(f'requires_recproxy = "{wanted}"\nhologram = true\n{LEAST}')

    assert (
        f"profile.toml:1: requires_recproxy is '{wanted}': this is recproxy {metadata.version('recproxy')}: install"
        in line
    )


def test_the_known_keys_are_named_once_each():
    line = refused(f"hologram = true\n{LEAST}")

    assert "the known keys are schema, requires_recproxy, name, summary, credentials, " in line
    assert line.count("schema") == line.count("requires_recproxy") == 1


def test_a_profile_that_this_recproxy_fits_is_read():
    assert parse(f'requires_recproxy = ">=0.0.1,<99"\n{LEAST}').name == "shop"


def test_what_is_no_version_is_refused():
    assert "profile.toml:1: requires_recproxy is 'new': give it versions" in refused(
        f'requires_recproxy = "new"\n{LEAST}'
    )
