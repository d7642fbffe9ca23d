"""Mail clients at a proxy's lane, over real TCP: smtplib and raw bytes, answered from recordings or by a real server."""

import asyncio
import contextlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import Mock, call

import pytest
from deadlines import seconds
from exhausted import Exhausted
from transports import transports_closed

from recproxy.config.mail_endpoints import mail_places
from recproxy.config.profile import Endpoint, Match, Profile, Upstream
from recproxy.control.messages import Kept, Recorded, Setup
from recproxy.control.scope_options import ScopeFault
from recproxy.http import Owners
from recproxy.play.elsewhere import Elsewhere
from recproxy.play.reading import read_recording
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.lane import ProxyLane
from recproxy.proxy.open_exchanges import INSISTS
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.scope_end import settle
from recproxy.proxy.smtp_connection import SmtpConnection
from recproxy.proxy.step_room import StepRoom
from recproxy.recording import Act, load, unpack

HOST = "mail.example"
LOGIN = """< 220 mail.example ESMTP
> EHLO me
< 250 mail.example
+ SIZE 1000000
+ AUTH PLAIN
> AUTH PLAIN XXX
< 235 ok
"""
SENT = """> MAIL FROM:<a@b.example> SIZE=7
< 250 ok
> RCPT TO:<{to}>
< {code}
"""
DATA = """> DATA
< 354 go
> Subject: {subject}
+ From: a@b.example
+ To: {to}
+ Date: {date}
+
+ hello
< 250 queued as {id}
"""
QUIT = "> QUIT\n< 221 bye\n"


def recorded(*conversations, scheme="smtp"):
    text = "".join(f"\n:scope t\nSMTP {scheme}://mail.example:587\n{each}=======\n" for each in conversations)
    return load(f"#recproxy 2\n{text}".encode(), path="m.rec")


def mail(to="c@d.example", subject="one", code="250 ok", number="1"):
    begun = SENT.format(to=to, code=code)
    if not code.startswith("250"):
        return begun
    return begun + DATA.format(to=to, subject=subject, date="Thu, 1 Jan 1970 00:00:00 +0000", id=number)


def message(subject="one", to="c@d.example", text="hello\n", **more):
    made = EmailMessage()
    made["Message-ID"] = "<new@each.time>"
    made["To"], made["From"], made["Subject"], made["Date"] = (
        to,
        "a@b.example",
        subject,
        "Fri, 2 Jan 1970 00:00:00 +0000",
    )
    made.set_content(text, **more)
    return made


class Bench:
    """A lane with a listener for each port of a mail server."""

    def __init__(self, trust, mode="replay", recording=None, address="", miss="status", host=HOST, protocol="smtp"):
        self.profile = Profile(
            name="mail",
            endpoints=(Endpoint(protocol=protocol, hosts=(host,), address=address),),
            match=Match(miss=miss),
            upstream=Upstream(ca=trust.path, max_body=100_000),
        )
        self.kept = []
        setup = Setup(profile=self.profile.plain(), owners={host: "mail"}, mode=mode)
        self.forwarding = Forwarding(self.profile, setup, self._sent)
        self.lane = ProxyLane(
            "default", self.profile, lambda: Owners({host: "mail"}), asyncio.get_running_loop(), None, self.forwarding
        )
        self.scope = self.begin("t", recording)
        self.trust = trust
        self.ports = {}

    def begin(self, name, recording=None, faults=(), **more):
        mode = more.pop("mode", self.forwarding.mode)
        scope = OpenScope(self.profile, name, [recording] if recording else [], mode=mode, faults=faults, **more)
        self.lane.begin(scope, base=False)
        self.scope = scope
        return scope

    def _sent(self, message):
        assert isinstance(message, Recorded)
        self.kept.append(unpack(message.packed))
        asyncio.get_running_loop().call_soon(self.forwarding.kept, Kept(order=message.order))

    async def __aenter__(self):
        for place in mail_places(self.profile):
            sock = socket.create_server(("127.0.0.1", 0))
            self.ports[place.port] = sock.getsockname()[1]
            self.lane.listen_mail(sock.detach(), place, self.trust.context(HOST, "localhost"))
        return self

    async def __aexit__(self, *_):
        await self.lane.scope.traffic.settled(seconds(5))
        self.lane.close()
        await transports_closed()  # of the clients
        while tasks := self.lane._tasks:  # in which the service is left
            await asyncio.wait(tuple(tasks))
        await transports_closed()  # of the service

    async def smtp(self, work, port=587, tls=False):
        """Do something with smtplib in a thread."""

        def run():
            kind = smtplib.SMTP_SSL if port == 465 else smtplib.SMTP
            more = {"context": self.trust.client()} if port == 465 else {}
            with kind("localhost", self.ports[port], timeout=seconds(20), **more) as client:
                if tls:
                    client.starttls(context=self.trust.client())
                return work(client)

        return await asyncio.to_thread(run)

    @contextlib.asynccontextmanager
    async def client(self, port=587, **more):
        """The reader and writer of a client that has gone at the end."""
        reader, writer = await asyncio.open_connection("localhost", self.ports[port], **more)
        try:
            async with asyncio.timeout(seconds(20)):
                yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def raw(self, data, port=587, *, eof=True):
        """The bytes that a client gets which sends these at once, until the end."""
        async with self.client(port) as (reader, writer):
            writer.write(data)
            if eof:
                writer.write_eof()
            return await reader.read()

    @property
    def outcome(self):
        return self.scope.outcome()


