"""Webhooks end to end: a service that signs by each scheme, and an application that verifies, recorded and replayed."""

import json
import queue
import re
import sys

import pytest
from fixed_ports import fixed_port

SCHEMES = ("stripe", "github", "slack", "hmac", "hook")
SECRET = "the-real-secret-of-{}-4711"

SIGNING = '''
import base64, hashlib, hmac, time

def sha(secret, text, digest="sha256"):
    return hmac.new(secret.encode(), text, digest)

def sign(scheme, secret, body):
    """The headers of a webhook, as the service's documentation has them."""
    now = str(int(time.time()))
    if scheme == "stripe":
        return {"Stripe-Signature": f"t={now},v1={sha(secret, now.encode() + b'.' + body).hexdigest()}"}
    if scheme == "github":
        return {"X-Hub-Signature-256": "sha256=" + sha(secret, body).hexdigest()}
    if scheme == "slack":
        text = b"v0:" + now.encode() + b":" + body
        return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": "v0=" + sha(secret, text).hexdigest()}
    if scheme == "hmac":
        return {"X-Shop-Signature": "v1 " + base64.b64encode(sha(secret, body, "sha512").digest()).decode()}
    return {"X-Own": sha(secret, body[::-1]).hexdigest()}

def verifies(scheme, secret, headers, body):
    wanted = sign(scheme, secret, body)
    if scheme in ("stripe", "slack"):  # the moment is the sender's, and must be near
        sent = headers["Stripe-Signature"].split(",")[0][2:] if scheme == "stripe" else headers["X-Slack-Request-Timestamp"]
        assert abs(int(sent) - time.time()) < 300
        real, time.time = time.time, lambda: int(sent)
        try:
            wanted = sign(scheme, secret, body)
        finally:
            time.time = real
    return all(hmac.compare_digest(headers.get(name, ""), value) for name, value in wanted.items())
'''
HOOK = """
import dataclasses, hashlib, hmac

def sign(request, secret):
    signature = hmac.new(secret.encode(), request.body[::-1], hashlib.sha256).hexdigest().encode()
    return dataclasses.replace(request, headers=(*request.headers, (b"X-Own", signature)))
"""
SERVICE = '''
import json, queue, threading, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from signing import sign, verifies

class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""
    def read(self):
        return self.rfile.read(int(self.headers["Content-Length"]))
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

class Shop(Quiet):
    """The service: charges, and tells the address that it was given."""
    def do_POST(self):
        asked = json.loads(self.read())
        self.answer(200, {"id": "ch_%s_1234" % asked["scheme"]})
        self.close_connection = True
        self.server.told.put(threading.Thread(target=self.tell, args=(asked,)))
        self.server.told.queue[-1].start()
    def tell(self, asked):
        body = json.dumps({"event": "evt_%s_77" % asked["scheme"], "charge": "ch_%s_1234" % asked["scheme"]}).encode()
        headers = sign(asked["scheme"], "the-real-secret-of-%s-4711" % asked["scheme"], body)
        request = urllib.request.Request(asked["url"] + "/hooks/" + asked["scheme"], body, headers | {"Content-Type": "application/json"})
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()

class App(Quiet):
    """The application: takes webhooks that are signed."""
    def do_POST(self):
        body, scheme = self.read(), self.path.rpartition("/")[2]
        good = verifies(scheme, self.server.secrets[scheme], self.headers, body)
        self.answer(200 if good else 401, {"took": json.loads(body)["event"] if good else None})
        self.server.events.put((scheme, good, json.loads(body)["charge"]))

def serve(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
'''
TESTS = """
import json, os, queue, urllib.request
import pytest
from service import App, serve

SCHEMES = ("stripe", "github", "slack", "hmac", "hook")

@pytest.fixture(scope="session")
def app():
    server = serve(App)
    server.events = queue.Queue()
    server.secrets = {scheme: os.environ["SECRET_" + scheme.upper()] for scheme in SCHEMES}
    yield server
    server.shutdown()
    server.server_close()

def charge(scheme):
    body = json.dumps({"scheme": scheme, "url": os.environ["URL_" + scheme.upper()]}).encode()
    request = urllib.request.Request(os.environ["SHOP_BASE_URL"] + "/charges", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)["id"]

@pytest.mark.parametrize("scheme", SCHEMES)
def test_pay(app, recproxy, scheme):
    recproxy.webhooks.to("http://127.0.0.1:%d" % app.server_port)
    made = charge(scheme)
    assert app.events.get(timeout=30) == (scheme, True, made)
"""
MORE = """
import pytest
from test_pay import SCHEMES, app, charge
from recproxy.errors import ControlError

@pytest.mark.recproxy("shop", "all.rec")
def test_the_test_decides_when(app, recproxy):
    webhooks = recproxy.webhooks
    webhooks.to("http://127.0.0.1:%d" % app.server_port)
    webhooks.hold()
    for scheme in SCHEMES:
        charge(scheme)
    assert [each.webhook for each in webhooks.due] == list(SCHEMES)
    assert webhooks.due[1] == ("github", "POST", "/hooks/github")
    assert app.events.empty()
    webhooks.send("slack")
    assert app.events.get(timeout=30)[0] == "slack"
    webhooks.send(count=1)
    assert app.events.get(timeout=30)[0] == "stripe"
    webhooks.release()
    assert {app.events.get(timeout=30)[0] for _ in range(3)} == {"github", "hmac", "hook"}
    assert (webhooks.due, webhooks.sent) == ((), 5)

@pytest.mark.recproxy("shop", "all.rec")
def test_what_is_held_to_the_end_is_unused(app, recproxy):
    recproxy.webhooks.hold()
    charge("github")

def test_an_address_that_no_profile_declares_is_refused(recproxy):
    for address in ("http://192.0.2.1:80", "http://127.0.0.1:80/path", "https://127.0.0.1:80", "http://127.0.0.1.example:80"):
        with pytest.raises(ControlError, match="is no address of a webhook"):
            recproxy.webhooks.to(address)

@pytest.mark.recproxy("shop", "changed.rec")
def test_another_answer_is_a_miss(app, recproxy):
    recproxy.webhooks.to("http://127.0.0.1:%d" % app.server_port)
    charge("github")
    app.events.get(timeout=30)

@pytest.mark.recproxy("shop", "all.rec")
def test_without_an_application_it_is_a_miss(app, recproxy):
    recproxy.webhooks.to("http://127.0.0.1:1")
    charge("github")
"""
TABLE = """
[[profiles.shop.webhooks]]
name = "{scheme}"
address = "http://127.0.0.1:*"
public = "URL_{upper}"
listen = {port}
scheme = "{scheme}"
secret = "SECRET_{upper}"
{more}
"""
MORE_OF = {
    "hmac": 'header = "X-Shop-Signature"\ndigest = "sha512"\nencoding = "base64"\nprefix = "v1 "',
    "hook": 'header = "X-Own"',
}


