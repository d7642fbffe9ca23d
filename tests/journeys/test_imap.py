"""IMAP through a run: recorded from a Dovecot, played without it, added to, and missed."""

import base64
import imaplib
import json
import sys
from pathlib import Path

import pytest
import trustme
from dovecot import PASSWORD, dovecot
from imap_world import replayed

PROFILE = """[project]
name = "demo"
[tool.recproxy.profiles.shop]
credentials = ["SHOP_PASSWORD"]
placeholders.SHOP_PASSWORD = "placeholder-of-the-password"
upstream.ca = "{ca}"
[[tool.recproxy.profiles.shop.endpoints]]
protocol = "imap"
hosts = ["mail.shop.example"]
ports = ["143"]
variables = "SHOP_IMAP"
address = "127.0.0.1:{port}"
[[tool.recproxy.profiles.shop.endpoints]]
protocol = "imap"
hosts = ["secure.shop.example"]
ports = ["993"]
address = "127.0.0.1:{tls_port}"
"""
CLIENT = """
import contextlib, imaplib, json, os, ssl, sys, time

def session(client, subject):
    mail = f"Subject: {subject}\\r\\nDate: {time.time()}\\r\\n\\r\\nsaid {os.environ['SHOP_PASSWORD']}\\r\\n".encode()
    got = [client.login("joe", os.environ["SHOP_PASSWORD"]), client.list(), client.select()]
    got += [client.fetch("1", "(FLAGS BODY.PEEK[])"), client.append("INBOX", "", imaplib.Time2Internaldate(time.time()), mail)]
    return [*got, client.search(None, "UNSEEN"), client.logout()]

by_host = imaplib.IMAP4("mail.shop.example")
by_host.starttls(ssl.create_default_context())
by_variable = imaplib.IMAP4(os.environ["SHOP_IMAP_HOST"], int(os.environ["SHOP_IMAP_PORT"]))
secure = imaplib.IMAP4_SSL("secure.shop.example")
print(json.dumps([session(each, sys.argv[1]) for each in (by_host, by_variable, secure)], default=bytes.decode))
"""
STARTERS = Path(__file__).parents[2] / "profiles/gmail/recproxy_gmail/recordings"
REFUSED = "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"
RECORDING = "tests/functional/recordings/shop/default.rec"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = trustme.CA()
    certificate = made.issue_cert("mail.shop.example", "secure.shop.example", "127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    made.cert_pem.write_to_path(folder / "ca.pem")
    return folder


def test_mail_is_recorded_and_played_without_its_server(project, authority):
    def run(mode, subject, **environment):
        return project.run("run", "--mode", mode, "--", sys.executable, "-c", CLIENT, subject, environment=environment)

    with dovecot(authority / "cert.pem", authority / "key.pem") as server:
        server.deliver("joe", b"Subject: first\r\n\r\nhello\r\n")
        places = {"ca": authority / "ca.pem", "port": server.port, "tls_port": server.tls_port}
        project.write("pyproject.toml", PROFILE.format(**places))
        (project.root / RECORDING).unlink()
        recorded = run("record", "sent", SHOP_PASSWORD=PASSWORD)
        assert recorded.returncode == 0, recorded.stderr
        text = (project.root / RECORDING).read_text()
        added = run("auto", "added", SHOP_PASSWORD=PASSWORD)
        assert added.returncode == 0, added.stderr

    assert PASSWORD not in text
    assert text.count("IMAP imap://mail.shop.example:143\n") == 2
    assert text.count("IMAP imaps://secure.shop.example:993\n") == 1
    assert text.count(":tls\n") == 1
    assert text.count("> A4 LOGIN joe XXX\n") == 1
    assert "\n+ said XXX\n" in text

    played = run("replay", "sent")
    assert (played.returncode, json.loads(played.stdout)) == (0, json.loads(recorded.stdout)), played.stderr
    assert run("replay", "added").returncode == 0

    missed = run("replay", "other")
    assert missed.returncode == 3
    assert 'Subject: recorded \\"sent\\", got \\"other\\"' in missed.stdout
    assert "  Subject  sent      other\n" in missed.stderr


RAW = """
import base64, os, socket, sys
for number, lines in enumerate(open("said").read().split("|")):
    with socket.create_connection((os.environ["SHOP_IMAP_HOST"], int(os.environ["SHOP_IMAP_PORT"]))) as client:
        answers = client.makefile("rb")
        answers.readline()
        for line in eval(lines.strip()):
            client.sendall(line)
        client.sendall(b"z9 LOGOUT\\r\\n")
        got = answers.read()
        assert b"z9 OK" in got, (number, lines, got)
sys.exit(1)
"""
SECRET = "".join(("Corr", "Horse", "Battery", "99"))
CODED = base64.b64encode(f"\0joe\0{SECRET}".encode()).decode()
#: Logins that a server says BAD to.
WRONG = (
    f"b'a AUTHENTICATE PLAIN {{{len(CODED)}+}}\\r\\n{CODED}\\r\\n'",
    f"b'a AUTHENTICATE PLAIN {{9+}}\\r\\n{CODED}\\r\\n'",
    f"b'a UID LOGIN joe {SECRET}\\r\\n'",
    f"b'a UID AUTHENTICATE PLAIN {CODED}\\r\\n'",
    f"b'a LOGIN\\r\\n', b'joe {SECRET}\\r\\n'",
    f"b'a LOGIN joe {{4+}}\\r\\n{SECRET}\\r\\n'",
    f"b'a AUTH PLAIN {CODED}\\r\\n'",
    f"b'a LOGON joe {SECRET}\\r\\n'",
)


def test_a_login_that_the_server_does_not_understand_leaves_no_byte(project, authority):
    project.write("said", "|".join(f"[{each}]" for each in WRONG))
    with dovecot() as server:
        project.write("pyproject.toml", PROFILE.format(ca=authority / "ca.pem", port=server.port, tls_port=1))
        run = project.run(
            "run", "--mode", "record", "--", sys.executable, "-c", RAW, environment={"SHOP_PASSWORD": PASSWORD}
        )
    assert "default.failed.rec: 8 interactions" in run.stderr, run.stderr + run.stdout
    (project.root / "said").unlink()
    files = [path.read_bytes() for path in project.root.rglob("*") if path.is_file()]
    forms = (SECRET, CODED[:-4], CODED.upper()[:-4])
    assert [form for form in forms for text in (run.stderr.encode(), *files) if form.encode() in text] == []


def tried(act):
    """What an act brings: its answer, or what imaplib raises."""
    try:
        return act()
    except imaplib.IMAP4.error as problem:
        return str(problem).removeprefix("b'").rstrip("'")


@pytest.mark.parametrize(
    ("recording", "login", "wanted"),
    [
        ("imap_inbox", "password", ("OK", [b"2"])),
        ("imap_inbox", "token", ("OK", [b"2"])),
        ("imap_login_refused", "password", REFUSED),
        ("imap_token_refused", "token", REFUSED),
        (
            "imap_app_password",
            "password",
            "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
        ),
        ("imap_too_many", "password", "[ALERT] Too many simultaneous connections. (Failure)"),
        ("imap_too_many", "token", "[ALERT] Too many simultaneous connections. (Failure)"),
        ("imap_session_expired", "password", ("OK", [b"2"])),
    ],
)
def test_the_starter_conversations_of_gmail_answer_a_client(recording, login, wanted):
    with replayed((STARTERS / f"{recording}.rec").read_text(), host="imap.gmail.com") as world:
        client = imaplib.IMAP4_SSL("localhost", world.tls_port, ssl_context=world.trust())
        if login == "password":
            got = tried(lambda: (client.login("me", "pw"), client.select())[1])
        else:
            got = tried(
                lambda: (client.authenticate("XOAUTH2", lambda said: None if said else b"tok"), client.select())[1]
            )
        if recording == "imap_inbox":
            assert client.search(None, "UNSEEN") == ("OK", [b"2"])
            assert b"Subject: Your invoice" in client.fetch("2", "(RFC822)")[1][0][1]
        client.shutdown()

    assert got == wanted
    assert world.told.misses == []
