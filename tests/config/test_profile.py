"""What a profile gives to those who compare and redact, and its plain form."""

import pytest

from recproxy.config.ignore_table import IgnoreTable
from recproxy.config.profile import Endpoint, Match, Profile, RedactTable, Upstream


@pytest.fixture
def profile():
    return Profile(
        name="shop",
        credentials=("SHOP_KEY",),
        endpoints=(Endpoint(hosts=("api.shop.example", "*.shop.example"), base_url="SHOP_URL"), Endpoint(hosts=("*",))),
        placeholders={"SHOP_KEY": "placeholder"},
        match=Match(headers=("X-Version",), ignore=IgnoreTable(query=("q",), form=("f",), json=("/token",))),
        redact=RedactTable(
            headers=("X-Key",),
            query=("key",),
            form=("password",),
            json=("/email",),
            patterns=("[0-9]{9}",),
            shapes=("k_([0-9]+)",),
        ),
        upstream=Upstream(timeout=1.5),
        recordings="recordings",
        origin="profile.toml",
    )


def test_its_hosts_are_those_of_all_endpoints_in_order(profile):
    assert profile.hosts == ("api.shop.example", "*.shop.example", "*")


def test_its_rules_know_header_names_in_lower_case_and_what_is_redacted(profile):
    rules = profile.rules()

    assert (rules.headers, rules.secret_headers) == (("x-version",), ("x-key",))
    assert (rules.ignore_query, rules.ignore_form, rules.ignore_json) == (("q",), ("f",), ("/token",))
    assert (rules.secret_query, rules.secret_form, rules.secret_json) == (("key",), ("password",), ("/email",))


def test_aliases_and_default_values_become_pairs_of_its_rules():
    match = Match(aliases={"B.example": "A.example."}, default_query={"z": "1", "alt": "json"})

    rules = Profile(name="shop", match=match).rules()

    assert rules.aliases == (("b.example", "a.example"),)
    assert rules.default_query == (("alt", "json"), ("z", "1"))


def test_its_redaction_holds_the_values_that_it_is_given(profile):
    redaction = profile.redaction(["the value of a credential"])

    assert redaction.values == ("the value of a credential",)
    assert (redaction.query, redaction.patterns, redaction.shapes) == (("key",), ("[0-9]{9}",), ("k_([0-9]+)",))


def test_its_redaction_names_the_values_of_its_own_variables():
    profile = Profile(name="shop", credentials=("SHOP_KEY",), redact=RedactTable(variables=("SHOP_ID", "SHOP_UNSET")))
    environment = {"SHOP_KEY": "k3y", "SHOP_ID": "42", "BANK_PIN": "p1n"}

    redaction = profile.redaction(("k3y", "42", "p1n"), environment)

    assert redaction.variables == (("SHOP_KEY", "k3y"), ("SHOP_ID", "42"))
    assert "k3y" not in repr(redaction)


def test_its_plain_form_restores_it(profile):
    assert Profile.restore(profile.plain()) == profile