def send(*messages, login=True):
    def work(client):
        if login:
            client.login("me", "secret")
        return [client.send_message(each) for each in messages]

    return work


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("port", "tls", "scheme"),
    [(587, False, "smtp"), (587, True, "smtps"), (465, False, "smtp"), (465, False, "smtps"), (25, False, "smtp")],
)
async def test_a_recorded_session_is_replayed_with_and_without_tls(trust, port, tls, scheme):
    async with Bench(trust, recording=recorded(LOGIN + mail() + QUIT, scheme=scheme)) as bench:
        assert await bench.smtp(send(message()), port, tls) == [{}]

        assert (bench.outcome.played, bench.outcome.missed, bench.outcome.unused) == (1, (), ())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("protocol", "port", "steps", "said", "what"),
    [
        ("smtp", 587, "< 220 a\n> VRFY x\n< 250 x\n", b"VRFY x\r\n", "command"),
        ("smtp", 587, "< 220 a\n", b"", ""),
        ("imap", 143, "< * OK a\n> a LIST x y\n< a OK x\n", b"t list x y\r\n", "command"),
        ("imap", 143, "< * OK a\n", b"", ""),
    ],
)
async def test_a_miss_names_what_another_test_recorded(trust, tmp_path, protocol, port, steps, said, what):
    folder = tmp_path / "recordings/mail/test_m"
    (tmp_path / "test_m.py").write_text("def test_new(): ...\ndef test_other(): ...\n")
    folder.mkdir(parents=True)
    head = f"#recproxy 2\n\n:scope t.old\n{protocol.upper()} {protocol}://mail.example:{port}\n"
    (folder / "test_old.rec").write_text(f"{head}{steps}=======\n")
    (folder / "test_other.rec").write_text(f"{head}{steps[: steps.index(chr(10)) + 1]}=======\n")
    base = read_recording(str(folder / "test_other.rec")) if what else None
    async with Bench(trust, protocol=protocol) as bench:
        ways = bench.profile.ways(folder=str(tmp_path))
        elsewhere = Elsewhere(folder.parents[1], bench.profile, ways, root=tmp_path)
        bench.begin("t.new", base, elsewhere=elsewhere, ways=ways, expected=str(folder / "test_new.rec"))
        await bench.raw(said, port)

        [missed] = bench.outcome.missed
    lines = missed.text.splitlines()
    if what:
        assert lines[0] == f"recproxy: this {what} to mail was recorded for another test"
        assert 'to replay that recording: @pytest.mark.recproxy("mail", "test_m/test_old.rec")' in lines
    else:
        assert lines[0] == "recproxy: there is no recorded conversation of mail for this connection"
        assert lines[-1] == "the recording would be recordings/mail/test_m/test_new.rec"
        assert missed.expected == str(folder / "test_new.rec")
    assert "           recordings/mail/test_m/test_old.rec:4 by t.old, a test that is gone" in lines
    assert missed.closest == f"{folder}/test_old.rec:4"


