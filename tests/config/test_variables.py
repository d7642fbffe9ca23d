"""The values that an environment has for the variables of profiles."""

from recproxy.config.profile import Endpoint, Profile, RedactTable
from recproxy.config.variables import given_values, own_variables, redaction_with_values, secret_values
from recproxy.redaction.rules import NO_RULES

SHOP = Profile(
    name="shop",
    endpoints=(Endpoint(hosts=("shop.example",)),),
    credentials=("SHOP_KEY",),
    placeholders={"SHOP_KEY": "placeholder", "SHOP_URL": "http://shop"},
)
BANK = Profile(name="bank", redact=RedactTable(variables=("BANK_PIN", "SHOP_KEY")))


def test_secret_are_the_values_that_are_set_of_credentials_and_variables_each_once():
    environment = {"SHOP_KEY": "k3y", "BANK_PIN": "k3y", "HOME": "/root", "SHOP_URL": ""}

    assert secret_values((SHOP, BANK), environment) == ("k3y",)
    assert secret_values((BANK,), environment | {"BANK_PIN": "p1n"}) == ("p1n", "k3y")
    assert secret_values((SHOP, BANK), {"SHOP_KEY": ""}) == ()


def test_a_profile_has_its_own_variables():
    assert own_variables(SHOP, {"SHOP_KEY": "k3y", "BANK_PIN": "p1n"}) == {"SHOP_KEY": "k3y"}


def test_a_replay_gives_a_program_the_value_of_a_variable_or_its_placeholder():
    assert given_values(SHOP, {"SHOP_KEY": "k3y", "SHOP_URL": ""}) == {"SHOP_KEY": b"k3y", "SHOP_URL": b"http://shop"}
    assert given_values(BANK, {"BANK_PIN": "p1n"}) == {"BANK_PIN": b"p1n"}


def test_redaction_knows_the_values_of_the_variables_and_without_a_profile_the_built_in_rules():
    rules = redaction_with_values(SHOP, {"SHOP_KEY": "k3y", "BANK_PIN": "p1n"})

    assert rules == SHOP.redaction(("k3y",), {"SHOP_KEY": "k3y"})
    assert redaction_with_values(None, {"SHOP_KEY": "k3y"}) == NO_RULES
