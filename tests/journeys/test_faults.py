"""Faults on purpose, as a program under test meets them."""

import json
import socket
from urllib.parse import urlsplit

from deadlines import seconds

FAULTS = {
    "reset": ("reset", ""),
    "part": ("reset after 4", "HTTP/1.1 200 OKhell"),
    "cut": ("truncate 4", "HTTP/1.1 200 OKhell"),
    "hang": ("hang 0.2", ""),
    "late": ("delay 0.2", "HTTP/1.1 200 OKhello, world"),
    "drip": ("drip 100/s", "HTTP/1.1 200 OKhello, world"),
}
BLOCK = "GET https://api.shop.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n:fault {}\n\nhello, world\n=======\n\n"


def ask(port, name):
    """What came of a response, its first line and its body, and how the connection ended."""
    received, end = b"", "closed"
    with socket.create_connection(("127.0.0.1", port), timeout=seconds(20)) as client:
        client.sendall(f"GET /{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        try:
            while data := client.recv(65536):
                received += data
        except ConnectionResetError:
            end = "reset"
    head, _, body = received.decode().partition("\r\n\r\n")
    return head.partition("\r\n")[0] + body, end


def test_each_fault_is_what_the_recording_says_and_the_others_are_not_touched(project):
    blocks = "".join(BLOCK.format(name, fault) for name, (fault, _) in FAULTS.items())
    project.write("tests/functional/recordings/shop/default.rec", "#recproxy 2\n\n" + blocks)
    server = project.serve()
    port = urlsplit(json.loads(server.stdout.readline())["environment"]["SHOP_BASE_URL"]).port

    got = {name: ask(port, name) for name in FAULTS}

    _, err = server.communicate(timeout=seconds(20))
    ends = {name: "reset" if fault.startswith("reset") else "closed" for name, (fault, _) in FAULTS.items()}
    assert got == {name: (text, ends[name]) for name, (_, text) in FAULTS.items()}
    assert (server.returncode, "unused" in err) == (0, True)  # a column of the report: all were played


def test_a_fault_that_is_none_is_an_error_of_the_file(project):
    path = "tests/functional/recordings/shop/default.rec"
    project.write(path, "#recproxy 2\n\n" + BLOCK.format("a", "explode"))

    done = project.run("check", path)

    assert done.returncode == 1
    assert f"{path}:7: unreadable: expected a line like ':fault reset after 100', found ':fault explode'" in done.stdout


def test_a_fault_is_shown_imported_and_lost_in_an_export_with_a_word(project):
    project.write("a.rec", "#recproxy 2\n\n" + BLOCK.format("a", "drip 10/s"))

    shown = project.verb("show", "a.rec")
    imported = project.verb("import", "a.rec", "--to", "imported")
    exported = project.verb("export", "a.rec", "--format", "har", "--to", "exported")

    assert "\n200 OK\n  :fault drip 10/s\n" in shown.stdout
    assert imported.returncode == 0, imported.stderr
    written = (project.root / "imported/shop/a.rec").read_text()
    assert "HTTP/1.1 200 OK\n:fault drip 10/s\n" in written
    assert "lost: the fault 'drip 10/s' (entry 1)" in exported.stdout + exported.stderr