def record(project):
    """Record `test_pay.py` from a service that is there only meanwhile; the exit code of the run and what it said."""
    made = {}
    exec(SIGNING + SERVICE.replace("from signing import sign, verifies\n", ""), made)
    service = made["serve"](made["Shop"])
    service.told = queue.Queue()
    settings = project.root / "recproxy.toml"
    settings.write_text(settings.read_text().replace("SHOP_ADDRESS", f"http://127.0.0.1:{service.server_port}"))
    words = ("-m", "recproxy", "run", "--record", "shop", "--", sys.executable, "-m", "pytest", "-q", "test_pay.py")
    try:
        return project.python(*words, **project.real)
    finally:
        while not service.told.empty():
            service.told.get().join()
        service.shutdown()
        service.server_close()


@pytest.fixture
def shop(project):
    settings = 'recordings = "recordings"\nreport = ["report.json"]\n[[profiles.shop.endpoints]]\nhosts = ["api.shop.example"]\n'
    settings += (
        'base_url = "SHOP_BASE_URL"\n[profiles.shop.upstream]\naddress = "SHOP_ADDRESS"\n[profiles.shop.placeholders]\n'
    )
    for scheme in SCHEMES:
        settings += (
            f'SECRET_{scheme.upper()} = "placeholder-{scheme}"\nURL_{scheme.upper()} = "https://hooks.example"\n'
        )
    settings += '[profiles.shop.hooks]\nsign = "own_signing:sign"\n'
    ports = [fixed_port() for _ in SCHEMES]
    for scheme, port in zip(SCHEMES, ports, strict=True):
        settings += TABLE.format(scheme=scheme, upper=scheme.upper(), port=port, more=MORE_OF.get(scheme, ""))
    for name, text in {
        "recproxy.toml": settings, "signing.py": SIGNING, "own_signing.py": HOOK, "service.py": SERVICE,
        "test_pay.py": TESTS, "test_more.py": MORE,
    }.items():  # fmt: skip
        project.write(name, text)
    (project.root / "shop/profile.toml").unlink()
    project.real = {f"SECRET_{scheme.upper()}": SECRET.format(scheme) for scheme in SCHEMES}
    project.real |= {
        f"URL_{scheme.upper()}": f"http://127.0.0.1:{port}" for scheme, port in zip(SCHEMES, ports, strict=True)
    }
    return project