WANTED = b"220 mail.example ESMTP\r\n250-mail.example\r\n250-SIZE 1000000\r\n250 AUTH PLAIN\r\n250 ok\r\n221 bye\r\n"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "got"),
    [
        ("truncate 7", WANTED[:7]),
        ("truncate 3 at MAIL", WANTED[:-17] + b"250"),
        ("hang 0.02 at ehlo", WANTED[:24]),
        ("delay 0.02", WANTED),
        ("drip 5000/s", WANTED),
        ("reset at RCPT", WANTED),
    ],
)
async def test_a_reply_goes_wrong_on_purpose(trust, fault, got):
    steps = "".join(each for each in LOGIN.splitlines(keepends=True) if "> AUTH" not in each and "235" not in each)
    said = recorded(steps + SENT.partition("> RCPT")[0] + QUIT)
    async with Bench(trust) as bench:
        bench.begin("t", said, [ScopeFault(fault)])
        assert await bench.raw(b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n", eof=False) == got

        outcome = bench.outcome
    assert (outcome.played, outcome.missed) == (1, ())
    notes = {
        "hang 0.02 at ehlo": "mail: the fault 'hang 0.02' lasted to its end: its client has no shorter time-out",
        "reset at RCPT": "mail: the fault 'reset at RCPT' was not played: no request fitted it",
    }
    assert outcome.notes == ((notes[fault],) if fault in notes else ())


@pytest.mark.asyncio
async def test_a_recording_names_the_reply_that_goes_wrong(trust):
    async with Bench(trust, recording=recorded("< 220 a\n> NOOP\n:fault truncate 4\n< 250 fine\n")) as bench:
        assert await bench.raw(b"NOOP\r\n", eof=False) == b"220 a\r\n250 "


@pytest.mark.asyncio
async def test_a_server_that_was_not_recorded_can_be_reset(trust):
    async with Bench(trust) as bench:
        bench.begin("t", faults=[ScopeFault("reset", 1)])
        with pytest.raises(ConnectionResetError):
            await bench.raw(b"EHLO me\r\n")
        assert bench.outcome.missed == ()
        assert (await bench.raw(b"")).startswith(b"554")


@pytest.mark.asyncio
async def test_a_fault_of_tls_fails_a_scope_of_mail(trust):
    async with Bench(trust) as bench:
        bench.begin("t", recorded(LOGIN), [ScopeFault("tls expired")])
        assert await bench.raw(b"NOOP\r\n") == b"220 mail.example ESMTP\r\n250 2.0.0 OK\r\n"
        [failure] = bench.outcome.failures
    assert failure.startswith("the fault 'tls expired' is played with HTTP only, and a mail client came: use reset")


@pytest.mark.asyncio
@pytest.mark.parametrize("how", [{"cte": "base64"}, {"cte": "quoted-printable"}, {"charset": "latin-1"}])
async def test_a_message_is_compared_by_what_it_says(trust, how):
    async with Bench(trust, recording=recorded(LOGIN + mail())) as bench:
        assert await bench.smtp(send(message(**how))) == [{}]


@pytest.mark.asyncio
async def test_messages_may_come_in_another_order_and_on_one_connection(trust):
    one = LOGIN + mail(subject="one", number="1") + mail(to="x@d.example", subject="two", number="2") + QUIT
    async with Bench(trust, recording=recorded(one, LOGIN + mail(subject="three", number="3"))) as bench:
        wanted = [message("three"), message("two", "x@d.example"), message("one")]
        assert await bench.smtp(send(*wanted)) == [{}, {}, {}]

        assert (bench.outcome.played, bench.outcome.missed) == (2, ())


@pytest.mark.asyncio
async def test_two_clients_at_once_get_their_own(trust):
    both = recorded(*(LOGIN + mail(subject=name) + QUIT for name in ("one", "two")))
    async with Bench(trust, recording=both) as bench:
        got = await asyncio.gather(*(bench.smtp(send(message(name))) for name in ("two", "one")))

        assert got == [[{}], [{}]]
        assert (bench.outcome.plays, bench.outcome.missed) == ((1, 1), ())


@pytest.mark.asyncio
async def test_a_refusal_is_followed_by_success_as_it_was_recorded(trust):
    again = recorded(LOGIN + mail(code="451 later"), LOGIN + mail())
    async with Bench(trust, recording=again) as bench:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await bench.smtp(send(message()))
        assert refused.value.recipients == {"c@d.example": (451, b"later")}
        assert await bench.smtp(send(message())) == [{}]
        assert await bench.smtp(send(message())) == [{}]  # the last is played again

        assert bench.outcome.missed == ()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "error"),
    [
        (LOGIN.replace("235 ok", "535 5.7.8 no"), smtplib.SMTPAuthenticationError),
        (LOGIN + "> MAIL FROM:<a@b.example>\n< 421 going\n:close\n", smtplib.SMTPSenderRefused),
        (LOGIN + SENT.format(to="c@d.example", code="250 ok") + "> DATA\n:close\n", smtplib.SMTPServerDisconnected),
        (LOGIN + SENT.format(to="c@d.example", code="250 ok") + "> DATA\n:reset\n", smtplib.SMTPServerDisconnected),
        ("< 421 not now\n:close\n", smtplib.SMTPConnectError),
        (":close\n", smtplib.SMTPServerDisconnected),
    ],
)
async def test_bad_behaviour_is_replayed(trust, said, error):
    async with Bench(trust, recording=recorded(said)) as bench:
        with pytest.raises(error):
            await bench.smtp(send(message()))

        assert (bench.outcome.played, bench.outcome.missed) == (1, ())


@pytest.mark.asyncio
async def test_a_miss_is_a_refusal_with_the_difference(trust):
    async with Bench(trust, recording=recorded(LOGIN + mail())) as bench:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await bench.smtp(send(message("other")))
        [missed] = bench.outcome.missed

        assert refused.value.smtp_code == 554
        assert b"Subject  one       other" in refused.value.smtp_error
        assert missed.differences == (("Subject", "one", "other"),)
        assert missed.closest == "m.rec:18"
        assert 'ignore.mail = ["Date", "Message-ID", "Subject"]' in missed.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("recording", "wanted", "differences"),
    [
        (None, smtplib.SMTPConnectError, ()),
        (LOGIN + mail(to="x@y.example"), smtplib.SMTPRecipientsRefused,
         (("command", "RCPT TO:<x@y.example>", "rcpt TO:<c@d.example>"),)),
        (LOGIN, smtplib.SMTPSenderRefused, ()),
        (LOGIN.replace("> AUTH PLAIN XXX\n< 235 ok\n", ""), smtplib.SMTPAuthenticationError, ()),
    ],
)  # fmt: skip
async def test_each_thing_that_was_not_recorded_is_a_miss(trust, recording, wanted, differences):
    async with Bench(trust, recording=recording and recorded(recording)) as bench:
        with pytest.raises(wanted):
            await bench.smtp(send(message()))
        missed = bench.outcome.missed

        assert missed[0].url == "smtp://mail.example:587"
        assert missed[0].differences == differences


@pytest.mark.asyncio
async def test_a_miss_resets_where_the_profile_says_so(trust):
    async with Bench(trust, recording=recorded(LOGIN), miss="reset") as bench:
        with pytest.raises(smtplib.SMTPServerDisconnected):
            await bench.smtp(send(message()))

        assert len(bench.outcome.missed) == 1


@pytest.mark.asyncio
async def test_a_secret_of_a_login_is_not_in_a_miss(trust):
    async with Bench(trust, recording=recorded(LOGIN + mail())) as bench:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await bench.smtp(
                lambda client: (
                    client.login("me", "corr-horse-battery-9"),
                    client.send_message(message("say corr-horse-battery-9")),
                )
            )

        assert b"battery" not in refused.value.smtp_error
        assert "battery" not in str(bench.outcome)


@pytest.mark.asyncio
async def test_named_places_are_filled_from_what_a_client_says(trust):
    said = LOGIN + mail(subject="ticket XXX[ticket]", number="XXX[ticket]")
    async with Bench(trust, recording=recorded(said)) as bench:

        def work(client):
            client.login("me", "secret")
            client.mail("a@b.example")
            client.rcpt("c@d.example")
            return client.data(message("ticket 42").as_bytes())

        assert await bench.smtp(work) == (250, b"queued as 42")


