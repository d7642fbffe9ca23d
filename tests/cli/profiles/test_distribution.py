"""The files of a new profile."""

import tomllib

import pytest

from recproxy.cli.profiles.distribution import distribution
from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import TomlFile
from recproxy.errors import ConfigurationError
from recproxy.recording import load


def test_its_profile_parses_and_knows_what_it_was_told():
    files = distribution("my-shop", ["*.shop.example", "api.shop.example"], ["SHOP_KEY"])
    text = files["recproxy_my_shop/profile.toml"]

    profile = parse_profile(TomlFile(path="profile.toml", text=text, error=ValueError, values=tomllib.loads(text)))

    assert profile.hosts == ("api.shop.example", "*.shop.example")
    assert profile.endpoints[0].base_url == "MY_SHOP_BASE_URL"
    assert profile.placeholders == {"SHOP_KEY": "placeholder-of-shop-key"}
    assert tomllib.loads(files["pyproject.toml"])["project"]["entry-points"]["recproxy.profiles"] == {
        "my-shop": "recproxy_my_shop"
    }


def test_the_variable_of_an_sdk_is_its_base_url_with_what_follows_the_host():
    files = distribution("shop", ["api.shop.example"], base_url="SHOP_API_BASE", base_path="/v1")
    (endpoint,) = tomllib.loads(files["recproxy_shop/profile.toml"])["endpoints"]

    assert (endpoint["base_url"], endpoint["base_path"]) == ("SHOP_API_BASE", "/v1")
    assert "GET https://api.shop.example/v1/example HTTP/1.1" in files["recproxy_shop/recordings/example.rec"]


@pytest.mark.parametrize("name", ["example", "stream"])
def test_its_recordings_are_those_of_its_host(name):
    recording = load(distribution("shop", ["Shop.Example"])[f"recproxy_shop/recordings/{name}.rec"].encode())

    assert [each.request.url for each in recording.interactions] == [f"https://shop.example/{name}"]


@pytest.mark.parametrize("name", ["tests/test_profile.py", "tests/test_sdk.py"])
def test_its_tests_compile(name):
    compile(distribution("shop", ["shop.example"])[name], name, "exec")


def test_a_name_that_begins_with_a_digit_has_a_variable_too():
    assert '"_4SHOP_BASE_URL"' in distribution("4shop", ["shop.example"])["recproxy_4shop/profile.toml"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("Shop", ["a.example"]), "name is 'Shop': use lower-case letters"),
        (("shop", ["https://a.example"]), "endpoints.hosts holds 'https://a.example': give it a host name"),
        (("shop", ["*.a.example"]), "base_url 'SHOP_BASE_URL' has only hosts with *"),
        (("shop", ["a.example"], ["A B"]), "credentials holds 'A B': give it names"),
        (("shop\n", ["a.example"]), "the name, the hosts and the variables must be plain words"),
    ],
)
def test_bad_words_are_told_without_a_place(words, wanted):
    with pytest.raises(ConfigurationError) as caught:
        distribution(*words)

    assert caught.value.message.startswith(wanted)