def test_each_scheme_is_recorded_and_replayed_signed_anew(shop):
    code, out = record(shop)
    assert code == 0, out
    recordings = {path.stem: path.read_text() for path in (shop.root / "recordings/shop/test_pay").glob("*.rec")}
    assert len(recordings) == len(SCHEMES), out
    for scheme in SCHEMES:
        text = recordings[f"test_pay[{scheme}]"]
        assert f"POST webhook://{scheme}/hooks/{scheme} HTTP/1.1\n" in text, text
        assert text.index("/charges HTTP/1.1") < text.index("\n:webhook") < text.index("webhook://")
        assert '"url": "XXX"' in text
        assert len(re.findall(r"^(?:[\w-]*Signature[\w-]*|X-Own): XXX$", text, re.MULTILINE | re.IGNORECASE)) == 1
    everything = "".join(recordings.values())
    assert all(value not in everything for value in shop.real.values())
    assert "placeholder" not in everything

    assert (shop.pytest("test_pay.py", run=True)) == {"passed": 5}

    blocks = [text.partition("#recproxy 2\n")[2] for _, text in sorted(recordings.items())]
    shop.write("all.rec", "#recproxy 2\n" + "".join(blocks))
    changed = recordings["test_pay[github]"].replace('{"took": "evt_github_77"}', '{"took": "evt_other"}')
    shop.write("changed.rec", changed.replace("\n====\nHTTP/1.0 200 OK\n", "\n====\nHTTP/1.0 202 OK\n"))
    result = shop.pytest("-rA", "test_more.py", run=True)
    # A miss that comes while the test runs fails it, and one that comes at its end is an error of its teardown.
    missed = {name for kind, name in re.findall(r"^(FAILED|ERROR) test_more.py::(\w+)", result.out, re.MULTILINE)}
    assert missed == {"test_another_answer_is_a_miss", "test_without_an_application_it_is_a_miss"}, result.out
    assert "the webhook github got another answer from the application than the recorded one" in result.out
    assert 'json /took  "evt_other"  "evt_github_77"' in result.out
    assert "the webhook github could not be sent: the application at http://127.0.0.1:1 did not answer" in result.out

    # Each request is counted once, and each miss is found in the timeline.
    report = json.loads((shop.root / "report.json").read_text())
    counts = next(each for each in report["profiles"] if each["name"] == "shop")
    timeline = [(each["result"], each["test"], each["method"], each["url"]) for each in report["timeline"]]
    misses = {("missed", each["test"], each["method"], each["url"]) for each in report["misses"]}
    assert (counts["requests"], counts["missed"]) == (len(timeline), len(misses)) == (len(timeline), 2)
    assert {each for each in timeline if each[0] == "missed"} == misses