@pytest.mark.asyncio
async def test_pipelined_commands_and_chunks_are_answered_in_order(trust):
    said = (
        "< 220 a\n> EHLO me\n< 250 a\n+ CHUNKING\n"
        + SENT.format(to="c", code="250 ok")
        + ("> BDAT 9 LAST\n> Hi: x\n+\n< 250 done\n" + QUIT)
    )
    async with Bench(trust, recording=recorded(said)) as bench:
        got = await bench.raw(
            b"EHLO you\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c>\r\nBDAT 4\r\nHi: BDAT 5 LAST\r\nx\r\n\r\nQUIT\r\n".replace(
                b"BDAT 4\r\nHi: BDAT 5 LAST\r\nx\r\n\r\n", b"BDAT 9 LAST\r\nHi: x\r\n\r\n"
            )
        )

        assert got == b"220 a\r\n250-a\r\n250 CHUNKING\r\n250 ok\r\n250 ok\r\n250 done\r\n221 bye\r\n"


@pytest.mark.asyncio
async def test_bytes_before_tls_are_dropped_and_told(trust):
    async with Bench(trust, recording=recorded(LOGIN)) as bench:
        got = await bench.raw(b"EHLO me\r\nSTARTTLS\r\nMAIL FROM:<evil>\r\n")

        assert got.endswith(b"220 2.0.0 Ready to start TLS\r\n")
        assert bench.outcome.missed == ()
        assert "18 bytes that a client of mail.example sent after STARTTLS" in bench.outcome.notes[0]


@pytest.mark.asyncio
async def test_what_a_client_says_with_the_end_of_its_handshake_is_heard(trust):
    said = "< 220 a\n> EHLO me\n< 250 a\n+ STARTTLS\n> STARTTLS\n< 220 go\n:tls\n> EHLO me\n< 250 b\n"
    async with Bench(trust, recording=recorded(said)) as bench, bench.client() as (reader, writer):
        writer.write(b"EHLO me\r\n")
        await reader.readuntil(b"250 STARTTLS\r\n")
        writer.write(b"STARTTLS\r\n")
        await reader.readline()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trust.client().wrap_bio(incoming, outgoing, server_hostname=HOST)

        async def step(work):
            while True:
                try:
                    return work()
                except ssl.SSLWantReadError:
                    writer.write(outgoing.read())
                    incoming.write(await reader.read(65536))

        await step(tls.do_handshake)
        tls.write(b"EHLO me\r\n")  # not sent yet, nor is the end of the handshake
        assert await step(tls.read) == b"250 b\r\n"
        assert bench.outcome.notes == ()


@pytest.mark.asyncio
@pytest.mark.parametrize(("protocol", "port"), [("smtp", 465), ("imap", 993)])
async def test_clients_that_give_tls_up_do_not_keep_a_scope_from_ending(trust, protocol, port):
    async with Bench(trust, protocol=protocol) as bench:
        _, waiting = await asyncio.open_connection("localhost", bench.ports[port])
        await bench.raw(b"this is no TLS\r\n", port)

        bench.lane.leave_conversations(bench.lane.end())
        assert [*bench.lane.smtp, *bench.lane.imap] == []
        assert [line.partition(" began no TLS")[0] for line in bench.outcome.notes] == [
            f"a client of mail.example:{port}"
        ]
        waiting.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(("protocol", "port"), [("smtp", 465), ("imap", 993), ("imap", 143)])
async def test_without_descriptors_an_idle_connection_makes_room(trust, protocol, port):
    greeting = {"smtp": "220 a", "imap": "* OK a"}[protocol]
    recording = load(f"#recproxy 2\n\n{protocol.upper()} {protocol}://mail.example:1\n< {greeting}\n=======\n".encode())
    async with Bench(trust, recording=recording, protocol=protocol) as bench:
        context = {465: trust.client(), 993: trust.client()}.get(port)
        idle, writer = await asyncio.open_connection("localhost", bench.ports[port], ssl=context)
        await idle.readline()
        acceptor = next(each for each in bench.lane._servers if each._listener.getsockname()[1] == bench.ports[port])
        acceptor._listener = Exhausted(acceptor._listener)
        reader, other = await asyncio.open_connection("localhost", bench.ports[port], ssl=context)
        assert (await reader.readline()) != b""
        assert (await idle.read(), acceptor._listener.failed) == (b"", 1)
        for each in (writer, other):
            each.close()
    assert bench.outcome.notes[0].startswith("idle connections of clients were closed, the oldest first")


@pytest.mark.asyncio
async def test_a_client_that_begins_tls_at_a_port_with_starttls_is_told(trust):
    async with Bench(trust, recording=recorded(LOGIN)) as bench:
        with pytest.raises(ssl.SSLError):
            await asyncio.to_thread(
                smtplib.SMTP_SSL, "localhost", bench.ports[587], context=trust.client(), timeout=seconds(20)
            )

        [line] = bench.outcome.failures
        assert line.startswith("SMTP smtp://mail.example:587: TLS begins here with STARTTLS, and the client began it")


@pytest.mark.asyncio
@pytest.mark.parametrize("sent", [b"x" * 10_000_000 + b"\r\nQUIT\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nQUIT\r\n"])
async def test_garbage_is_refused_and_ends(trust, sent):
    async with Bench(trust, recording=recorded(LOGIN)) as bench:
        got = await bench.raw(sent)

        lines = got.split(b"\r\n")
        assert lines[0] == b"220 mail.example ESMTP"
        assert lines[1][:3] in (b"500", b"554")
        assert lines[-2] == b"221 2.0.0 closing connection"


