"""Hosts of profiles that clients ask without a proxy."""

import pytest

from recproxy.config.loopback_hosts import base_url_name, unreachable_hosts, unreachable_notes
from recproxy.config.profile import Endpoint, Profile


@pytest.mark.parametrize(
    ("hosts", "base_url", "wanted"),
    [
        (("a.example", "127.0.0.1", "localhost"), "", ("127.0.0.1", "localhost")),
        (("127.0.0.2", "::1", "db.localhost", "*.localhost"), "", ("127.0.0.2", "::1", "db.localhost", "*.localhost")),
        (("127.0.0.1",), "SHOP_URL", ()),
        (("a.example", "*", "localhost.example"), "", ()),
    ],
)
def test_loopback_without_a_base_url_is_out_of_reach(hosts, base_url, wanted):
    assert unreachable_hosts(Endpoint(hosts=hosts, base_url=base_url)) == wanted


@pytest.mark.parametrize("protocol", ["smtp", "imap"])
@pytest.mark.parametrize("variables", ["MAIL", ""])
def test_a_mail_server_on_this_machine_needs_no_base_url(protocol, variables):
    assert unreachable_hosts(Endpoint(protocol=protocol, hosts=("localhost",), variables=variables)) == ()


def test_each_endpoint_out_of_reach_is_a_line_that_says_what_to_do():
    one = Profile(name="shop-api", endpoints=(Endpoint(hosts=("localhost",)), Endpoint(hosts=("a.example",))))
    other = Profile(name="bank", endpoints=(Endpoint(hosts=("127.0.0.1",), base_url="BANK_URL"),))

    (line,) = unreachable_notes([one, other])
    assert line == (
        "profile 'shop-api' is never asked for localhost: clients use no proxy on loopback; set base_url = "
        '"SHOP_API_BASE_URL" in its endpoint, and give the client the address in that variable'
    )


def test_a_variable_does_not_begin_with_a_digit():
    assert (base_url_name("2go"), base_url_name("a-b")) == ("_2GO_BASE_URL", "A_B_BASE_URL")
