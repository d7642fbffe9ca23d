"""The way to the real service: pooled connections, TLS that is verified, the user's own proxy."""

import asyncio
import base64
import socket

import h11
import pytest

from recproxy.config.profile import Upstream
from recproxy.control.listening import Listening
from recproxy.proxy.route import Target
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import ServiceClosed, UpstreamError

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def tunnel_to(port, *, login=None):
    """The script of a user's proxy: CONNECT to whatever host reaches `port`."""

    async def script(service, reader, writer):
        head = await service.head(reader)
        if login is not None and login not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        writer.write(ESTABLISHED)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
        finally:
            far_writer.close()

    return script


async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def receive(link):
    """The next event of a response."""
    async with asyncio.timeout(20):
        while (event := link.event()) is h11.NEED_DATA:
            await link.read()
    return event


async def ask(upstreams, target, path="/", *, fresh=False):
    """Ask and give the connection back; the body and the link."""
    link = await upstreams.link(target, fresh=fresh)
    where = f"http://{target.authority}{path}" if link.absolute else path
    body = b""
    try:
        await link.send(h11.Request(method="GET", target=where, headers=[("Host", target.authority)]))
        await link.send(h11.EndOfMessage())
        while not isinstance(event := await receive(link), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                body += bytes(event.data)
    except UpstreamError:
        link.close()
        raise
    upstreams.give_back(target, link)
    return body, link


def local(origin, **settings):
    """Where every host is this origin."""
    return Upstreams(Upstream(address=f"http://127.0.0.1:{origin.port}", **settings))


TARGET = Target("http", "shop.example", 80)


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (Target("https", "a.example", 443), "a.example"),
        (Target("https", "a.example", 8443), "a.example:8443"),
        (Target("http", "a.example", 80), "a.example"),
        (Target("http", "a.example", 443), "a.example:443"),
        (Target("https", "::1", 443), "[::1]"),
        (Target("https", "::1", 1), "[::1]:1"),
    ],
)
def test_an_authority_names_a_port_that_is_not_the_usual_one(target, wanted):
    assert target.authority == wanted


def test_a_connection_is_kept_and_used_again(service):
    async def ran():
        async with service() as origin:
            upstreams = local(origin)
            links = [await ask(upstreams, TARGET) for _ in range(3)]
            upstreams.close()
            assert [body for body, _ in links] == [b"ok"] * 3
            assert len({id(link) for _, link in links}) == 1
            assert links[0][1].used
            assert origin.connections == 1

    asyncio.run(ran())


def test_a_fresh_connection_can_be_asked_for(service):
    async def ran():
        async with service() as origin:
            upstreams = local(origin)
            first = (await ask(upstreams, TARGET))[1]
            second = (await ask(upstreams, TARGET, fresh=True))[1]
            upstreams.close()
            assert first is not second
            assert first.writer.is_closing()
            assert origin.connections == 2

    asyncio.run(ran())


def test_a_connection_that_was_given_up_as_its_answer_came_is_not_used_again(service):
    async def ran():
        async with service() as origin:
            upstreams = local(origin)
            _, link = await ask(upstreams, TARGET)
            link.fail(UpstreamError(504, "the service sent nothing"))
            assert (await ask(upstreams, TARGET))[0] == b"ok"
            upstreams.close()
            assert origin.connections == 2

    asyncio.run(ran())


def test_connections_of_different_targets_are_apart(service):
    async def ran():
        async with service() as origin:
            upstreams = local(origin)
            for host in ("a.example", "b.example", "a.example"):
                await ask(upstreams, Target("http", host, 80))
            upstreams.close()
            assert origin.connections == 2

    asyncio.run(ran())