@pytest.mark.asyncio
async def test_endless_garbage_ends_the_connection(trust):
    async with Bench(trust, recording=recorded(LOGIN)) as bench:
        assert (await bench.raw(b"WHAT\r\n" * 100)).endswith(
            b"421 4.7.0 recproxy: too much on this connection was not recorded\r\n"
        )
        assert len(bench.outcome.missed) == 20


@pytest.mark.asyncio
async def test_a_message_that_is_too_large_is_a_miss_with_its_reason(trust):
    async with Bench(trust, recording=recorded(LOGIN + mail())) as bench:
        with pytest.raises(smtplib.SMTPDataError):
            await bench.smtp(send(message(text="y" * 70 + "\n" * 200_000)))

        assert "upstream.max_body" in bench.outcome.missed[0].text


@pytest.mark.asyncio
async def test_500_messages_in_one_session_are_replayed(trust):
    said = LOGIN + "".join(mail(subject=f"s{number}", number=str(number)) for number in range(500)) + QUIT
    async with Bench(trust, recording=recorded(said)) as bench:
        got = await bench.smtp(send(*(message(f"s{number}") for number in range(500))))

        assert (len(got), bench.outcome.missed) == (500, ())


class Server(asyncio.Protocol):
    """A mail server that answers each line by a table; after 354 it takes a message, and `STARTTLS` works."""

    answers = {}
    sent = []
    open = []
    context = None
    more = None

    def connection_made(self, transport):
        self.transport, self.buffer, self.message = transport, b"", False
        self.open.append(self)
        if not hasattr(self, "greeted"):
            self.greeted = True
            transport.write(b"220 real ESMTP\r\n")

    def data_received(self, data):
        self.buffer += data
        end = b"\r\n.\r\n" if self.message else b"\r\n"
        while end in self.buffer:
            line, _, self.buffer = self.buffer.partition(end)
            self.sent.append(line)
            self.more.set()
            self.message = False
            self.answer(b"." if end != b"\r\n" else line.split(b" ")[0].upper())
            end = b"\r\n.\r\n" if self.message else b"\r\n"

    def answer(self, verb):
        reply = self.answers.get(verb, b"250 ok\r\n")
        if reply is None:
            self.transport.close()
            return
        self.transport.write(reply)
        self.message = reply.startswith(b"354")
        if verb == b"STARTTLS":
            self.upgrade = asyncio.ensure_future(self._upgrade())

    async def _upgrade(self):
        loop = asyncio.get_running_loop()
        self.transport = await loop.start_tls(self.transport, self, self.context, server_side=True)


EHLO = b"250-real\r\n250-XCLIENT\r\n250-STARTTLS\r\n250 AUTH SCRAM-SHA-1 PLAIN\r\n"


