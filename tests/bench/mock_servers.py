"""Hoverfly, WireMock and mockttp: how each is started with answers that it was given, as a server or as a proxy.

None keeps a log or a journal of requests, as nginx and recproxy in replay keep none.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service import free_port, reachable

#: A JVM, and node with all of mockttp, start slowly on a machine that does something else.
SECONDS = 60
#: Whom clients must trust, in the folder.
TRUSTED = "authorities.pem"
#: mockttp listens on all interfaces, if nothing is done about it.
MOCKTTP = """
const fs = require("fs"), net = require("net"), path = require("path");
const [library, root, port, kind] = process.argv.slice(1), of = name => path.join(root, name);
const https = kind === "proxy" ? { keyPath: of("ca-key.pem"), certPath: of("ca.pem") } : undefined;
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port) { return listen.call(this, port, "127.0.0.1"); };
const server = require(library).getLocal({ https, recordTraffic: false });
const answers = Object.entries(JSON.parse(fs.readFileSync(of("answers.json"))));
const headers = body => ({ "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) });
Promise.all(answers.map(([target, body]) => server.forGet(target).thenReply(200, body, headers(body))))
  .then(() => server.start(Number(port)));
"""


@dataclass(frozen=True)
class MockServer:
    """One of the tools."""

    name: str
    #: Its command, for a folder that was prepared, a port, and whether it is to be a proxy.
    command: Callable[[Path, int, bool], list[str]]
    #: By name, what prints the versions of what it consists of.
    versions: Mapping[str, list[str]]
    #: Whether a connection through its tunnel may be used for another request.
    keeps_tunnels: bool = True
    #: So many requests are asked before it is measured, because a JVM and node compile at run time what is used often: the
    #: first thousands cost WireMock about 1 ms each, and it took 70,000 until one cost less than a tenth of that.
    warm: int = 0

    @contextmanager
    def running(self, root: Path, *, proxy: bool) -> Iterator[tuple[int, int]]:
        """Run it until it is not needed: its process, and its port, where it can be reached."""
        port = free_port()
        command = self.command(root, port, proxy)
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_for(port)
            yield process.pid, port
        finally:
            process.kill()
            process.wait()

    def _wait_for(self, port: int) -> None:
        try:
            reachable(port, SECONDS)
        except AssertionError:
            raise AssertionError(f"{self.name} cannot be reached {SECONDS:g} seconds after its start") from None


def hoverfly(given: str) -> MockServer:
    """Hoverfly, which is either a server or a proxy. It closes a tunnel after each answer."""
    program = _program(given)

    def command(root: Path, port: int, proxy: bool) -> list[str]:
        words = [program, "-pp", str(port), "-ap", str(free_port()), "-import", str(root / "hoverfly.json")]
        words += ["-log-level", "error", "-logs-size", "0", "-journal-size", "0"]
        return words + (["-cert", str(root / "ca.pem"), "-key", str(root / "ca-key.pem")] if proxy else ["-webserver"])

    return MockServer("Hoverfly", command, {"Hoverfly": [program, "-version"]}, keeps_tunnels=False)


def wiremock(jar: Path) -> MockServer:
    """WireMock, which is a server or also a proxy."""
    if not jar.is_file():
        raise ValueError(f"{jar} is no file")
    java = [_program("java"), "-jar", str(jar.resolve())]

    def command(root: Path, port: int, proxy: bool) -> list[str]:
        words = ["--port", str(port), "--bind-address", "127.0.0.1", "--root-dir", str(root), "--disable-banner"]
        words += ["--disable-request-logging", "--no-request-journal", "--use-chunked-encoding", "never"]
        keystore = ["--ca-keystore", str(root / "ca.p12"), "--ca-keystore-type", "pkcs12"]
        return java + words + (["--enable-browser-proxying", *keystore] if proxy else [])

    return MockServer(
        "WireMock", command, {"WireMock": [*java, "--version"], "Java": [java[0], "--version"]}, warm=80_000
    )


def mockttp(folder: Path) -> MockServer:
    """mockttp, which is a library of node; to be a proxy for TLS, it needs an authority."""
    library = str(folder.resolve() / "node_modules/mockttp")
    if not Path(library).is_dir():
        raise ValueError(f"{folder} has no node_modules/mockttp: run `npm install mockttp` there")
    node = _program("node")

    def command(root: Path, port: int, proxy: bool) -> list[str]:
        return [node, "-e", MOCKTTP, library, str(root), str(port), "proxy" if proxy else "server"]

    version = [node, "-p", "require(process.argv[1]).version", f"{library}/package.json"]
    return MockServer("mockttp", command, {"mockttp": version, "Node.js": [node, "--version"]}, warm=6_000)


#: The tools, by the option that says where they are; each raises ValueError where it cannot be started from there.
MOCK_SERVERS: Mapping[str, Callable[[str], MockServer]] = {
    "hoverfly": hoverfly,
    "wiremock": lambda jar: wiremock(Path(jar)),
    "mockttp": lambda folder: mockttp(Path(folder)),
}


def _program(given: str) -> str:
    """Where a program is, from any folder."""
    if (found := shutil.which(given)) is None:
        raise ValueError(f"there is no program {given}")
    return str(Path(found).absolute())


def prepare(root: Path, answers: Mapping[str, str]) -> Path:
    """Write what each of them reads: answers to GET by path, whatever the host, and authorities."""
    (root / "mappings").mkdir(parents=True)
    (root / "answers.json").write_text(json.dumps(answers))
    (root / "hoverfly.json").write_text(json.dumps(_simulation(answers)))
    for number, (path, body) in enumerate(answers.items()):
        response = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": body}
        mapping = {"request": {"method": "GET", "urlPath": path}, "response": response}
        (root / f"mappings/{number}.json").write_text(json.dumps(mapping))
    _write_authorities(root)
    return root


def _simulation(answers: Mapping[str, str]) -> dict[str, object]:
    """The answers as Hoverfly imports them."""

    def exactly(value: str) -> list[dict[str, str]]:
        return [{"matcher": "exact", "value": value}]

    pairs = [
        {
            "request": {"method": exactly("GET"), "path": exactly(path)},
            "response": {"status": 200, "body": body, "headers": {"Content-Type": ["application/json"]}},
        }
        for path, body in answers.items()
    ]
    return {"data": {"pairs": pairs}, "meta": {"schemaVersion": "v5.3"}}


def _write_authorities(root: Path) -> None:
    """One with a key of the kind that recproxy has, and a keystore with RSA, because WireMock takes no other kind.

    Hoverfly makes a key for each connection: of RSA, which is its default, that would be a hundred times as dear.
    """
    import trustme
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12
    from cryptography.x509 import load_pem_x509_certificate

    authority, with_rsa = trustme.CA(), trustme.CA(key_type=trustme.KeyType.RSA)
    authority.cert_pem.write_to_path(str(root / "ca.pem"))
    authority.private_key_pem.write_to_path(str(root / "ca-key.pem"))
    key = load_pem_private_key(with_rsa.private_key_pem.bytes(), None)
    certificate = load_pem_x509_certificate(with_rsa.cert_pem.bytes())
    password = BestAvailableEncryption(b"password")  # what WireMock takes, if it is told no other
    store = pkcs12.serialize_key_and_certificates(b"ca", key, certificate, None, password)
    (root / "ca.p12").write_bytes(store)
    (root / TRUSTED).write_bytes(authority.cert_pem.bytes() + with_rsa.cert_pem.bytes())