def test_a_connection_that_ended_meanwhile_is_not_used_again(service):
    async def once(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def ran():
        async with service(once) as origin:
            upstreams = local(origin)
            _, link = await ask(upstreams, TARGET)
            assert await link.reader.read() == b""  # its end has come
            assert (await ask(upstreams, TARGET))[0] == b"ok"
            upstreams.close()
            assert origin.connections == 2

    asyncio.run(ran())


def test_no_more_than_a_few_idle_connections_are_kept(service):
    async def ran():
        async with service() as origin:
            upstreams = local(origin)
            links = [await upstreams.link(TARGET) for _ in range(10)]
            for link in links:
                await link.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
                await link.send(h11.EndOfMessage())
                while not isinstance(await receive(link), h11.EndOfMessage):
                    pass
                upstreams.give_back(TARGET, link)
            assert [link.writer.is_closing() for link in links] == [False] * 8 + [True] * 2
            upstreams.close()
            assert all(link.writer.is_closing() for link in links)

    asyncio.run(ran())


def test_connections_to_ever_more_services_do_not_add_up(service):
    async def ran():
        async with service() as origin:
            upstreams = local(origin)
            links = [(await ask(upstreams, Target("http", f"{number}.example", 80)))[1] for number in range(80)]
            assert [link.writer.is_closing() for link in links] == [True] * 16 + [False] * 64
            upstreams.close()

    asyncio.run(ran())


def test_a_connection_that_is_not_done_is_dropped(service):
    async def ran():
        async with service() as origin:
            upstreams = local(origin)
            link = await upstreams.link(TARGET)
            upstreams.give_back(TARGET, link)
            assert link.writer.is_closing()

    asyncio.run(ran())


def test_tls_is_verified_against_the_name_that_was_asked_for(service, trust):
    target = Target("https", "shop.example", 443)

    async def ran():
        async with service(context=trust.context("shop.example")) as origin:
            address = f"127.0.0.1:{origin.port}"
            known = Upstreams(Upstream(address=address, ca=trust.path))
            assert (await ask(known, target))[0] == b"ok"
            with pytest.raises(
                UpstreamError,
                match=r"the certificate of other.example at \S+ \S+ cannot be verified: Hostname mismatch",
            ):
                await known.link(Target("https", "other.example", 443))
            with pytest.raises(
                UpstreamError, match=r"the certificate of shop.example at \S+ \S+ cannot be verified"
            ) as caught:
                await Upstreams(Upstream(address=address)).link(target)
            assert caught.value.status == 502
            unverified = Upstreams(Upstream(address=address, verify=False))
            assert (await ask(unverified, target))[0] == b"ok"
            known.close()
            unverified.close()

    asyncio.run(ran())


def test_a_service_that_speaks_no_tls_is_told(service):
    async def rubbish(origin, reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read(1)

    async def ran():
        async with service(rubbish) as origin:
            upstreams = Upstreams(Upstream(address=f"https://127.0.0.1:{origin.port}"))
            with pytest.raises(UpstreamError, match=r"TLS with shop.example at \S+ \S+ failed: "):
                await upstreams.link(Target("https", "shop.example", 443))

    asyncio.run(ran())


def test_a_service_that_is_not_there_is_502():
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # held, but nobody listens
        upstreams = Upstreams(Upstream())
        with pytest.raises(UpstreamError, match="127.0.0.1:[0-9]+ cannot be reached: .*") as caught:
            asyncio.run(upstreams.link(Target("http", "127.0.0.1", unheard.getsockname()[1])))

    assert caught.value.status == 502


def test_a_name_that_nobody_knows_is_502(monkeypatch):
    def getaddrinfo(*words, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def ran():
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with pytest.raises(
            UpstreamError, match=r"the name gone\.example cannot be resolved: Name or service not known"
        ) as caught:
            await Upstreams(Upstream()).link(Target("http", "gone.example", 80))
        assert caught.value.status == 502

    asyncio.run(ran())


@pytest.mark.parametrize("scheme", ["", "https://"])
def test_an_address_without_tls_is_told_how_to_write_it(service, scheme):
    async def plain(origin, reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()

    async def ran():
        async with service(plain) as origin:
            address = f"127.0.0.1:{origin.port}"
            upstreams = Upstreams(Upstream(address=f"{scheme}{address}"))
            with pytest.raises(UpstreamError) as caught:
                await upstreams.link(Target("https", "shop.example", 443))
            assert str(caught.value).startswith(f"TLS with shop.example at upstream.address {scheme}{address} failed: ")
            assert str(caught.value).endswith(f'; if it speaks no TLS, write address = "http://{address}"')

    asyncio.run(ran())


def test_a_service_that_takes_too_long_to_greet_is_504(service):
    async def silent(origin, reader, writer):
        await reader.read()

    async def ran():
        async with service(silent) as origin:
            upstreams = Upstreams(Upstream(address=f"https://127.0.0.1:{origin.port}", timeout=0.05))
            with pytest.raises(
                UpstreamError, match=r"shop.example at upstream.address \S+ did not answer within 0.05 s"
            ) as caught:
                await upstreams.link(Target("https", "shop.example", 443))
            assert caught.value.status == 504

    asyncio.run(ran())


@pytest.mark.parametrize(
    ("answer", "kind", "status", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", ServiceClosed, 502, "closed the connection in the middle"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", UpstreamError, 502, "the service's answer is no HTTP/1.1"),
    ],
)
def test_an_answer_that_breaks_off_or_is_none_is_told(service, answer, kind, status, said):
    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(answer)

    async def ran():
        async with service(script) as origin:
            with pytest.raises(kind, match=said) as caught:
                await ask(local(origin), TARGET)
            assert caught.value.status == status

    asyncio.run(ran())


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nSet-Cookie : id=very-secret\r\n\r\n",
        b'{"access_token": "very-secret"}\r\n\r\n',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nvery-secret\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_not_quoted(service, answer):
    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(answer)

    async def ran():
        async with service(script) as origin:
            with pytest.raises(UpstreamError, match="the service's answer is no HTTP/1.1: [a-z ]+$") as caught:
                await ask(local(origin), TARGET)
            assert "secret" not in str(caught.value)

    asyncio.run(ran())


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_https_goes_through_a_tunnel_of_the_users_proxy(service, trust, monkeypatch, name):
    async def ran():
        async with service(context=trust.context("shop.example")) as origin, service(tunnel_to(origin.port)) as proxy:
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            upstreams = Upstreams(Upstream(ca=trust.path))
            body, link = await ask(upstreams, Target("https", "shop.example", 8443))
            upstreams.close()
            assert (body, link.absolute) == (b"ok", False)
            assert proxy.heads == [b"CONNECT shop.example:8443 HTTP/1.1\r\nHost: shop.example:8443\r\n\r\n"]

    asyncio.run(ran())


def test_http_goes_to_the_users_proxy_in_absolute_form(service, monkeypatch):
    async def ran():
        async with service() as proxy:
            monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
            upstreams = Upstreams(Upstream())
            body, link = await ask(upstreams, Target("http", "shop.example", 8080), "/a")
            upstreams.close()
            assert (body, link.absolute) == (b"ok", True)
            assert proxy.heads[0].startswith(b"GET http://shop.example:8080/a HTTP/1.1\r\n")

    asyncio.run(ran())


def unknown(*_, **__):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "169.254.169.254", "10.9.0.3"])
def test_the_users_proxy_is_not_asked_for_what_other_machines_may_not_reach(service, monkeypatch, host):
    async def ran():
        async with service() as proxy:
            monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
            monkeypatch.setenv("NO_PROXY", "")
            upstreams = Upstreams(Upstream())
            upstreams.own_ports, upstreams.listening = range(65536), Listening(address="10.9.0.3", credentials=True)
            with pytest.raises(UpstreamError, match="nothing is forwarded to"):
                await upstreams.link(Target("http", host, 6379))
            monkeypatch.setattr(socket, "getaddrinfo", unknown)  # a name that only the proxy can resolve
            body, _ = await ask(upstreams, Target("http", "shop.example", 80))
            upstreams.close()
            assert body == b"ok"
            assert len(proxy.heads) == 1

    asyncio.run(ran())


def test_a_websocket_in_clear_goes_through_a_tunnel_of_the_users_proxy(service, monkeypatch):
    async def ran():
        async with service() as origin, service(tunnel_to(origin.port)) as proxy:
            monkeypatch.setenv("HTTP_PROXY", f"user@127.0.0.1:{proxy.port}")
            upstreams = Upstreams(Upstream())
            link = await upstreams.link(Target("http", "shop.example", 8080), upgrades=True)
            link.close()
            assert (link.absolute, link.authorization) == (False, b"")
            assert proxy.heads[0].startswith(b"CONNECT shop.example:8080 HTTP/1.1\r\n")

    asyncio.run(ran())


def test_the_users_proxy_gets_the_login_of_its_url(service, trust, monkeypatch):
    login = base64.b64encode(b"user@work:p:ss")

    async def ran():
        async with service(context=trust.context("shop.example")) as origin:
            script = tunnel_to(origin.port, login=b"Proxy-Authorization: Basic " + login + b"\r\n")
            async with service(script) as proxy:
                monkeypatch.setenv("HTTPS_PROXY", f"http://user%40work:p%3Ass@127.0.0.1:{proxy.port}")
                upstreams = Upstreams(Upstream(ca=trust.path))
                assert (await ask(upstreams, Target("https", "shop.example", 443)))[0] == b"ok"
                upstreams.close()

    asyncio.run(ran())


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "*", "other.example, 127.0.0.1", ".0.0.1"])
def test_no_proxy_is_honoured(service, monkeypatch, no_proxy):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", no_proxy)

    async def ran():
        async with service() as origin:
            upstreams = Upstreams(Upstream())
            body, link = await ask(upstreams, Target("http", "127.0.0.1", origin.port))
            upstreams.close()
            assert (body, link.absolute) == (b"ok", False)

    asyncio.run(ran())