class Real:
    """Such a server on loopback."""

    def __init__(self, trust, **answers):
        table = {
            b"EHLO": EHLO,
            b"AUTH": b"235 ok\r\n",
            b"DATA": b"354 go\r\n",
            b"STARTTLS": b"220 go\r\n",
            b".": b"250 queued\r\n",
            b"QUIT": b"221 bye\r\n",
        }
        table |= {name.encode(): value for name, value in answers.items()}
        self.sent, self._open, self._more = [], [], asyncio.Event()
        self._kind = type(
            "Mine", (Server,),
            {"answers": table, "sent": self.sent, "open": self._open, "more": self._more, "context": trust.context(HOST)},
        )  # fmt: skip

    async def __aenter__(self):
        self._server = await asyncio.get_running_loop().create_server(self._kind, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for each in self._open:
            each.transport.abort()

    async def heard(self, line):
        """Wait until a client has said this."""
        async with asyncio.timeout(seconds(20)):
            while line not in self.sent:
                self._more.clear()
                await self._more.wait()

    def says(self, data):
        """Say something on the latest connection."""
        self._open[-1].transport.write(data)


def shown(interaction):
    return [
        f"{each.act} {each.data.decode().splitlines()[0] if each.data else ''}".strip() for each in interaction.steps
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["record", "live", "auto"])
async def test_what_goes_to_the_service_is_kept_but_in_live(trust, mode):
    async with Real(trust) as real, Bench(trust, mode, address=real.address) as bench:
        assert await bench.smtp(send(message(text=".dot\n")), tls=True) == [{}]

        assert (bench.outcome.forwarded, bench.outcome.failures, bench.outcome.missed) == (1, (), ())
        assert b"\n..dot" in real.sent[-2]
        if mode == "live":
            assert bench.kept == []
            return
        [kept] = bench.kept
        assert (kept.request.method, kept.request.url, kept.scope) == ("SMTP", "smtp://mail.example:587", "t")
        assert [line[:13] for line in shown(kept)] == [
            "< 220 real ES", "> ehlo [127.0", "< 250 real", "> STARTTLS", "< 220 go", ":tls", "> ehlo [127.0", "< 250 real",
            "> AUTH PLAIN ", "< 235 ok", "> mail FROM:<", "< 250 ok", "> rcpt TO:<c@", "< 250 ok", "> data", "< 354 go",
            "> Message-ID:", "< 250 queued", "> QUIT", "< 221 bye",
        ]  # fmt: skip
        assert kept.steps[2].data == b"250 real\r\nSTARTTLS\r\nAUTH PLAIN\r\n"
        assert kept.steps[-4].data.endswith(b"\r\n.dot\r\n")


@pytest.mark.asyncio
@pytest.mark.parametrize(("mode", "answered"), [("record", 4), ("live", 9)])
async def test_a_conversation_without_an_end_is_ended(trust, mode, answered):
    async with Real(trust) as real, Bench(trust, mode, address=real.address) as bench:
        bench.forwarding.room = StepRoom(most_steps=9, keeps=mode != "live")
        got = await bench.raw(b"NOOP\r\n" * 8 + b"QUIT\r\n", eof=False)

        assert got.count(b"\r\n250 ok") + got.count(b"\r\n221 bye") == answered
        reason = "a conversation of more than 9 commands and lines of answers is not recorded: use several connections, or run the test live"
        told = () if mode == "live" else (f"SMTP smtp://mail.example:587: {reason}",)
        assert got.endswith(b"221 bye\r\n" if mode == "live" else f"421 4.4.1 recproxy: {reason}\r\n".encode())
        assert (bench.outcome.failures, bench.kept) == (told, [])


@pytest.mark.asyncio
async def test_a_client_that_never_comes_to_an_end_is_sent_away_in_replay(trust, monkeypatch):
    monkeypatch.setattr("recproxy.proxy.smtp_history.MOST_STEPS", 9)
    async with Bench(trust, recording=recorded(LOGIN + mail())) as bench:
        got = await bench.raw(b"NOOP\r\n" * 30, eof=False)
        assert got.endswith(
            b"421 4.7.0 recproxy: a client says more than 250,000 things on one connection: connect anew\r\n"
        )
        assert len(bench.outcome.failures) == 1


@pytest.mark.asyncio
async def test_auto_asks_the_service_only_for_what_was_not_recorded(trust):
    async with Real(trust) as real, Bench(trust, "auto", recorded(LOGIN + mail()), real.address) as bench:
        assert await bench.smtp(send(message())) == [{}]
        assert (real.sent, bench.kept) == ([], [])
        assert await bench.smtp(send(message(), message("new"))) == [{}, {}]

        [kept] = bench.kept
        assert [line.split(b" ")[0].upper() for line in real.sent if b"\n" not in line] == [
            b"EHLO", b"AUTH", b"MAIL", b"RCPT", b"DATA", b"QUIT",
        ]  # fmt: skip
        assert b"Subject: new" in kept.steps[-4].data
        assert bench.outcome.missed == ()


@pytest.mark.asyncio
@pytest.mark.parametrize(("end", "act"), [({"DATA": None}, Act.CLOSE), ({"DATA": b"554 no\r\n"}, Act.SERVER)])
async def test_how_a_service_behaves_badly_is_kept(trust, end, act):
    async with Real(trust, **end) as real, Bench(trust, "record", address=real.address) as bench:
        with pytest.raises(smtplib.SMTPException):
            await bench.smtp(send(message()))
        await bench.scope.traffic.settled(seconds(5))

        [kept] = bench.kept
        [after] = [kept.steps[number + 1] for number, step in enumerate(kept.steps) if step.data.lower() == b"data\r\n"]
        assert after.act is act


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answers", "line"),
    [
        ({"MAIL": b"what?\r\n"}, "mail.example:587 cannot be understood: what it says is no SMTP"),
        (
            {"STARTTLS": b"220 go\r\n250 evil\r\n"},
            "mail.example:587 sent more before TLS began: nothing of it can be trusted",
        ),
    ],
)
async def test_a_service_that_cannot_be_trusted_fails_the_scope(trust, answers, line):
    async with Real(trust, **answers) as real, Bench(trust, "record", address=real.address) as bench:
        with pytest.raises((smtplib.SMTPException, ssl.SSLError, OSError)):
            await bench.smtp(send(message()), tls=True)
        await bench.scope.traffic.settled(seconds(5))

        assert bench.outcome.failures == (f"SMTP smtp://mail.example:587: {line}",)
        assert bench.kept == []


@pytest.mark.asyncio
async def test_nobody_there_is_told(trust):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    async with Bench(trust, "record", address=address) as bench:
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            await bench.smtp(send(message()))

        assert refused.value.smtp_code == 421
        assert len(bench.outcome.failures) == 1


@pytest.mark.asyncio
async def test_a_connection_over_two_scopes_is_kept_for_each_with_its_login(trust):
    async with Real(trust) as real, Bench(trust, "record", address=real.address) as bench:
        loop = asyncio.get_running_loop()

        async def next_scope():
            ended = bench.lane.end()
            bench.lane.leave_conversations(ended)
            await ended.traffic.quiet(seconds(5))
            bench.begin("u")

        def work(client):
            client.login("me", "secret")
            client.send_message(message("one"))
            asyncio.run_coroutine_threadsafe(next_scope(), loop).result()
            client.send_message(message("two"))

        await bench.smtp(work)

        assert [each.scope for each in bench.kept] == ["t", "u"]
        first, second = (shown(each) for each in bench.kept)
        assert first[:5] == second[:5]
        assert [b"Subject: two" in b"".join(step.data for step in each.steps) for each in bench.kept] == [False, True]


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["record", "live", "auto"])
@pytest.mark.parametrize("inner", [False, True], ids=["the next test", "a test within"])
async def test_a_connection_to_the_service_ends_in_a_test_that_insists_on_replay(trust, mode, inner):
    async with Real(trust) as real, Bench(trust, mode, address=real.address) as bench:
        loop = asyncio.get_running_loop()

        async def insist():
            if not inner:
                ended = bench.lane.end()
                bench.lane.leave_conversations(ended)
                await ended.traffic.quiet(seconds(5))
            bench.begin("u", mode="replay")

        def work(client):
            client.login("me", "secret")
            client.send_message(message("one"))
            asyncio.run_coroutine_threadsafe(insist(), loop).result()
            said = client.docmd("NOOP")
            with pytest.raises(smtplib.SMTPServerDisconnected):
                client.send_message(message("two"))
            return said

        assert await bench.smtp(work) == (421, b"4.3.2 recproxy: the test that is running now insists on replay")
        assert b"NOOP\r\n" not in real.sent
        assert (bench.outcome.failures, bench.outcome.forwarded) == ((), 0)
        assert [each.scope for each in bench.kept] == ([] if mode == "live" else ["t"])


