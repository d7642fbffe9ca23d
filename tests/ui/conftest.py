"""A project with recordings, and a browser of its viewer without a socket."""

import asyncio
import os

import pytest

pytest.importorskip("starlette", reason="starlette is not installed: the extra ui")
pytest.importorskip("jinja2", reason="jinja2 is not installed: the extra ui")

from recproxy.config.project import find_project
from recproxy.control.viewers import ViewerMeeting
from recproxy.ui.guard import Guard
from recproxy.ui.live_runs import LiveRuns
from recproxy.ui.project_files import ProjectFiles
from recproxy.ui.viewer import Viewer

PORT = 8765
SHOP = """\
[profiles.shop]
[[profiles.shop.endpoints]]
hosts = ["shop.example"]
[profiles.shop.redact]
json = ["/phone"]
"""
ORDERS = """\
#recproxy 2
# orders of one customer

:scope test_orders
GET https://shop.example/orders?page=1 HTTP/1.1
Authorization: Bearer XXX

====
HTTP/1.1 200 OK
Content-Type: application/json

{
  "orders": [17, 18],
  "owner": "ada"
}
=======

:scope test_orders
GET https://shop.example/orders/17 HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{
  "id": 17,
  "note": "caf\\u00e9 by the sea"
}
=======

:scope test_orders
POST https://shop.example/orders HTTP/1.1
Content-Type: application/x-www-form-urlencoded

item=blue+pencil&count=2
====
HTTP/1.1 201 Created

=======
"""
MAIL = """\
#recproxy 2

SMTP smtp://mail.example:25
< 220 hi
> DATA
< 354 go on
> Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=
+ Content-Transfer-Encoding: base64
+
+ aGVsbG8gZnJvbSB0aGUgbW91bnRhaW4=
< 250 ok
=======
"""
SECRET = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
LEAKY = f"""\
#recproxy 2

GET https://shop.example/me HTTP/1.1
Authorization: Bearer {SECRET}

====
HTTP/1.1 200 OK
Content-Type: application/json

{{"phone": "+1 555 0100", "token": "{SECRET}"}}
=======
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose profile `shop` has three recordings; the working directory is its folder."""
    (tmp_path / "recproxy.toml").write_text(SHOP)
    folder = tmp_path / "tests/functional/recordings/shop"
    folder.mkdir(parents=True)
    (folder / "orders.rec").write_text(ORDERS)
    (folder / "mail.rec").write_text(MAIL)
    (folder / "leaky.rec").write_text(LEAKY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def files(project):
    found = find_project(project)
    return ProjectFiles(found, [found.recordings], project)


@pytest.fixture
def viewer(project, files):
    with ViewerMeeting(project, os.environ) as meeting:
        yield Viewer(find_project(project), files, LiveRuns(meeting, files, {}))


@pytest.fixture
def guard():
    return Guard(PORT)


class Browser:
    """A browser of an application in this process: what it sends with each request are `headers`."""

    def __init__(self, app):
        self._app = app
        self.headers = {}

    def get(self, path, *, headers=None, **more):
        return self._ask("GET", path, headers or {}, **more)

    def post(self, path, *, headers=None, **more):
        return self._ask("POST", path, headers or {}, **more)

    def _ask(self, method, path, headers, **more):
        import httpx

        async def asked():
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
                return await client.request(method, path, headers=self.headers | headers, **more)

        return asyncio.run(asked())


@pytest.fixture
def browser(viewer, guard):
    """A browser that came by the first URL, with the headers that a page of the viewer sends."""
    pytest.importorskip("httpx", reason="httpx is not installed")
    from recproxy.ui.app import make_app

    came = Browser(make_app(viewer, guard))
    came.headers["origin"] = f"http://127.0.0.1:{PORT}"
    session = came.post("/api/enter", json={"token": guard.token}).json()["session"]
    came.headers["authorization"] = f"Bearer {session}"
    return came
