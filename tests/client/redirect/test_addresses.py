"""Routes and made-up addresses."""

from __future__ import annotations

import errno

import pytest

from recproxy.client.redirect.addresses import Addresses, Routes

TARGET = ("127.0.0.1", 9000)


def addresses(*sources):
    made = Addresses()
    made.follow(Routes(",".join(f"{source}=127.0.0.1:9000" for source in sources)))
    return made


@pytest.mark.parametrize(
    "text",
    [
        "api.x.test",
        "api.x.test=127.0.0.1:9000",
        "api.x.test:443",
        "api.x.test:443=127.0.0.1",
        "api.x.test:443=127.0.0.1:0",
        "api.x.test:443=127.0.0.1:65536",
        "api.x.test:443=127.0.0.1:-1",
        "api.x.test:https=127.0.0.1:9000",
        "api.x.test:443=203.0.113.9:9000",
        "api.x.test:443=localhost:9000",
        ":443=127.0.0.1:9000",
        "a.test:80=127.0.0.1:9000,rubbish",
    ],
)
def test_malformed_routes_are_refused_and_named(text):
    with pytest.raises(ValueError, match=r"RECPROXY_REDIRECT: '.*' is not host:port=127\.0\.0\.1:PORT"):
        Routes(text)


def test_blanks_and_empty_entries_are_no_routes():
    routes = Routes(" , a.test:80=127.0.0.1:9000 ,")

    assert routes.names == ("a.test",)


@pytest.mark.parametrize("host", ["api.x.test", "API.X.test", "api.x.test."])
def test_a_name_goes_to_its_target_however_it_is_spelt(host):
    made = addresses("Api.x.Test:443")

    assert made.target(host, 443) == TARGET
    assert made.target(made.resolve(host, 443), 443) == TARGET


def test_a_name_in_another_script_goes_by_its_ascii_form():
    made = addresses("bücher.test:443")

    assert made.target("xn--bcher-kva.test", 443) == TARGET
    assert made.target("BÜCHER.test", 443) == TARGET


def test_a_name_without_an_ascii_form_is_left_alone():
    assert addresses("x.test:443").target("ü" * 80 + ".test", 443) is None


def test_a_star_covers_one_label():
    made = addresses("*.x.test:443")

    assert made.target("a.x.test", 443) == TARGET
    assert made.target("x.test", 443) is None
    assert made.target("a.b.x.test", 443) is None
    assert made.target(".x.test", 443) is None


def test_a_name_before_a_star():
    made = Addresses()
    made.follow(Routes("*.x.test:443=127.0.0.1:1,a.x.test:443=127.0.0.1:2"))

    assert made.target("a.x.test", 443) == ("127.0.0.1", 2)


def test_every_port_of_a_redirected_name_is_kept_in():
    made = addresses("api.x.test:443")
    made_up = made.resolve("api.x.test", 25)

    for host in ("api.x.test", made_up):
        with pytest.raises(ConnectionRefusedError, match=r"api\.x\.test:25") as refused:
            made.target(host, 25)
        assert refused.value.errno == errno.ECONNREFUSED


def test_the_lone_star_covers_its_ports_and_leaves_the_others():
    made = addresses("*:443")

    assert made.target("anything.test", 443) == TARGET
    assert made.target("203.0.113.9", 443) == TARGET
    assert made.target("database", 5432) is None
    assert made.resolve("database", 5432) is None
    assert made.resolve("anything.test", None) is None
    assert made.target(made.resolve("anything.test", 443), 443) == TARGET


def test_a_name_the_lone_star_has_resolved_is_refused_on_other_ports():
    made = addresses("*:443")
    made_up = made.resolve("anything.test", 443)

    with pytest.raises(ConnectionRefusedError, match=r"anything\.test:5432"):
        made.target(made_up, 5432)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "::",
        "",
    ],
)
def test_loopback_is_never_redirected(host):
    made = addresses("*:443", f"[{host}]:443" if ":" in host else f"{host or 'x'}:443")

    assert made.target(host, 443) is None
    assert made.resolve(host, 443) is None


@pytest.mark.parametrize(("source", "host"), [("203.0.113.9", "203.0.113.9"), ("[2001:DB8::1]", "2001:db8::1")])
def test_literal_addresses_are_redirected_but_not_resolved(source, host):
    made = addresses(f"{source}:443")

    assert made.resolve(host, 443) is None
    assert made.target(host, 443) == TARGET


def test_a_made_up_address_in_ipv6():
    made = addresses("api.x.test:443")

    assert made.target("::ffff:" + made.resolve("api.x.test", 443), 443) == TARGET


def test_an_address_in_the_network_that_nobody_was_given_is_left_alone():
    assert addresses("api.x.test:443").target("127.77.0.1", 443) is None


def test_a_name_keeps_its_address_in_other_processes_and_under_other_routes():
    made, other = addresses("api.x.test:443"), addresses("b.test:443", "api.x.test:443")
    made_up = made.resolve("api.x.test", 443)
    made.follow(Routes("api.x.test:443=127.0.0.1:1"))

    assert made_up.startswith("127.77.")
    assert other.target(made_up, 443) == TARGET
    assert made.resolve("api.x.test", 443) == made_up
    assert made.target(made_up, 443) == ("127.0.0.1", 1)


def test_names_never_share_an_address_and_running_out_is_an_error():
    made = addresses("*.x.test:443")

    given = {made.resolve(f"{number}.x.test", 443) for number in range(1 << 16)}

    assert len(given) == 1 << 16
    with pytest.raises(OSError, match="no made-up address is left"):
        made.resolve("one-more.x.test", 443)
