"""Routes and made-up addresses."""

from __future__ import annotations

import errno

import pytest

from recproxy.client.redirect import addresses as module
from recproxy.client.redirect.addresses import Addresses, RefusedError, Routes

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
        "api.x.test:443=localhost:9000",
        ":443=127.0.0.1:9000",
        "a.test:80=127.0.0.1:9000,rubbish",
    ],
)
def test_malformed_routes_are_refused_and_named(text):
    with pytest.raises(ValueError, match=r"RECPROXY_REDIRECT: '.*' is not host:port=ADDRESS:PORT"):
        Routes(text)


def test_a_run_on_another_machine_may_be_the_target():
    made = Addresses()
    made.follow(Routes("a.test:80=10.9.0.3:9000,*=refuse,10.9.0.3=pass"))

    assert made.target("a.test", 80) == ("10.9.0.3", 9000)
    assert made.target("10.9.0.3", 9001) is None
    with pytest.raises(RefusedError):
        made.target("10.9.0.4", 9001)


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


def test_names_never_share_an_address_and_running_out_is_an_error(monkeypatch):
    monkeypatch.setattr(module, "_SIZE", 300)
    made = addresses("*.x.test:443")

    given = {made.resolve(f"{number}.x.test", 443) for number in range(300)}

    assert len(given) == 300
    with pytest.raises(OSError, match="no address is left for another redirected name"):
        made.resolve("one-more.x.test", 443)


def refusing(*more):
    made = Addresses()
    made.follow(Routes(",".join(("api.x.test:443=127.0.0.1:9000", "*:80=127.0.0.1:9000", "*=refuse", *more))))
    return made


@pytest.mark.parametrize(
    ("host", "port"),
    [("smtp.gmail.com", 587), ("unlisted.test", 443), ("203.0.113.9", 5432), ("2001:db8::1", 25), ("10.0.0.5", 5432)],
)
def test_where_all_is_refused_no_name_or_address_is_let_out(host, port):
    made = refusing()

    with pytest.raises(RefusedError, match=f"recproxy does not answer for {host}:{port}") as refused:
        made.target(host, port)

    assert (refused.value.errno, refused.value.gateway) == (errno.ECONNREFUSED, TARGET)


def test_the_gateway_is_told_once_of_a_port_of_mail_at_a_host_of_http():
    made = Addresses()
    made.follow(Routes("api.x.test:443=127.0.0.1:9000,mail.x.test:25=127.0.0.1:9001"))
    told = []
    for host, port in (("api.x.test", 587), ("api.x.test", 587), ("api.x.test", 8080), ("mail.x.test", 587)):
        with pytest.raises(RefusedError) as refused:
            made.target(host, port)
        told.append(refused.value.gateway)

    assert told == [TARGET, None, None, None]


def test_the_gateway_is_told_of_a_refused_host_once():
    made = refusing()
    told = []
    for port in (25, 25, 26):
        with pytest.raises(RefusedError) as refused:
            made.target("mail.test", port)
        told.append(refused.value.gateway)

    assert told == [TARGET, None, TARGET]


def test_an_owned_host_is_not_told_of():
    with pytest.raises(RefusedError) as refused:
        refusing().target("api.x.test", 8443)

    assert refused.value.gateway is None


def test_where_all_is_refused_every_name_resolves_without_a_name_server():
    made = refusing()

    assert made.resolve("mail.test", None).startswith("127.77.")
    assert made.resolve("localhost", None) is None
    with pytest.raises(RefusedError, match="mail.test:25"):
        made.target(made.resolve("mail.test", 25), 25)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "db.localhost", "0.0.0.0"])
def test_loopback_is_never_refused(host):
    assert refusing().target(host, 5432) is None


@pytest.mark.parametrize("host", ["db.test", "10.0.0.5", "a.wide.test"])
def test_what_passes_is_not_refused(host):
    made = refusing("db.test=pass", "10.0.0.5=pass", "*.wide.test=pass")

    assert made.target(host, 5432) is None
    assert made.resolve(host, 5432) is None


def test_what_passes_is_not_its_neighbours():
    made = refusing("*.wide.test=pass")

    for host in ("wide.test", "a.b.wide.test"):
        with pytest.raises(RefusedError):
            made.target(host, 5432)


def test_datagrams_are_refused_with_their_own_port():
    with pytest.raises(RefusedError, match="dns.test:53"):
        refusing().target("dns.test", 53, datagram=True)
    with pytest.raises(RefusedError, match="api.x.test:443"):
        refusing().target("api.x.test", 443, datagram=True)


def test_this_machines_own_address_is_let_be():
    made = refusing()
    made.allow("192.0.2.7")

    assert made.target("192.0.2.7", 8000) is None


def test_all_of_loopback_goes_to_its_target_but_for_the_ports_that_are_kept():
    made = Addresses()
    made.follow(Routes("!*:*=127.0.0.1:9000,!*:9001=pass,!127.0.0.1:9002=127.0.0.1:9003,api.x.test:443=127.0.0.1:9000"))
    made.allow("192.0.2.7")

    for host in ("127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1", "localhost", "192.0.2.7"):
        assert (made.target(host, 8081), made.is_local(host)) == (("127.0.0.1", 9000), True)
    assert made.target("127.0.0.1", 9002) == ("127.0.0.1", 9003)
    assert [made.target("127.0.0.1", port) for port in (9000, 9001)] == [None, None]
    assert made.target("192.0.2.8", 8081) is None
    with pytest.raises(RefusedError):  # a made-up address is none of this machine's
        made.target(made.resolve("api.x.test", 443), 8081)
    assert not made.is_local(made.resolve("api.x.test", 443))


def test_a_named_port_of_loopback_goes_to_its_target_and_its_others_stay():
    made = addresses("!127.0.0.1:8081", "![::1]:8081")

    assert [made.target(host, 8081) for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1")] == [TARGET] * 3
    assert made.target("127.0.0.1", 8082) is None
    assert made.target("127.0.0.1", 8081, datagram=True) is None
    assert made.target("127.0.0.2", 8081) is None
    assert (made.resolve("localhost", 8081), Routes("!127.0.0.1:80=127.0.0.1:9000").names) == (None, ())
