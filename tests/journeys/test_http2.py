"""Real services and clients of HTTP/2: recorded and played back, to clients of either version."""

import contextlib
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds
from origins.server import Trust

from recproxy.recording import load

from .conftest import SHOP_PROFILE

DATA = Path(__file__).with_name("data")
CLIENT = (sys.executable, str(DATA / "http2_client.py"))
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr notice;
events {{ }}
http {{
  access_log off; keepalive_requests 20;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port} ssl http2; ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem;
    location / {{ default_type application/json; return 200 '{{"path": "$uri", "version": "$server_protocol"}}'; }}
  }}
}}
"""


@pytest.fixture
def certificate(tmp_path):
    """A folder with a certificate, its key, and the authority that issued it."""
    found = Trust(tmp_path).authority.issue_cert("api.shop.example", "127.0.0.1")
    (tmp_path / "chain.pem").write_bytes(b"".join(each.bytes() for each in found.cert_chain_pems))
    (tmp_path / "key.pem").write_bytes(found.private_key_pem.bytes())
    return tmp_path


@contextlib.contextmanager
def hypercorn(folder):
    """The service by hypercorn; its port."""
    words = ("--bind", "127.0.0.1:0", "--certfile", "chain.pem", "--keyfile", "key.pem", "http2_service:app")
    words = ("--workers", "0", *words)  # it serves itself, and starts no worker that would import it all again
    server = prestarted.popen()(
        (sys.executable, "-m", "hypercorn", *words),
        cwd=folder,
        env={"PYTHONPATH": str(DATA), "PATH": "/usr/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = next(line for line in server.stderr if "Running on" in line)
        yield int(re.search(r"https://127.0.0.1:(\d+)", line)[1])
    finally:
        server.terminate()
        server.stderr.read()
        server.wait(seconds(30))
        server.stderr.close()


@contextlib.contextmanager
def nginx(folder):
    """A service by nginx, which takes a socket over that listens already; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
        server = subprocess.Popen(
            (shutil.which("nginx"), "-c", str(folder / "nginx.conf")),
            env={"NGINX": f"{number};"},
            pass_fds=(number,),
            stderr=subprocess.PIPE,
            text=True,
        )
    try:
        assert next(line for line in server.stderr if "start worker process" in line)
        yield port
    finally:
        server.terminate()
        server.stderr.read()
        server.wait(seconds(30))
        server.stderr.close()


def lines(done):
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def with_version(said, version):
    return [line.replace("HTTP/2 ", f"{version} ") for line in said]


@pytest.fixture
def shop(project, certificate):
    with hypercorn(certificate) as port:
        ca = certificate / "origins-ca.pem"
        project.write("pyproject.toml", SHOP_PROFILE.format(port=port, ca=ca))
        yield project


def test_what_was_recorded_over_http_2_is_played_to_clients_of_both(shop):
    recorded = lines(shop.run("run", "--mode", "record", "--", *CLIENT, "2", "proxy"))

    assert recorded[0] == ('HTTP/2 200 /a [\'{"path": "/a", "version": "2", "body": "", "cookies": ["a=1; b=2"]}\']')
    assert recorded[4] == "HTTP/2 200 True"
    assert recorded[5].startswith('110 HTTP/2 200 /many/7 [\'{"path": "/many/7", "version": "2"')
    verified = shop.run("verify", "--values", "shop", "--rate", "10000")
    # The project has two recorded requests of HTTP/1.1 besides, of which the service knows nothing.
    assert "113 requests sent, 2 with changed fields, types or status, 0 with changed values only" in verified.stderr
    (path,) = shop.root.glob("**/default.rec")
    found = load(path.read_bytes()).interactions
    by_path = {each.request.url.removeprefix("https://api.shop.example"): each for each in found}
    assert by_path["/trailers"].response.trailers == ((b"x-sum", b"6"),)
    assert (by_path["/events"].response.framing, by_path["/events"].response.reason) == (None, b"OK")
    said = path.read_text()
    assert set(re.findall(r"^:(\w+)", said, re.MULTILINE)) == {
        "scope",
        "recorded",
        "body",
        "chunks",
        "delay",
        "trailer",
    }
    assert "HTTP/2" not in said

    for version, way in (("2", "proxy"), ("2", "base"), ("1", "proxy"), ("1", "base")):
        played = lines(shop.run("run", "--", *CLIENT, version, way))
        assert played == with_version(recorded, "HTTP/2" if version == "2" else "HTTP/1.1")


def test_what_was_recorded_over_http_1_is_played_over_http_2(shop):
    recorded = lines(shop.run("run", "--mode", "record", "--", *CLIENT, "1", "proxy"))
    played = lines(shop.run("run", "--", *CLIENT, "2", "proxy"))

    assert recorded[0].startswith('HTTP/1.1 200 /a [\'{"path": "/a", "version": "1.1"')
    assert with_version(played, "HTTP/1.1") == recorded


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_is_answered_over_each_way_into_http_2(shop):
    script = """
        curl -sS --http2 -w ' %{http_version}\\n' https://api.shop.example/a
        curl -sS --http2 -w ' %{http_version}\\n' $SHOP_BASE_URL/b
        curl -sS --http2-prior-knowledge -w ' %{http_version}\\n' $SHOP_BASE_URL/c
        curl -sS --http2 -d body -w ' %{http_version}\\n' $SHOP_BASE_URL/d
    """
    recorded = lines(shop.run("run", "--mode", "record", "--", "sh", "-c", script))

    assert [(line[:13], line.split()[-1]) for line in recorded] == [
        ('{"path": "/a"', "2"),
        ('{"path": "/b"', "2"),
        ('{"path": "/c"', "2"),
        ('{"path": "/d"', "1.1"),
    ]
    assert lines(shop.run("run", "--", "sh", "-c", script)) == recorded


@pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("curl")), reason="nginx or curl is not installed")
def test_nginx_is_recorded_over_http_2(project, certificate):
    with nginx(certificate) as port:
        project.write("pyproject.toml", SHOP_PROFILE.format(port=port, ca=certificate / "origins-ca.pem"))
        # Behind 20 requests nginx says that it leaves.
        script = "curl -sS --http2 'https://api.shop.example/[1-22]' | tail -c 38"
        recorded = lines(project.run("run", "--mode", "record", "--", "sh", "-c", script))
    assert recorded == ['{"path": "/22", "version": "HTTP/2.0"}']
    assert lines(project.run("run", "--", "sh", "-c", script)) == recorded