def insist_within(bench):
    """A test that insists on replay begins inside of the one that is open, which is returned."""
    outer = bench.scope
    bench.begin("u", mode="replay")
    return outer


@pytest.mark.asyncio
async def test_a_service_that_is_told_what_was_said_is_told_no_more_in_a_test_that_insists_on_replay(trust):
    async with Real(trust, EHLO=b"") as real, Bench(trust, "auto", recorded(LOGIN), real.address) as bench:
        async with bench.client() as (reader, writer):
            writer.write(b"EHLO me\r\nMAIL FROM:<a@b.example>\r\n")
            await real.heard(b"EHLO me")
            outer = insist_within(bench)
            async with asyncio.timeout(seconds(5)):
                assert (await reader.read()).endswith(f"421 4.3.2 recproxy: {INSISTS}\r\n".encode())
        await outer.traffic.settled(seconds(5))

    assert (real.sent, bench.kept) == ([b"EHLO me"], [])
    assert outer.outcome().failures == (f"SMTP smtp://mail.example:587: {INSISTS}",)
    assert (bench.outcome.failures, bench.outcome.forwarded) == ((), 0)


@pytest.mark.asyncio
@pytest.mark.parametrize("comes", [False, True], ids=["does not come", "comes"])
async def test_a_reply_of_a_service_may_be_late_in_a_test_that_insists_on_replay(trust, monkeypatch, comes):
    monkeypatch.setattr("recproxy.proxy.open_exchanges._GRACE", seconds(20) if comes else 0)
    async with Real(trust, NOOP=b"") as real, Bench(trust, "auto", address=real.address) as bench:
        async with bench.client() as (reader, writer):
            await reader.readline()
            writer.write(b"NOOP\r\n")
            await real.heard(b"NOOP")
            outer = insist_within(bench)
            if comes:
                real.says(b"250 late\r\n")
            got = await reader.readline()
        await outer.traffic.settled(seconds(5))

    told = (f"SMTP smtp://mail.example:587: {INSISTS}",)
    assert got == (b"250 late\r\n" if comes else f"421 4.3.2 recproxy: {INSISTS}\r\n".encode())
    assert (outer.outcome().failures, len(bench.kept)) == (() if comes else told, 1 if comes else 0)
    assert (bench.outcome.failures, bench.outcome.forwarded) == ((), 0)


@pytest.mark.asyncio
async def test_what_comes_as_a_test_begins_that_insists_on_replay_does_not_go_to_the_service(trust):
    async with Real(trust) as real, Bench(trust, "auto", address=real.address) as bench:
        async with bench.client() as (reader, writer):
            await reader.readline()
            writer.write(b"HELP\r\n")
            await reader.readline()
            [connection] = bench.lane.smtp
            connection.data_received(b"NOOP\r\n")
            outer = insist_within(bench)
            assert await reader.readline() == f"421 4.3.2 recproxy: {INSISTS}\r\n".encode()
        await outer.traffic.settled(seconds(5))

    assert (real.sent, bench.outcome.forwarded) == ([b"HELP"], 0)
    assert outer.outcome().failures == (f"SMTP smtp://mail.example:587: {INSISTS}",)


@pytest.mark.asyncio
async def test_a_test_that_is_waited_for_may_ask_on_where_nothing_else_is_recorded(trust):
    async with Real(trust, EHLO=b"") as real, Bench(trust, "auto", recorded(LOGIN), real.address) as bench:
        ended = bench.scope
        bench.lane.begin(OpenScope(bench.profile, "", [], mode="replay"), base=True)
        async with bench.client() as (reader, writer):
            writer.write(b"EHLO me\r\nMAIL FROM:<a@b.example>\r\n")
            await real.heard(b"EHLO me")
            bench.lane.leave_conversations(bench.lane.end())
            settling = asyncio.ensure_future(settle(bench.lane, ended))
            real.says(EHLO)
            await settling
            writer.write(b"NOOP\r\n")
            assert (await reader.read()).endswith(f"250 ok\r\n421 4.3.2 recproxy: {INSISTS}\r\n".encode())

    assert [line.split()[0] for line in real.sent] == [b"EHLO", b"MAIL"]
    assert (ended.outcome().failures, [each.scope for each in bench.kept]) == ((), ["t"])
    assert bench.lane.base.outcome().forwarded == 0


