"""The way to a real mail server: through the user's own proxy, and what is said where TLS does not fit."""

import asyncio

import pytest
from deadlines import seconds

from recproxy.config.mail_endpoints import MailPlace
from recproxy.config.profile import Upstream
from recproxy.proxy.mail_upstream import mail_failure, reach_mail_server
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError

HOST = "mail.example"
GREETING = b"220 ready\r\n"


def place(port=587, protocol="smtp"):
    return MailPlace(protocol=protocol, host=HOST, port=port, tls=port in (465, 993), endpoint=0)


async def greeted(where, trust, address=""):
    """What a server says first."""
    reader = asyncio.StreamReader()
    upstreams = Upstreams(Upstream(ca=trust.path, timeout=seconds(20)))
    transport, _ = await reach_mail_server(where, address, upstreams, lambda: asyncio.StreamReaderProtocol(reader))
    try:
        return await reader.readline()
    finally:
        transport.close()


async def greets(served, reader, writer):
    writer.write(GREETING)
    await reader.read()


def tunnel_to(port, answer=b"HTTP/1.1 200 OK\r\n\r\n", heads=None):
    """A user's proxy: CONNECT to whatever host reaches `port`; the server's first words come with the answer."""

    async def script(served, reader, writer):
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        if b" 200 " not in answer:
            writer.write(answer)
            return
        far, to = await asyncio.open_connection("127.0.0.1", port)
        first = await far.read(100) if b":587 " in heads[0] or b":143 " in heads[0] else b""
        writer.write(answer + first)

        async def pump(source, sink):
            while data := await source.read(65536):
                sink.write(data)
            sink.close()

        try:
            await asyncio.gather(pump(reader, to), pump(far, writer))
        finally:
            to.close()

    return script


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy"])
@pytest.mark.parametrize(("port", "protocol"), [(587, "smtp"), (465, "smtp"), (143, "imap"), (993, "imap")])
def test_mail_goes_through_a_tunnel_of_the_users_proxy(service, trust, monkeypatch, name, port, protocol):
    async def ran():
        heads = []
        context = trust.context(HOST) if port in (465, 993) else None
        async with service(greets, context=context) as real, service(tunnel_to(real.port, heads=heads)) as proxy:
            monkeypatch.setenv(name, f"http://me:pw@127.0.0.1:{proxy.port}")
            assert await greeted(place(port, protocol), trust) == GREETING
            authority = f"{HOST}:{port}".encode()
            login = b"Proxy-Authorization: Basic bWU6cHc=\r\n\r\n"
            assert heads == [b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s" % (authority, authority, login)]

    asyncio.run(ran())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 403 No\r\n\r\n", "it answered 'HTTP/1.1 403 No'"),
        (b"x" * 70_000, "its answer is no HTTP"),
        (b"", "it closed the connection without an answer"),
    ],
)
def test_a_proxy_that_lets_no_mail_through_is_told(service, trust, monkeypatch, answer, said):
    async def ran():
        async with service(tunnel_to(0, answer, [])) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy.port}")
            with pytest.raises(UpstreamError) as caught:
                await greeted(place(), trust)
            assert str(caught.value) == (
                f"{HOST}:587 through the proxy 127.0.0.1 cannot be reached: {said}; "
                f"if it lets no mail through, list {HOST} in NO_PROXY before the run"
            )

    asyncio.run(ran())


@pytest.mark.parametrize("listed", [HOST, "*", "address"])
def test_no_proxy_and_an_address_go_past_the_users_proxy(service, trust, monkeypatch, listed):
    async def ran():
        async with service(greets) as real:
            monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
            monkeypatch.setenv("NO_PROXY", listed)
            if listed == "address":
                assert await greeted(place(), trust, f"127.0.0.1:{real.port}") == GREETING
                return
            where = MailPlace(protocol="smtp", host="localhost", port=real.port, tls=False, endpoint=0)
            monkeypatch.setenv("NO_PROXY", listed.replace(HOST, "localhost"))
            assert await greeted(where, trust) == GREETING

    asyncio.run(ran())


def test_a_server_without_tls_is_told_with_what_to_do(service, trust):
    async def ran():
        async with service(greets) as real:
            with pytest.raises(UpstreamError) as caught:
                await greeted(place(465), trust, f"127.0.0.1:{real.port}")
            assert str(caught.value) == (
                f"{HOST}:465 at 127.0.0.1:{real.port} does not begin with TLS, which port 465 stands for: use a port with "
                f"STARTTLS (587, 25), or correct ports, tls_ports or address in the endpoint of {HOST} in the profile"
            )

    asyncio.run(ran())


def test_a_server_that_does_not_greet_may_begin_with_tls():
    assert str(mail_failure(place(), TimeoutError(), 30, greets=True)) == (
        f"{HOST}:587 did not answer within 30 s; if it begins with TLS, list its port in tls_ports of "
        f"the endpoint of {HOST} in the profile"
    )
    assert str(mail_failure(place(), TimeoutError(), 30)) == f"{HOST}:587 did not answer within 30 s"
