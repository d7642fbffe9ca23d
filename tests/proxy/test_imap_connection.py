"""IMAP in replay over real sockets, for clients that are not changed."""

import contextlib
import imaplib
import shutil
import socket
import ssl
import struct
import subprocess
import threading

import pytest
from deadlines import seconds
from imap_world import replayed

HEAD = """#recproxy 2

IMAP imap://mail.example:143
< * OK [CAPABILITY IMAP4rev1 STARTTLS LITERAL+ IDLE] ready
"""
LOGIN = "> a LOGIN me XXX\n< a OK [CAPABILITY IMAP4rev1 IDLE MOVE] in\n"
BOX = "> b SELECT INBOX\n< * 1 EXISTS\n< b OK [READ-WRITE] x\n"
FETCH = "> c UID FETCH 1 (BODY[])\n< * 1 FETCH (UID 1 BODY[] {25}\n+ Subject: hello\n+\n+ there\n+ )\n< c OK x\n"
END = "=======\n"


@contextlib.contextmanager
def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=seconds(30)) as sock, sock.makefile("rb") as lines:
        yield sock, lines


def test_imaplib_is_answered():
    with replayed(HEAD + LOGIN + BOX + FETCH.replace("UID FETCH", "FETCH") + END) as world:
        with imaplib.IMAP4("127.0.0.1", world.port) as client:
            client.login("me", "pw")
            assert client.select() == ("OK", [b"1"])
            got = client.fetch("1", "(BODY[])")
        assert world.quiet.wait(seconds(30))

    assert got == ("OK", [(b"1 (UID 1 BODY[] {25}", b"Subject: hello\r\n\r\nthere\r\n"), b")"])
    assert (world.told.plays, world.told.misses) == ([0], [])


def test_tls_begins_in_the_middle_and_plain_text_behind_starttls_is_dropped():
    with replayed(HEAD + "> s STARTTLS\n< s OK go\n:tls\n" + LOGIN + END) as world:
        with connected(world.port) as (sock, lines):
            assert lines.readline().startswith(b"* OK")
            sock.sendall(b"1 STARTTLS\r\n2 LOGIN evil pw\r\n")
            assert lines.readline() == b"1 OK go\r\n"
            with world.trust().wrap_socket(sock, server_hostname="mail.example") as secure:
                secure.sendall(b"3 LOGIN me pw\r\n")
                assert secure.makefile("rb").readline() == b"3 OK [CAPABILITY IMAP4rev1 IDLE MOVE] in\r\n"
        assert world.quiet.wait(seconds(30))

    assert world.told.notes == ["a client sent 17 bytes after STARTTLS in plain text: they were dropped"]


def test_imaplib_begins_tls_in_the_middle_and_at_the_start():
    with replayed(HEAD + "> s STARTTLS\n< s OK go\n:tls\n" + LOGIN + BOX + END) as world:
        with imaplib.IMAP4("localhost", world.port) as client:
            client.starttls(world.trust())
            client.login("me", "pw")
            assert client.select() == ("OK", [b"1"])
        with imaplib.IMAP4_SSL("localhost", world.tls_port, ssl_context=world.trust()) as client:
            assert "STARTTLS" not in client.capabilities
            client.login("me", "pw")
            assert client.select() == ("OK", [b"1"])

    assert world.told.misses == []


def test_a_client_that_does_not_trust_the_certificate_is_dropped_and_told():
    with replayed(HEAD + "> s STARTTLS\n< s OK go\n:tls\n" + END) as world:
        with connected(world.port) as (sock, lines):
            lines.readline()
            sock.sendall(b"1 STARTTLS\r\n")
            assert lines.readline() == b"1 OK go\r\n"
            with pytest.raises(ssl.SSLCertVerificationError):
                ssl.create_default_context().wrap_socket(sock, server_hostname="mail.example")
        assert world.quiet.wait(seconds(30))
    [told] = world.told.notes
    assert told.startswith("TLS with a client of mail.example failed: ")
    assert told.endswith("unknown ca; it does not trust the run's CA: point its CA setting at $SSL_CERT_FILE")


def test_a_line_of_10_mb_is_taken_and_answered():
    with replayed(HEAD + LOGIN + END) as world, connected(world.port) as (sock, lines):
        lines.readline()
        sock.sendall(b'1 SELECT "' + b"x" * 10_000_000 + b'"\r\n2 NOOP\r\n')
        assert lines.readline()[:30] == b"1 NO recproxy: not recorded: S"
        assert lines.readline() == b"2 OK done\r\n"