def test_an_address_of_the_profile_goes_before_the_users_proxy(service, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    async def ran():
        async with service() as origin:
            upstreams = Upstreams(Upstream(address=f"127.0.0.1:{origin.port}"))
            assert (await ask(upstreams, TARGET))[0] == b"ok"
            upstreams.close()

    asyncio.run(ran())


def test_a_proxy_that_refuses_or_is_gone_is_named(service, monkeypatch):
    async def ran():
        async with service(tunnel_to(0, login=b"never")) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            wanted = "shop.example through the proxy 127.0.0.1 cannot be reached: it answered 'HTTP/1.1 407 Proxy"
            with pytest.raises(UpstreamError, match=wanted):
                await Upstreams(Upstream()).link(Target("https", "shop.example", 443))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(UpstreamError, match="through the proxy 127.0.0.1 cannot be reached"):
            await Upstreams(Upstream()).link(Target("https", "shop.example", 443))

    asyncio.run(ran())


def test_a_proxy_that_says_nothing_is_named_too(service, monkeypatch):
    async def hang_up(proxy, reader, writer):
        await proxy.head(reader)

    async def ran():
        async with service(hang_up) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            with pytest.raises(UpstreamError, match="through the proxy 127.0.0.1 cannot be reached"):
                await Upstreams(Upstream()).link(Target("https", "shop.example", 443))

    asyncio.run(ran())


def test_a_proxy_of_another_kind_is_told(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")

    with pytest.raises(UpstreamError, match=r"shop\.example cannot be reached: a proxy of the kind socks5") as caught:
        asyncio.run(Upstreams(Upstream()).link(TARGET))
    assert caught.value.status == 502


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_is_forwarded_to_a_port_of_the_run_by_any_name_of_this_machine(scheme):
    async def ran():
        upstreams = Upstreams(Upstream())
        upstreams.own_ports = (9,)
        with pytest.raises(UpstreamError) as caught:
            await upstreams.link(Target(scheme, "localhost", 9))
        return caught.value

    refused = asyncio.run(ran())

    reason = "it is an address of recproxy itself, which nothing is forwarded to"
    assert (refused.status, str(refused)) == (502, f"localhost:9 cannot be reached: {reason}")
