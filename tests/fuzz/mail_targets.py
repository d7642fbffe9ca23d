"""Targets that read what comes over a connection of mail: from clients and servers of SMTP and IMAP, and messages."""

from pathlib import Path

from fuzz_target import Target

from recproxy.mail.imap.client import ImapClient
from recproxy.mail.imap.commands import ImapCommand, MalformedImap
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.meanings import meaning
from recproxy.mail.imap.responses import read_imap_response
from recproxy.mail.imap.server import ImapReply, ImapServer
from recproxy.mail.smtp_client import NoReplyError, SmtpClient
from recproxy.mail.smtp_server import SaidKind, SmtpServer
from recproxy.matching.index import Index
from recproxy.matching.mail_messages import mail_difference, read_mail
from recproxy.matching.rules import Rules
from recproxy.play.imap_playback import ImapPlayback
from recproxy.play.imap_replay import ImapReplay
from recproxy.play.playback import Playback
from recproxy.play.smtp_playback import SmtpPlayback, SmtpReplay
from recproxy.recording import Act, Recording, dump, load
from recproxy.redaction.conversations import _pieces as pieces_of
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

HOST = "mail.example"
STARTERS = Path(__file__).parents[2] / "profiles/gmail/recproxy_gmail/recordings"
SECRET = b"k7Qz0vLm2Xt9Rb4W"
MARK = b"@SECRET@"
MOST = 10_000
IGNORED = frozenset((b"date", b"message-id"))


def _pieces(data):
    """The bytes whole, and in pieces of a size that the first byte gives."""
    size = data[0] % 32 + 1 if data else 1
    data = data[1:]
    return [data], [data[start : start + size] for start in range(0, len(data), size)]


def _smtp_reply(said):
    """A reply to each thing that is said; TLS is refused, since what came before it may be dropped by piece."""
    codes = {b"DATA": b"354 go on", b"AUTH": b"334 ", b"STARTTLS": b"454 no", b"QUIT": b"221 bye"}
    return (b"235 in" if said.kind is SaidKind.RESPONSE else codes.get(said.verb, b"250 fine")) + b"\r\n"


def _smtp_said(pieces):
    server = SmtpServer(MOST)
    server.reply(b"220 ready\r\n")
    seen = []
    for piece in pieces:
        server.feed(piece)
        while (said := server.next_said()) is not None:
            seen.append((said.kind, said.data))
            if said.waits:
                server.reply(_smtp_reply(said))
    return seen


def smtp_client(data):
    """What a client of SMTP sends: whole and in pieces it is the same."""
    whole, pieces = _pieces(data)
    assert _smtp_said(whole) == _smtp_said(pieces), "other in pieces"


def _smtp_replies(pieces):
    client, seen = SmtpClient(), []
    for piece in pieces:
        client.feed(piece)
        while (reply := client.next_reply()) is not None:
            seen.append(reply)
    return seen


def smtp_service(data):
    """What a server of SMTP sends: whole and in pieces it is the same."""
    whole, pieces = _pieces(data)
    assert _smtp_replies(whole) == _smtp_replies(pieces), "other in pieces"


def _imap_said(pieces):
    server = ImapServer(limit=MOST)
    server.greet(ImapLine((b"* OK ready",)))
    seen = []
    for piece in pieces:
        server.receive(piece)
        while (event := server.next_event()) is not None:
            seen.append((type(event), getattr(event, "tag", b""), event.line.data if hasattr(event, "line") else b""))
            _imap_answer(server, event)
    return seen


def _imap_answer(server, event):
    if isinstance(event, MalformedImap):
        server.refuse(event, b"BAD", str(event))
        return
    command = event.command if isinstance(event, ImapReply) else event
    if isinstance(event, ImapCommand):
        meaning(event)
        if event.name in (b"AUTHENTICATE", b"IDLE"):
            server.answer(read_imap_response(ImapLine((b"+ ",))))
            return
    status = b"NO" if command.name == b"STARTTLS" else b"OK"
    server.answer(read_imap_response(ImapLine((command.tag + b" " + status + b" said",))), command)


def imap_client(data):
    """What a client of IMAP sends: whole and in pieces it is the same."""
    whole, pieces = _pieces(data.replace(b"\x16", b" "))  # a TLS handshake in plain text is seen in one piece only
    assert _imap_said(whole) == _imap_said(pieces), "other in pieces"


def _imap_responses(pieces):
    client, seen = ImapClient(limit=MOST), []
    for piece in pieces:
        client.receive(piece)
        while client.oversized is None and (response := client.next_event()) is not None:
            seen.append((response.kind, response.tag, response.name, response.line.data))
    return seen, client.oversized is not None