def test_a_message_of_10_mb_is_stored_and_fetched():
    body = b"Subject: a\r\n\r\n" + b"0123456789abcde\r\n" * 600_000
    text = body.decode().removesuffix("\r\n").replace("\r\n", "\n+ ").replace("+ \n", "+\n")
    said = f"> b APPEND INBOX {{{len(body)}}}\n+ {text}\n+\n< b OK x\n"
    got = f"> c FETCH 1 BODY[]\n< * 1 FETCH (BODY[] {{{len(body)}}}\n+ {text}\n+ )\n< c OK x\n"
    with replayed(HEAD + LOGIN + said + BOX + got + END) as world:
        with imaplib.IMAP4("127.0.0.1", world.port) as client:
            client.login("me", "pw")
            assert client.append("INBOX", "", "", body)[0] == "OK"
            client.select()
            assert client.fetch("1", "BODY[]")[1][0][1] == body
        assert world.quiet.wait(seconds(30))

    assert world.told.misses == []


def test_two_clients_at_once_have_a_conversation_each():
    def search(number):
        return HEAD.partition("\n\n")[2] + LOGIN + BOX + f"> d SEARCH ALL\n< * SEARCH {number}\n< d OK x\n" + END

    with replayed("#recproxy 2\n\n" + search(1) + "\n" + search(2)) as world:
        clients = [imaplib.IMAP4("127.0.0.1", world.port) for _ in range(2)]
        for step in ("login", "select"):
            for client in clients:
                client.login("me", "pw") if step == "login" else client.select()
        got = [client.search(None, "ALL")[1] for client in clients]
        for client in clients:
            client.logout()

    assert got == [[b"1"], [b"2"]]
    assert sorted(world.told.plays) == [0, 1]


def test_a_connection_that_broke_off_breaks_off():
    with replayed(HEAD + LOGIN + BOX.replace("< b OK [READ-WRITE] x", ":reset") + END) as world:
        with connected(world.port) as (sock, lines):
            sock.sendall(b"1 LOGIN me pw\r\n2 SELECT INBOX\r\n")
            with pytest.raises(ConnectionResetError):
                while lines.readline():
                    pass
        assert world.quiet.wait(seconds(30))


def test_a_client_that_goes_in_the_middle_of_a_literal_leaves_nothing():
    with replayed(HEAD + LOGIN + END) as world:
        with connected(world.port) as (sock, lines):
            lines.readline()
            sock.sendall(b"1 APPEND x {100+}\r\nabc")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert world.quiet.wait(seconds(30))

    assert world.told.misses == []


def test_a_client_that_does_not_read_is_not_answered_without_end():
    big = "+ " + "0123456789" * 1000 + "\n"
    body = (b"0123456789" * 1000 + b"\r\n") * 100
    fetch = f"> c FETCH 1 BODY[]\n< * 1 FETCH (BODY[] {{{len(body)}}}\n{big * 100}+ )\n< c OK x\n"
    with replayed(HEAD + LOGIN + BOX + fetch + END) as world, connected(world.port) as (sock, lines):
        lines.readline()
        sock.sendall(b"1 SELECT INBOX\r\n" + b"".join(b"%d FETCH 1 BODY[]\r\n" % n for n in range(50)))
        got = b""
        while not got.endswith(b"49 OK x\r\n"):
            got = got[-20:] + sock.recv(1 << 20)


def test_curl_lists_and_fetches():
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    listed = '> b LIST "" *\n< * LIST (\\HasNoChildren) "/" INBOX\n< b OK x\n'
    with replayed(
        HEAD + LOGIN + listed + BOX + FETCH.replace("UID FETCH 1 (BODY[])", "UID FETCH 1 BODY[]") + END
    ) as world:
        curl = ("curl", "-sS", "--max-time", "20", "-u", "me:pw")
        got = [
            subprocess.run(
                [*curl, f"imap://127.0.0.1:{world.port}{path}"], capture_output=True, timeout=seconds(30), text=True
            ).stdout
            for path in ("/", "/INBOX;UID=1")
        ]

    assert got[0] == '* LIST (\\HasNoChildren) "/" INBOX\n'
    assert got[1] == "Subject: hello\n\nthere\n"
    assert world.told.misses == []


def test_imapclient_waits_for_a_message():
    imapclient = pytest.importorskip("imapclient", reason="imapclient is not installed")
    idle = "> i IDLE\n< + idling\n< * 2 EXISTS\n> DONE\n< i OK x\n"
    with replayed(HEAD + LOGIN + BOX + idle + END) as world:
        with imapclient.IMAPClient("127.0.0.1", world.port, ssl=False, timeout=seconds(30)) as client:
            client.login("me", "pw")
            client.select_folder("INBOX")
            client.idle()
            assert client.idle_check(timeout=seconds(30)) == [(2, b"EXISTS")]
            assert client.idle_done() == (b"x", [])
        assert world.quiet.wait(seconds(30))

    assert world.told.misses == []


def test_no_thread_of_a_test_is_left():
    assert [each.name for each in threading.enumerate() if each.name.startswith("imap ")] == []