@pytest.mark.asyncio
async def test_a_test_of_imap_that_is_waited_for_may_ask_on_where_nothing_else_is_recorded(trust):
    said, may_answer = [], asyncio.Event()

    async def serve(reader, writer):
        writer.write(b"* OK real\r\n")
        while line := await reader.readline():
            said.append(line)
            if b"LOGIN" in line:
                await may_answer.wait()
            writer.write(line.split()[0] + b" OK done\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    text = b"#recproxy 2\n\nIMAP imap://mail.example:143\n< * OK ready\n> a LOGIN me XXX\n< a OK in\n=======\n"
    async with Bench(trust, "auto", load(text), address, protocol="imap") as bench:
        ended = bench.scope
        bench.lane.begin(OpenScope(bench.profile, "", [], mode="replay"), base=True)
        async with bench.client(143) as (reader, writer):
            writer.write(b"1 LOGIN me pw\r\n2 LIST a b\r\n")
            while not said:
                await asyncio.sleep(0)
            bench.lane.leave_conversations(bench.lane.end())
            settling = asyncio.ensure_future(settle(bench.lane, ended))
            may_answer.set()
            got = await reader.read()
            await settling
        server.close()

    assert (said, ended.outcome().failures) == ([b"1 LOGIN me pw\r\n", b"2 LIST a b\r\n"], ())
    assert got.endswith(f"* BYE recproxy: {INSISTS}\r\n".encode())


@pytest.mark.asyncio
async def test_what_a_client_of_imap_says_after_its_test_is_not_said_to_the_service_where_a_replay_goes_on(trust):
    said, may_answer = [], asyncio.Event()

    async def serve(reader, writer):
        writer.write(b"* OK real\r\n")
        while line := await reader.readline():
            said.append(line)
            if b"LIST" in line:
                await may_answer.wait()
            writer.write(line.split()[0] + b" OK done\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    text = b"#recproxy 2\n\nIMAP imap://mail.example:143\n< * OK ready\n> a LOGIN me XXX\n< a OK in\n=======\n"
    async with Bench(trust, "auto", load(text), address, protocol="imap") as bench:
        ended = bench.scope
        bench.lane.begin(OpenScope(bench.profile, "", [], mode="replay"), base=True)
        async with bench.client(143) as (reader, writer):
            writer.write(b"1 LOGIN me pw\r\n2 LIST a b\r\n")
            while len(said) < 2:
                await asyncio.sleep(0)
            bench.lane.leave_conversations(bench.lane.end())
            settling = asyncio.ensure_future(settle(bench.lane, ended))
            writer.write(b"3 DELETE everything\r\n")
            await writer.drain()
            got = await reader.read()
            may_answer.set()
            await settling
        server.close()

    assert said == [b"1 LOGIN me pw\r\n", b"2 LIST a b\r\n"]
    assert got.endswith(f"* BYE recproxy: {INSISTS}\r\n".encode())


STARTERS = Path(__file__).parents[2] / "profiles/gmail/recproxy_gmail/recordings"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("smtp_sent", [None, None]),
        ("smtp_bad_login", [smtplib.SMTPAuthenticationError]),
        ("smtp_refused_recipient", [smtplib.SMTPRecipientsRefused]),
        ("smtp_try_again", [smtplib.SMTPRecipientsRefused, None]),
        ("smtp_hung_up", [smtplib.SMTPServerDisconnected]),
    ],
)
@pytest.mark.parametrize("mechanism", ["PLAIN", "XOAUTH2"])
async def test_starter_recordings_of_gmail_behave_as_they_say(trust, name, outcomes, mechanism):
    recording = load((STARTERS / f"{name}.rec").read_bytes())

    def work(client):
        client.ehlo()
        client.user, client.password = "me@gmail.com", "app password"
        client.auth(mechanism, client.auth_plain if mechanism == "PLAIN" else lambda challenge=None: "auth=Bearer t")
        client.send_message(message(text="whatever\n"))

    async with Bench(trust, recording=recording, host="smtp.gmail.com") as bench:
        got = []
        for _ in outcomes:
            try:
                await bench.smtp(work, tls=True)
                got.append(None)
            except smtplib.SMTPException as error:
                got.append(type(error))

        assert got == outcomes
        assert bench.outcome.missed == ()


@pytest.mark.asyncio
async def test_a_client_that_does_not_read_is_replied_to_nothing_meanwhile(trust):
    class Unread:
        """Keeps what is written, and tells the connection that nobody reads it."""

        def __init__(self):
            self.written, self.reads = [], True

        def write(self, data):
            self.written.append(data)
            if len(self.written) > 1:  # the greeting is read
                connection.pause_writing()

        def is_closing(self):
            return False

        def pause_reading(self):
            self.reads = False

        def resume_reading(self):
            self.reads = True

    async with Bench(trust, recording=recorded("< 220 a\n> NOOP\n< 250 x\n")) as bench:
        place = next(each for each in mail_places(bench.profile) if each.port == 587)
        connection, transport = SmtpConnection(bench.lane, place, None), Unread()
        connection.connection_made(transport)
        connection.data_received(b"NOOP\r\n" * 1000)

        assert (transport.written, transport.reads) == ([b"220 a\r\n", b"250 x\r\n"], False)
        connection.resume_writing()
        assert (len(transport.written), transport.reads) == (3, False)
        for _ in range(998):
            connection.resume_writing()
        assert len(transport.written) == 1001 and not transport.reads
        connection.resume_writing()
        assert len(transport.written) == 1001 and transport.reads
        connection.connection_lost(None)


@pytest.mark.asyncio
async def test_what_a_client_said_that_does_not_read_belongs_to_the_scope_in_which_it_came(trust):
    async with Bench(trust, recording=recorded("< 220 a\n> NOOP\n< 250 x\n")) as bench:
        place = next(each for each in mail_places(bench.profile) if each.port == 587)
        connection, transport = SmtpConnection(bench.lane, place, None), Mock(is_closing=lambda: False)
        connection.connection_made(transport)
        connection.pause_writing()
        connection.data_received(b"NOOP\r\nHELP\r\n")
        bench.lane.end()
        before, after = bench.scope, bench.begin("next")

        assert [each.args[0][:3] for each in transport.write.mock_calls] == [b"220", b"250", b"554"]
        assert transport.mock_calls[-1] == call.pause_reading()
        connection.resume_writing()
        assert transport.mock_calls[-1] == call.resume_reading()
        assert [len(each.outcome().missed) for each in (before, after)] == [1, 0]
        connection.connection_lost(None)
