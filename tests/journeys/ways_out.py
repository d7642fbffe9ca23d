"""Ways out of a run, each a program that sends its own name, and whether the redirect sees it.

Run as a program, it takes them one after another and swallows every error, as programs do.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PORT = 8080
EMPTY = "env -i "
PYTHON = f"""
import os, socket
def tcp(host, port={PORT}):
    with socket.create_connection((host, port), 3) as sock:
        sock.sendall(WAY.encode())
def udp(host, port, send="sendto"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if send == "sendmsg":
            sock.sendmsg([WAY.encode()], [], 0, (host, port))
        elif send == "connect":
            sock.connect((host, port))
            sock.send(WAY.encode())
        else:
            sock.sendto(WAY.encode(), (host, port))
def below(connect):
    import _socket
    sock = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    connect(sock)
    sock.send(WAY.encode())
def by_libc(sock):
    import ctypes, struct
    address = struct.pack("=H", 2) + struct.pack("!H", {PORT}) + socket.inet_aton("203.0.113.9") + bytes(8)
    ctypes.CDLL(None).connect(sock.fileno(), address, 16)
def raw():
    import struct
    packet = struct.pack("!4H", 9, {PORT}, 8 + len(WAY), 0) + WAY.encode()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as sock:
        sock.sendto(packet, ("203.0.113.9", 0))
def forked():
    if not (pid := os.fork()):
        try:
            tcp("203.0.113.9")
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
async def streams(host):
    import asyncio
    _, writer = await asyncio.open_connection(host, {PORT})
    writer.write(WAY.encode())
    await writer.drain()
"""
C = """
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>
int main(int count, char **words) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(8080)};
    inet_pton(AF_INET, "203.0.113.9", &to.sin_addr);
    int sock = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(sock, (void *) &to, sizeof to)) return 1;
    return write(sock, words[1], strlen(words[1])) < 0;
}
"""
NODE = f"require('net').connect({PORT}, '203.0.113.9').on('error', () => {{}}).end('WAY')"
DENO = f"Deno.connect({{hostname: '203.0.113.9', port: {PORT}}}).then(s => s.write(new TextEncoder().encode('WAY')))"
#: A compiler of Java that compiles little: without its second compiler, which makes code faster that runs long.
JAVAC = ("javac", "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")
JAVA = "class Way { public static void main(String[] way) throws Exception { new java.net.URL(way[0]).getContent(); } }"

#: The name, whether the redirect sees it, the program, and its words, in which WAY stands for the name.
WAYS = (
    ("unlisted-name", True, "python", "tcp('unlisted.example')"),
    ("unlisted-name-web", True, "python", "tcp('unlisted.example', 80)"),
    ("literal-address", True, "python", "tcp('203.0.113.9')"),
    ("literal-address-web", True, "python", "tcp('203.0.113.9', 80)"),
    ("literal-ipv6", True, "python", "tcp('2001:db8::9')"),
    ("mapped-ipv6", True, "python", "tcp('::ffff:203.0.113.9')"),
    ("listed-name-other-port", True, "python", "tcp('api.shop.example')"),
    ("mail-port", True, "python", "tcp('smtp.mail.example', 587)"),
    ("asyncio", True, "python", "__import__('asyncio').run(streams('unlisted.example'))"),
    ("datagram", True, "python", f"udp('203.0.113.9', {PORT})"),
    ("datagram-sendmsg", True, "python", f"udp('203.0.113.9', {PORT}, 'sendmsg')"),
    ("datagram-connected", True, "python", f"udp('203.0.113.9', {PORT}, 'connect')"),
    ("raw-socket", True, "python", "raw()"),
    ("forked-child", True, "python", "forked()"),
    ("python-I", True, "python -I", "tcp('203.0.113.9')"),
    ("python-S", False, "python -S", "tcp('203.0.113.9')"),
    ("python-empty-environment", False, "env -i python", "tcp('203.0.113.9')"),
    ("python-below-socket", False, "python", f"below(lambda sock: sock.connect(('203.0.113.9', {PORT})))"),
    ("python-libc", False, "python", "below(by_libc)"),
    ("python-resolver", False, "python", "__import__('_socket').getaddrinfo(f'{WAY}.example', 80)"),
    ("static-binary", False, "static", "WAY"),
    ("bash", False, "bash", f"printf WAY > /dev/tcp/203.0.113.9/{PORT}"),
    ("curl-noproxy", False, "curl", f"--noproxy * -m 3 -s http://203.0.113.9:{PORT}/WAY"),
    ("wget-no-proxy", False, "wget", f"--no-proxy -q -T 3 -t 1 -O /dev/null http://203.0.113.9:{PORT}/WAY"),
    ("php-streams", False, "php", f"file_get_contents('http://203.0.113.9:{PORT}/WAY');"),
    ("perl", False, "perl", f"print {{IO::Socket::INET->new('203.0.113.9:{PORT}')}} 'WAY'"),
    ("java", False, "java", f"http://203.0.113.9:{PORT}/WAY"),
    ("node", True, "node", NODE),
    ("bun", True, "bun", NODE),
    ("deno", True, "deno", NODE.replace("require('net')", "(await import('node:net'))")),
    ("node-empty-environment", False, "env -i node", NODE),
    ("bun-empty-environment", False, "env -i bun", NODE),
    ("deno-empty-environment", False, "env -i deno", DENO),
    ("bun-connect", True, "bun", f"Bun.connect({{hostname: '203.0.113.9', port: {PORT}, socket: {{open(s) {{ s.end('WAY') }}, data() {{}}}}}})"),
    ("deno-connect", True, "deno", DENO),
    ("node-datagram", True, "node", f"const s = require('dgram').createSocket('udp4'); s.send('WAY', {PORT}, '203.0.113.9', () => s.close())"),
    ("node-resolver", False, "node", "require('dns').resolve4('WAY.example', () => {})"),
)  # fmt: skip


def built(folder):
    """What must be compiled, where the compiler is there."""
    (folder / "way.c").write_text(C)
    (folder / "Way.java").write_text(JAVA)
    if shutil.which("gcc"):
        subprocess.run(["gcc", "-static", "-o", folder / "static", folder / "way.c"], capture_output=True)
    if shutil.which("javac"):
        subprocess.run([*JAVAC, "-d", folder, folder / "Way.java"], capture_output=True)


def command(way, program, text, folder):
    """The words of a way."""
    text = text.replace("WAY", way) if "python" not in program else f"WAY = {way!r}\n{PYTHON}\n{text}"
    name, *options = program.removeprefix(EMPTY).split()
    words = {
        "python": [sys.executable, *options, "-c", text],
        "static": [str(folder / "static"), text],
        "bash": ["bash", "-c", text],
        "php": ["php", "-r", text],
        "perl": ["perl", "-MIO::Socket::INET", "-e", text],
        "java": ["java", "-cp", str(folder), "Way", text],
        "node": ["node", "-e", text],
        "bun": ["bun", "-e", text],
        "deno": ["deno", "eval", text],
    }
    wanted, *rest = words.get(name) or [name, *text.split()]
    return ["env", "-i", shutil.which(wanted) or "", *rest] if program.startswith(EMPTY) else [wanted, *rest]


def available(folder):
    """The ways whose programs are here."""
    here = [way for way in WAYS if shutil.which(command(way[0], *way[2:], folder)[way[2].count(EMPTY) * 2])]
    return [way for way in here if way[2] != "java" or (folder / "Way.class").exists()]


def leave(folder):
    """Take them all.

    The first of Python is an interpreter of its own, as are those with options; the others are forks of this one, which
    began as they would: in the run.
    """
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    is_started = False
    for way, _, program, text in available(folder):
        words = command(way, program, text, folder)
        if program == "python" and is_started:
            fork(words[-1])
        else:
            subprocess.run(words, env=dict(os.environ), timeout=60, **quiet)
        is_started |= program == "python"


def fork(text):
    """Run it as a new interpreter would."""
    if pid := os.fork():
        os.waitpid(pid, 0)
        return
    try:
        signal.alarm(60)
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nothing, number)
        exec(text, {"__name__": "__main__"})
    finally:
        os._exit(0)


if __name__ == "__main__":
    leave(Path(sys.argv[1]))
