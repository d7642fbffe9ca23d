"""The HTTP clients that `recproxy doctor` tries, each as a program that requests one URL and prints the response."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["CLIENTS", "TriedClient", "clients_here"]

_PYTHON = "python"
#: In place of the path of a client's source, and of the program that was built of it.
SOURCE, BUILT = "{source}", "{built}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedClient:
    """A client: the `program` that must be installed, and for Python the `module`.

    `words` follow the program, and the URL follows them. `source` is written to a file that ends in `suffix`; `build` is
    run once before. `by` says what makes the client reach the run where variables do not: the redirect or a setting.
    """

    name: str
    program: str
    words: tuple[str, ...] = ()
    module: str = ""
    source: str = ""
    suffix: str = ""
    build: tuple[str, ...] = ()
    by: str = ""

    @property
    def is_python(self) -> bool:
        """Whether this interpreter runs it."""
        return self.program == _PYTHON


def _python(module: str, code: str) -> TriedClient:
    return TriedClient(
        name=module, program=_PYTHON, module=module, words=("-c", f"import sys; {code}"), by="the redirect"
    )


_JAVA = """import java.net.http.*;
class Client { public static void main(String[] words) throws Exception {
    var request = HttpRequest.newBuilder(java.net.URI.create(words[0])).build();
    System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
} }
"""
_GO = """package main

import ("fmt"; "io"; "net/http"; "os")

func main() {
    response, err := http.Get(os.Args[1])
    if err != nil { panic(err) }
    body, _ := io.ReadAll(response.Body)
    fmt.Println(string(body))
}
"""
_NODE_HTTPS = (
    "const u = process.argv[1]; require(u.split(':')[0]).get(u, r => r.pipe(process.stdout))"
    ".on('error', e => { console.error(e.message); process.exit(1) })"
)
_FETCH = "fetch({}).then(r => r.text()).then(t => console.log(t))"
_PERL = "use HTTP::Tiny; my $r = HTTP::Tiny->new(verify_SSL => 1)->get($ARGV[0]); print $r->{content}"
_RUBY = "require 'net/http'; puts Net::HTTP.get(URI(ARGV[0]))"

CLIENTS = (
    TriedClient(name="curl", program="curl", words=("-sS",)),
    TriedClient(name="wget", program="wget", words=("-q", "-t", "1", "-O", "-")),
    _python("urllib", "import urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"),
    _python("requests", "import requests; print(requests.get(sys.argv[1]).text)"),
    _python("httpx", "import httpx; print(httpx.get(sys.argv[1]).text)"),
    _python("urllib3", "import urllib3; print(urllib3.PoolManager(retries=0).request('GET', sys.argv[1]).data.decode())"),
    _python(
        "aiohttp",
        "import aiohttp, asyncio\nasync def get():\n async with aiohttp.ClientSession() as session:\n"
        "  async with session.get(sys.argv[1]) as response: print(await response.text())\nasyncio.run(get())",
    ),
    _python("niquests", "import niquests; print(niquests.get(sys.argv[1]).text)"),
    TriedClient(name="node https", program="node", words=("-e", _NODE_HTTPS), by="the redirect"),
    TriedClient(name="node fetch", program="node", words=("-e", _FETCH.format("process.argv[1]")), by="the redirect"),
    TriedClient(name="bun", program="bun", words=("-e", _FETCH.format("process.argv.at(-1)")), by="the redirect"),
    TriedClient(name="deno", program="deno", words=("run", "-A", SOURCE), source=_FETCH.format("Deno.args[0]"), suffix=".js"),
    TriedClient(
        name="go net/http", program="go", words=(BUILT,), source=_GO, suffix=".go", build=("go", "build", "-o", BUILT, SOURCE)
    ),
    TriedClient(
        name="java.net.http", program="java", words=(SOURCE,), source=_JAVA, suffix=".java", by="java = true"
    ),
    TriedClient(name="perl HTTP::Tiny", program="perl", words=("-e", _PERL)),
    TriedClient(name="ruby Net::HTTP", program="ruby", words=("-e", _RUBY)),
    TriedClient(name="php", program="php", words=("-r", "echo file_get_contents($argv[1]);")),
)  # fmt: skip


def clients_here(names: Sequence[str] = ()) -> Iterator[tuple[TriedClient, str]]:
    """The clients that are installed, with the path of the program; of those, the ones whose names hold a word of `names`."""
    for client in CLIENTS:
        if names and not any(word.lower() in client.name.lower() for word in names):
            continue
        if client.is_python:
            path = sys.executable if importlib.util.find_spec(client.module) is not None else ""
        else:
            path = shutil.which(client.program) or ""
        if path:
            yield client, path
