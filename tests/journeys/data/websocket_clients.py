"""Each client of WebSockets by each way: what it hears, a line each. `python websocket_clients.py [MESSAGE]`."""

import asyncio
import contextlib
import os
import socket
import ssl
import sys
from urllib.parse import urlsplit

import websockets.asyncio.client
import websockets.sync.client
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded
from websockets.exceptions import ConnectionClosed
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage

SAID = ["hello", '{"id": 7, "token": "s3cr3t-t0k3n-0f-the-chat"}', bytes(range(99)), *sys.argv[1:], "bye"]
HOST = "api.shop.example"
WAYS = {
    "wss": f"wss://{HOST}/chat",
    "ws": f"ws://{HOST}/chat",
    "base URL": os.environ["SHOP_BASE_URL"].replace("http", "ws", 1) + "/chat",
}


def of_websockets(url):
    heard = []
    with websockets.sync.client.connect(url, subprotocols=["chat.v2"]) as client:
        heard += [client.subprotocol, client.recv()]
        with contextlib.suppress(ConnectionClosed):
            for each in SAID:
                client.send(each)
                heard.append(client.recv())
    return [*heard, client.close_code, client.close_reason]


def of_websockets_asyncio(url):
    async def talk():
        heard = []
        async with websockets.asyncio.client.connect(url, subprotocols=["chat.v2"]) as client:
            heard += [client.subprotocol, await client.recv()]
            with contextlib.suppress(ConnectionClosed):
                for each in SAID:
                    await client.send(each)
                    heard.append(await client.recv())
        return [*heard, client.close_code, client.close_reason]

    return asyncio.run(talk())


def of_websocket_client(url):
    import websocket

    client = websocket.create_connection(url, subprotocols=["chat.v2"])
    heard = [client.subprotocol, client.recv()]
    for each in SAID[:-1]:
        client.send(each) if isinstance(each, str) else client.send_binary(each)
        heard.append(client.recv())
    client.send(SAID[-1])
    opcode, data = client.recv_data(control_frame=False)
    assert opcode == websocket.ABNF.OPCODE_CLOSE
    client.close()
    return [*heard, int.from_bytes(data[:2], "big"), data[2:].decode()]


def of_aiohttp(url):
    import aiohttp  # here, as the others: what a miss is told to needs none of them

    async def talk():
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.ws_connect(url, protocols=["chat.v2"]) as client,
        ):
            heard = [client.protocol, await client.receive_str()]
            for each in SAID:
                await (client.send_str(each) if isinstance(each, str) else client.send_bytes(each))
                message = await client.receive()
                if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    heard.append(message.data)
            return [*heard, message.data, message.extra]

    return asyncio.run(talk())


def of_httpx_ws(url):
    import httpx
    import httpx_ws

    heard = []
    trust = httpx.create_ssl_context()  # once: a client would read all roots for each way that it may take
    with httpx.Client(verify=trust) as http, httpx_ws.connect_ws(url, http, subprotocols=["chat.v2"]) as client:
        heard += [client.subprotocol, client.receive_text()]
        try:
            for each in SAID:
                client.send_text(each) if isinstance(each, str) else client.send_bytes(each)
                heard.append(client.receive_text() if isinstance(each, str) else client.receive_bytes())
        except httpx_ws.WebSocketDisconnect as left:
            return [*heard, left.code, left.reason]


def of_http_2(url):
    """The one that begins a WebSocket on a stream of HTTP/2."""
    sock = connected(url)
    client, talk, heard, events = H2Connection(H2Configuration()), Connection(ConnectionType.CLIENT), [], []
    client.initiate_connection()
    secure = isinstance(sock, ssl.SSLSocket)
    fields = {
        ":method": "CONNECT",
        ":protocol": "websocket",
        ":scheme": "https" if secure else "http",
        ":authority": HOST if secure else urlsplit(url).netloc,
        ":path": "/chat",
        "sec-websocket-version": "13",
        "sec-websocket-protocol": "chat.v2",
    }

    def receive():
        sock.sendall(client.data_to_send())
        for event in client.receive_data(sock.recv(65536)):
            if isinstance(event, ResponseReceived):
                headers = dict(event.headers)
                assert headers[b":status"] == b"200", headers
                heard.append(headers[b"sec-websocket-protocol"].decode())
            elif isinstance(event, DataReceived):
                client.acknowledge_received_data(event.flow_controlled_length, 1)
                if event.data:  # the end may come in an empty frame
                    talk.receive_data(event.data)
                    events.extend(talk.events())
            elif isinstance(event, StreamEnded):
                events.append(event)

    def next_event():
        while not events:
            receive()
        return events.pop(0)

    receive()
    assert client.remote_settings.enable_connect_protocol == 1
    client.send_headers(1, list(fields.items()))
    heard_first = next_event().data
    heard.append(heard_first)
    for each in SAID:
        sent = TextMessage(data=each) if isinstance(each, str) else BytesMessage(data=each)
        client.send_data(1, talk.send(sent))
        event = next_event()
        if isinstance(event, CloseConnection):
            client.send_data(1, talk.send(event.response()), end_stream=True)
            heard += [event.code, event.reason]
            assert isinstance(next_event(), StreamEnded)
        else:
            heard.append(event.data if isinstance(event.data, str) else bytes(event.data))
    sock.close()
    return heard


def connected(url):
    """A socket to a WebSocket's address: through the tunnel of the proxy for wss, else to the address itself."""
    where = urlsplit(url)
    if where.scheme == "ws":
        return socket.create_connection((where.hostname, where.port))
    proxy = urlsplit(os.environ["HTTPS_PROXY"])
    sock = socket.create_connection((proxy.hostname, proxy.port))
    sock.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(1)
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(sock, server_hostname=HOST)


CLIENTS = {
    "websockets": of_websockets,
    "websockets, asyncio": of_websockets_asyncio,
    "websocket-client": of_websocket_client,
    "aiohttp": of_aiohttp,
    "httpx-ws": of_httpx_ws,
    "h2": of_http_2,
}
for name, talk in CLIENTS.items():
    for way, url in WAYS.items():
        if (name, way) != ("h2", "ws"):  # which no proxy could tell from another protocol
            print(f"{name}, {way}: {talk(url)}")
