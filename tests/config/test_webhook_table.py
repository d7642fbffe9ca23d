"""`[[webhooks]]` of a profile: what is refused, and what it adds to redaction."""

import pytest

from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import TomlFile
from recproxy.config.variables import given_values, own_variables, secret_values
from recproxy.errors import ProfileError

GOOD = {"name": "events", "address": "http://127.0.0.1:5000"}


def profile(*webhooks, placeholders=(), **more):
    values = {
        "schema": 1,
        "name": "shop",
        "endpoints": [{"hosts": ["api.shop.example"]}],
        "placeholders": dict.fromkeys(placeholders, "placeholder"),
        "webhooks": list(webhooks),
        **more,
    }
    return parse_profile(TomlFile(path="profile.toml", text="", error=ProfileError, values=values))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"name": "Events!"}, "lower-case letters"),
        ({"name": ""}, "a webhook without a name|lower-case"),
        ({"address": "127.0.0.1:5000"}, "write it as http://127.0.0.1:5000"),
        ({"address": "http://127.0.0.1:5000/hooks"}, "without a path"),
        ({"address": "http://app.example:5000"}, "is not on loopback: write anywhere = true"),
        ({"scheme": "stripe"}, 'stripe needs a secret: write secret = "VARIABLE"'),
        ({"scheme": "stripe", "secret": "SHOP_SECRET"}, "SHOP_SECRET has no placeholder"),
        ({"scheme": "hmac", "secret": "SHOP_SECRET"}, "hmac needs the header"),
        ({"scheme": "hook", "secret": "SHOP_SECRET", "header": "X"}, r'write sign = "MODULE:FUNCTION" under \[hooks\]'),
        ({"public": "SHOP_URL"}, "SHOP_URL has no placeholder"),
        ({"listen": 70000}, "use a port"),
        ({"address": "http://127.0.0.1:65536"}, "use a port from 1 to 65535"),
        ({"address": "http://127.0.0.1:0"}, "use a port from 1 to 65535"),
        ({"secret": "PATH"}, "reserved|program"),
    ],
)
def test_a_webhook_that_could_not_be_sent_is_refused(more, why):
    with pytest.raises(ProfileError, match=why):
        profile({**GOOD, **more})


def test_two_of_one_name_are_refused():
    with pytest.raises(ProfileError, match="two webhooks are named 'events'"):
        profile(GOOD, GOOD)


def test_another_machine_s_address_and_an_open_port_are_possible():
    assert profile({**GOOD, "address": "https://app.example", "anywhere": True}).webhooks[0].anywhere
    assert profile({**GOOD, "address": "http://[::1]:*"}).webhooks[0].address == "http://[::1]:*"


def test_its_variables_and_signature_are_redacted():
    made = profile(
        {**GOOD, "scheme": "slack", "secret": "SHOP_SECRET", "public": "SHOP_URL"},
        placeholders=("SHOP_SECRET", "SHOP_URL"),
    )
    environment = {"SHOP_SECRET": "a-real-secret", "SHOP_URL": "https://tunnel.example", "OTHER": "x"}

    assert secret_values([made], environment) == ("a-real-secret", "https://tunnel.example")
    assert own_variables(made, environment) == {name: environment[name] for name in ("SHOP_SECRET", "SHOP_URL")}
    assert given_values(made, {})["SHOP_SECRET"] == b"placeholder"
    assert made.redaction().headers == ("x-slack-signature", "x-slack-request-timestamp")
