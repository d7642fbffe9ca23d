"""Where a run is reached and who may ask."""

import socket

import pytest

from recproxy.control.listening import LOOPBACK, Listening, peer_of, read_listening
from recproxy.errors import ConfigurationError


def test_without_the_option_it_is_loopback_where_everybody_is_this_machine():
    assert read_listening(None, (), credentials=False) is LOOPBACK
    assert not LOOPBACK.is_wide
    assert LOOPBACK.is_near("203.0.113.9") and LOOPBACK.names == ()


def test_loopback_with_a_port_needs_no_rule():
    assert read_listening("127.0.0.1:9000", (), credentials=False) == Listening(port=9000)
    assert read_listening("[::1]:9000", (), credentials=False) == Listening(address="::1", port=9000)
    assert read_listening("localhost", (), credentials=False).address in ("127.0.0.1", "::1")


def test_an_address_of_a_network_needs_a_rule():
    made = read_listening("10.9.0.3:9000", ("10.9.0.0/24,10.8.0.1", "10.7.0.0/16"), credentials=True)

    assert made == Listening(
        address="10.9.0.3", port=9000, peers=("10.9.0.0/24", "10.8.0.1/32", "10.7.0.0/16"), credentials=True
    )
    assert read_listening("FD00::3", ("fd00::/64",), credentials=False).address == "fd00::3"
    assert read_listening("[fd00::3]:9000", ("fd00::/64",), credentials=False).port == 9000
    assert read_listening("fd00::3", ("fd00::/64",), credentials=False).host == "[fd00::3]"


@pytest.mark.parametrize(
    ("word", "peers", "credentials", "said"),
    [
        (None, ("10.9.0.0/24",), False, "--peers: without --listen ADDRESS nothing outside of this machine may ask"),
        (None, (), True, "--proxy-credentials: without --listen ADDRESS"),
        (None, ("10.9.0.0/24",), True, "--peers and --proxy-credentials: without --listen ADDRESS"),
        ("127.0.0.1", ("10.9.0.0/24",), False, "--peers: on loopback only this machine can ask: leave it out"),
        ("10.9.0.3", (), False, "--listen 10.9.0.3: say who may ask there: --peers CIDR"),
        ("0.0.0.0", ("10.9.0.0/24",), False, "--listen 0.0.0.0: 0.0.0.0 is every address of this machine"),
        ("::", ("fd00::/64",), False, "--listen ::: :: is every address of this machine"),
        ("224.0.0.1", ("10.9.0.0/24",), False, "is no address of a machine"),
        ("::ffff:10.9.0.3", ("10.9.0.0/24",), False, "is no address of a machine"),
        ("fe80::3", ("fe80::/64",), False, "fe80::3 is an address of one link, which no URL can name"),
        ("fe80::3%eth0", ("fe80::/64",), False, "fe80::3%eth0 is an address of one link, which no URL can name"),
        ("10.9.0.3:0", ("10.9.0.0/24",), False, "--listen 10.9.0.3:0: write it as ADDRESS or ADDRESS:PORT"),
        ("10.9.0.3:", ("10.9.0.0/24",), False, "write it as ADDRESS or ADDRESS:PORT"),
        ("10.9.0.3:65530", ("10.9.0.0/24",), False, "with a port from 1 to 65000"),
        (":9000", ("10.9.0.0/24",), False, "write it as ADDRESS or ADDRESS:PORT"),
        ("[fd00::3]9000", ("fd00::/64",), False, "write it as ADDRESS or ADDRESS:PORT"),
        ("no.such.invalid", ("10.9.0.0/24",), False, "'no.such.invalid' is no address, and no name that leads to one"),
        ("10.9.0.3", ("10.9.0.3/24",), False, "--peers 10.9.0.3/24: it is no network: did you mean 10.9.0.0/24?"),
        ("10.9.0.3", ("compose",), False, "--peers compose: it is no network: write it as 10.9.0.0/24"),
        ("10.9.0.3", (" , ",), False, "--peers names no network"),
        ("10.9.0.3", ("0.0.0.0/0",), True, "--peers 0.0.0.0/0: it holds every address, which is no rule"),
        ("10.9.0.3", ("0.0.0.0/1,128.0.0.0/1",), False, "--peers 0.0.0.0/1,128.0.0.0/1: together they hold every"),
        ("fd00::3", ("8000::/1", "::/2", "4000::/2"), True, "--peers 8000::/1,::/2,4000::/2: together they hold every"),
        ("10.9.0.3", ("fd00::/64",), False, "--peers fd00::/64: no such peer reaches --listen 10.9.0.3: it is IPv4"),
    ],
)
def test_what_is_wrong_or_applies_to_nothing_is_one_line(word, peers, credentials, said):
    with pytest.raises(ConfigurationError) as raised:
        read_listening(word, peers, credentials=credentials)

    assert said in raised.value.message
    assert "\n" not in raised.value.message


def test_this_machine_and_peers_may_ask_and_nobody_else():
    made = Listening(address="10.9.0.3", peers=("10.9.0.0/30", "10.8.0.7/32"))

    for peer in ("127.0.0.1", "10.9.0.3", "10.9.0.2", "10.8.0.7"):
        assert made.allows(peer) and made.lets_connect(peer), peer
    for peer in ("10.9.0.4", "10.8.0.6", "", "no address"):
        assert not made.allows(peer) and not made.lets_connect(peer), peer
    assert made.is_near("127.0.0.9") and made.is_near("10.9.0.3") and not made.is_near("10.9.0.2")


def test_credentials_alone_let_all_connect_to_what_asks_for_them():
    alone = Listening(address="10.9.0.3", credentials=True)
    both = Listening(address="10.9.0.3", credentials=True, peers=("10.9.0.0/30",))

    assert alone.lets_connect("10.8.0.1") and not alone.allows("10.8.0.1")
    assert not both.lets_connect("10.8.0.1")


def test_a_peer_that_has_gone_has_no_address():
    near, far = socket.socketpair()
    near.close()
    far.close()

    assert peer_of(far) == ""