def imap_service(data):
    """What a server of IMAP sends: whole and in pieces it is the same."""
    whole, pieces = _pieces(data)
    assert _imap_responses(whole) == _imap_responses(pieces), "other in pieces"


def _playback(text):
    recording = load(text)
    return Playback(Index((Recording(interactions=recording.interactions, path="a.rec"),), Rules()))


def smtp_replay(data):
    """A recording, a zero byte, and what a client of SMTP says to it."""
    text, _, sent = data.partition(b"\0")
    replay = SmtpReplay(SmtpPlayback(_playback(text), HOST, IGNORED), secure=False)
    server = SmtpServer(MOST)
    if replay.greet() is None:
        return
    server.reply(b"220 ready\r\n")
    server.feed(sent)
    while (said := server.next_said()) is not None:
        steps = replay.say(said)
        if steps is None:
            replay.nearest(said)
        if said.waits:
            answers = [step.data for step in steps or () if step.act is Act.SERVER and step.data[:3] != b"220"]
            server.reply(answers[0] if answers else b"554 no\r\n")
    replay.end()


def imap_replay(data):
    """A recording, a zero byte, and what a client of IMAP says to it."""
    text, _, sent = data.partition(b"\0")
    replay = ImapReplay(ImapPlayback(_playback(text), HOST, IGNORED), secure=False)
    greeting = replay.greet()
    if greeting is None:
        return
    server = ImapServer(limit=MOST)
    server.greet(greeting)
    server.receive(sent.replace(b"\x16", b" "))
    while (event := server.next_event()) is not None:
        if isinstance(event, ImapCommand) and replay.say(event) is None:
            server.refuse(event, b"NO", "missed")
        else:
            _imap_answer(server, event)


def messages(data):
    """Two messages: each differs in nothing from itself, and what is said of two is text."""
    first, _, second = data.partition(b"\0")
    read = [read_mail(each, "XXX", IGNORED) for each in (first, second)]
    for each, text in zip(read, (first, second), strict=True):
        if b"XXX" not in text:
            differences, _ = mail_difference(each, read_mail(text, None, IGNORED), {})
            assert not differences, differences
    for difference in mail_difference(read[0], read_mail(second, None, IGNORED), {})[0]:
        assert difference.wanted != difference.got, difference


def conversations(data):
    """A recording with a secret in a conversation: it is not written."""
    recording = load(data.replace(MARK, SECRET))
    conversations = [each for each in recording.interactions if each.steps]
    whole = sum(step.data.count(SECRET) for each in conversations for step in each.steps)
    if whole != sum(piece.data.count(SECRET) for each in conversations for step in pieces_of(each) for piece in step):
        return  # a literal of the wrong size cuts it in two: each half says nothing of the other
    clean = redact_scope(conversations, RedactionRules(values=(SECRET.decode(),))).interactions
    text = dump(Recording(interactions=tuple(each for each in clean if each is not None)))
    assert SECRET not in text, "a planted secret is written"
    load(text)


SMTP = b"""#recproxy 2

SMTP smtp://mail.example:587
< 220 mail.example ESMTP
> EHLO localhost
< 250 mail.example
+ AUTH PLAIN LOGIN
+ SIZE 35882577
> AUTH PLAIN XXX
< 235 2.7.0 in
> MAIL FROM:<a@b.example>
< 250 OK
> RCPT TO:<c@d.example>
< 250 OK
> DATA
< 354 go on
> Subject: hello
+
+ a text
< 250 2.0.0 sent
> QUIT
< 221 bye
=======
"""
IMAP = b"""#recproxy 2

IMAP imap://mail.example:143
< * OK ready
> a LOGIN me XXX
< a OK in
> b SELECT INBOX
< * 2 EXISTS
< b OK x
> c FETCH 1 (FLAGS BODY[])
< * 1 FETCH (FLAGS () BODY[] {3}
+ abc)
< c OK x
> d LOGOUT
< * BYE
< d OK x
=======
"""
MESSAGE = b"""From: =?utf-8?q?=C3=A9?= <a@b.example>\r\nSubject: hello\r\nMIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r\n\r\na=C3=A9\r\n--b\r\nContent-Type: application/pdf\r
Content-Disposition: attachment; filename="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n"""
SAYS_SMTP = (
    b"EHLO me\r\nMAIL FROM:<a@b> SIZE=3\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: hello\r\n\r\n..a\r\n.\r\nQUIT\r\n",
    b"EHLO me\r\nAUTH LOGIN\r\nbWU=\r\nc2VjcmV0\r\nBDAT 3\r\nabcBDAT 2 LAST\r\n\r\nSTARTTLS\r\n",
)
SAYS_IMAP = (
    b"1 LOGIN me {6}\r\nsecret\r\n2 SELECT INBOX\r\n3 FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (DATE)])\r\n4 IDLE\r\nDONE\r\n",
    b'1 AUTHENTICATE PLAIN\r\nAGEAYg==\r\n2 APPEND "INBOX" (\\Seen) "01-Jan-2020 00:00:00 +0000" {3+}\r\nabc\r\n',
    b'1 UID SEARCH CHARSET UTF-8 OR (FROM "a" UNSEEN) NOT SUBJECT {1}\r\nb\r\n2 STORE 1,3:5 +FLAGS (\\Deleted)\r\n',
)
WORDS_SMTP = tuple(
    b"\r\n|\r\n.\r\n|BDAT 9|DATA\r\n|AUTH PLAIN |STARTTLS\r\n|*\r\n|250-|250 |334 |XXX|SIZE=".split(b"|")
)
WORDS_IMAP = tuple(
    b"{3}\r\n|{3+}\r\n|{9999999999}\r\n|(|)|NIL|BODY[|]<0.3>|1:*|UID |* |+ |OK [CAPABILITY |IDLE\r\nDONE\r\n|\\|~{1}\r\n|&AOk-".split(
        b"|"
    )
)
PLANTED = (
    SMTP.replace(b"AUTH PLAIN XXX", b"AUTH PLAIN @SECRET@"),
    SMTP.replace(b"a text", b"a @SECRET@ text"),
    IMAP.replace(b"LOGIN me XXX", b'LOGIN "me" "@SECRET@"'),
    IMAP.replace(b"{3}\n+ abc)", b"{16}\n+ @SECRET@)"),
)
MAIL = (
    Target(
        name="smtp-client",
        run=smtp_client,
        seeds=tuple(b"\x03" + each for each in SAYS_SMTP),
        tokens=WORDS_SMTP,
        seconds=3.0,
    ),
    Target(
        name="smtp-service",
        run=smtp_service,
        seeds=(b"\x05220 ready\r\n250-mail.example\r\n250-AUTH PLAIN\r\n250 SIZE 3\r\n334 \r\n421 bye\r\n",),
        tokens=WORDS_SMTP,
        allowed=(NoReplyError,),
    ),
    Target(
        name="imap-client",
        run=imap_client,
        seeds=tuple(b"\x07" + each for each in SAYS_IMAP),
        tokens=WORDS_IMAP,
        seconds=3.0,
    ),
    Target(
        name="imap-service",
        run=imap_service,
        seeds=(
            b'\x09* OK [CAPABILITY IMAP4rev1] ready\r\n* LIST (\\Noselect) "/" {3}\r\na/b\r\n+ \r\na1 NO [ALERT] no\r\n',
            b"\x02* 1 FETCH (FLAGS (\\Seen) BODY[HEADER] {4}\r\nA: b UID 3)\r\n* SEARCH 1 2\r\na2 OK done\r\n* BYE\r\n",
        ),
        tokens=WORDS_IMAP,
    ),
    Target(
        name="smtp-replay",
        run=smtp_replay,
        seeds=tuple(SMTP + b"\0" + each for each in SAYS_SMTP),
        tokens=WORDS_SMTP,
        seconds=3.0,
    ),
    Target(
        name="imap-replay", run=imap_replay, seeds=tuple(IMAP + b"\0" + each for each in SAYS_IMAP), tokens=WORDS_IMAP
    ),
    Target(
        name="messages",
        run=messages,
        seeds=(MESSAGE + b"\0" + MESSAGE.replace(b"hello", b"XXX"), b"Subject: XXX[a]\n\nb\0Subject: c\n\nb"),
        tokens=(b"XXX", b"XXX[n]", b"--b\r\n", b"=?utf-8?b?w6k=?=", b"boundary=", b"charset=", b"=\r\n", b"\0"),
    ),
    Target(
        name="redaction-of-conversations",
        run=conversations,
        seeds=(*PLANTED, *(path.read_bytes() for path in sorted(STARTERS.glob("smtp_*.rec")))),
        tokens=(MARK, b"\n+ ", b"\n< ", b"\n> ", b":base64\n", b":tls\n", *WORDS_IMAP),
        seconds=15.0,  # 100 KB may hold 20,000 conversations
    ),
)
