"""`recproxy ui` in a real browser: `nox -s browser`. Skipped where playwright, axe-core or chromium are missing."""

import re
import shutil
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from browsers import chromium, need_browser, new_context, show, violations
from deadlines import seconds, wait_until

need_browser()
for package in ("starlette", "uvicorn", "jinja2"):
    pytest.importorskip(package, reason=f"{package} is not installed: the extra ui")

FOLDER = "tests/functional/recordings/shop"
HOSTILE = "</script><script>window.ran=1</script><img src=x onerror='window.ran=1'>\u202egnp.exe"
REFUSED = "Refused|Blocked|Applying inline|Executing inline|Loading the image|Unsafe attempt|Base URI"
SETTINGS = '[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ["shop.example"]\nbase_url = "SHOP_URL"\n'
BLOCK = """
:scope run
{method} https://shop.example{path} HTTP/1.1
{head}
{ask}
====
HTTP/1.1 200 OK
Content-Type: {kind}

{body}
=======
"""
#: The suite: it asks for an order by a number, and uses the number that the service says.
SUITE = """
import json, os, sys, urllib.request
number = sys.argv[1]
with urllib.request.urlopen(f"{os.environ['SHOP_URL']}/orders/{number}") as answer:
    assert str(json.load(answer)["id"]) == number
"""


def block(path, body, *, method="GET", head="", ask="", kind="application/json"):
    return BLOCK.format(path=path, body=body, method=method, head=head, ask=ask, kind=kind)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "recproxy.toml").write_text(SETTINGS)
    folder = tmp_path / FOLDER
    folder.mkdir(parents=True)
    orders = [block("/orders/17", '{\n  "id": 17,\n  "note": "by the sea"\n}'), block("/orders/18", '{"id": 18}')]
    (folder / "default.rec").write_text("#recproxy 2\n" + "".join(orders))
    hostile = [
        block("/json", f'{{"text": "{HOSTILE}", "{HOSTILE}": [1, "XXX[name]"]}}'),
        block("/page", f"<base target=_top><meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'>{HOSTILE}<svg onload='window.ran=1'>", kind="text/html"),
        block("/svg", f"<svg xmlns='http://www.w3.org/2000/svg' onload='window.ran=1'>{HOSTILE}</svg>", kind="image/svg+xml"),
        block("/form", "ok", method="POST", head=f"Content-Type: application/x-www-form-urlencoded\nX-Odd: {HOSTILE}\n", ask="a=%1B%5B2J%E2%80%AE&b=%3Cscript%3E"),
        block("/deep", "[" * 5000 + "]" * 5000),
    ]  # fmt: skip
    large = block("/large", "a " * 25_000_000, kind="text/plain")
    (folder / "large.rec").write_text(f"#recproxy 2\n{large}")
    (folder / "hostile.rec").write_text("#recproxy 2\n" + "".join(hostile), encoding="utf-8")
    (folder / "mail.rec").write_text(
        "#recproxy 2\n\nSMTP smtp://shop.example:25\n< 220 hi\n> DATA\n< 354 go on\n> Subject: harbour\n+ \n+ how are you\n< 250 ok\n=======\n"
    )
    (folder / "many.rec").write_text("#recproxy 2\n" + "".join(block(f"/{each}", "{}") for each in range(1200)))
    (tmp_path / "suite.py").write_text(SUITE)
    return tmp_path


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser, project):
    """Open the viewer at a view, in one browser for all tabs; what its console says is checked at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "recproxy", "ui", "--no-open"], cwd=project, stdout=subprocess.PIPE, text=True
    )
    url = process.stdout.readline().strip()
    said, contexts = [], []

    def open_page(address="", *, width=1200, theme="light", context=None):
        if context is None:
            contexts.append(new_context(browser, width, theme))
        base, _, token = url.partition("#")
        first = f"{base}#{address}" if context else f"{base}#{token}&{address}"
        ours = (base, "data:", "about:")
        return show(context or contexts[-1], first, said=said, ours=ours, limit=seconds(10))

    open_page.said = said
    yield open_page
    for each in contexts:
        each.close()
    process.terminate()
    process.communicate(timeout=seconds(30))
    assert process.returncode == 0
    # A refused save is an answer with its status, which the console tells; nothing else is in it.
    assert [each for each in said if "status of 409" not in each] == []


def interaction(name, number):
    return f"view=recording&name={FOLDER}/{name}&number={number}"


def detail(page):
    return page.get_by_label("The chosen interaction")


def open_text(page):
    page.get_by_text("Text, edit and mask").click()
    area = page.get_by_label("text of the interaction")
    area.wait_for()
    return area


def select(area, part, among=0):
    """Select a part of the text, as a person does with the mouse."""
    area.evaluate(
        "(each, [part, among]) => { let at = -1; for (let n = 0; n <= among; n++) at = each.value.indexOf(part, at + 1);"
        " each.focus(); each.setSelectionRange(at, at + part.length); }",
        [part, among],
    )


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """What an editor with a window is given: the file that has its words, once it was started."""
    program = tmp_path / "editor" / "code"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s|" "$@" > "$0.part"\nmv "$0.part" "$0.said"\n')
    program.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(program))
    return program.with_name("code.said")


def test_a_request_is_copied_as_commands_that_replay_and_opened_at_its_line(editor, opened, project):
    page = opened(interaction("default.rec", 1))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = {}
    for name in ("curl", "httpx", "fetch"):
        page.get_by_role("button", name=f"Copy as {name}").click()
        page.get_by_text(f"Copied the request as {name}.").wait_for()
        copied[name] = page.evaluate("navigator.clipboard.readText()")
    (project / "copied.sh").write_text(copied["curl"])
    (project / "copied.py").write_text(copied["httpx"] + "\nprint(response.text)\n")

    for words in (("sh", "copied.sh"), (sys.executable, "copied.py")):
        if shutil.which(words[0]) and (words[0] != "sh" or shutil.which("curl")):
            done = subprocess.run(
                [sys.executable, "-m", "recproxy", "run", "--", *words],
                cwd=project, capture_output=True, text=True, timeout=seconds(60), check=False,
            )  # fmt: skip
            assert (done.returncode, '{"id": 18}' in done.stdout) == (0, True), done.stderr
    assert "https://shop.example/orders/18" in copied["fetch"]

    page.get_by_role("button", name="Open in code").click()
    page.get_by_text("Opened in code.").wait_for()
    wait_until(editor.exists)
    line = (project / FOLDER / "default.rec").read_text().split("GET https://shop.example/orders/18")[0].count("\n") + 1
    assert editor.read_text() == f"--goto|{project / FOLDER / 'default.rec'}:{line}|"


def test_search_leads_to_the_interaction_that_holds_the_words(opened):
    page = opened()
    page.get_by_text("5 recordings of 5.").wait_for()

    page.get_by_label("Search").fill("by the SEA")
    page.get_by_text("1 interaction found.").wait_for()
    page.get_by_role("option", name="shop.example/orders/17").click()

    detail(page).get_by_role("heading", name="GET https://shop.example/orders/17").wait_for()
    assert "number=0" in page.url
    page.go_back()
    page.get_by_label("Search").fill("harbour")
    page.get_by_text("mail: Subject: harbour").click()
    page.locator(".says .card dd", has_text="harbour").wait_for()
    page.reload()
    page.locator(".says .card dd").wait_for()


def test_a_masked_selection_is_in_the_file_and_the_suite_still_replays(opened, project):
    def replay(number):
        words = ("run", "--", sys.executable, "suite.py", number)
        return subprocess.run(
            [sys.executable, "-m", "recproxy", *words],
            cwd=project,
            capture_output=True,
            timeout=seconds(60),
            check=False,
        ).returncode

    assert (replay("17"), replay("99") != 0) == (0, True)
    page = opened(interaction("default.rec", 0))
    area = open_text(page)
    select(area, "17")
    page.get_by_label("as the name").fill("order")
    page.get_by_label("wherever this value stands").check()
    page.get_by_role("button", name="Mask the selection").click()
    change = page.get_by_label("The change")
    change.get_by_text("What would then match").first.wait_for()
    assert "orders/17" in (project / FOLDER / "default.rec").read_text()

    change.get_by_role("button", name="Save the change").click()

    page.get_by_text("Saved.").wait_for()
    text = (project / FOLDER / "default.rec").read_text()
    assert ("/orders/XXX[order] HTTP" in text, '"id": XXX[order]' in text, "17" in text) == (True, True, False)
    assert detail(page).locator("h2 mark").inner_text() == "XXX[order]"
    assert (replay("17"), replay("99"), replay("18")) == (0, 0, 0)


@pytest.mark.parametrize("width", [1200, 375])
def test_a_value_chosen_in_the_tree_is_masked_with_the_keyboard(opened, project, width):
    text = block("/orders", '{\n  "id": 17,\n  "lines": [{"sku": "a-1"}]\n}', method="POST", ask='{"sku": "a-1"}')
    (project / FOLDER / "tree.rec").write_text(f"#recproxy 2\n{text}")
    page = opened(interaction("tree.rec", 0), width=width)
    detail(page).get_by_role("button", name="Choose a value to mask").last.press("Enter")
    page.get_by_role("button", name='"a-1" at /lines/0/sku').press("Enter")
    page.locator("input:focus").fill("sku")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert violations(page, "tree") == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("button", name="Look at the change").press("Enter")

    change = page.get_by_label("The change")
    change.get_by_text("What would then match").first.wait_for()
    assert "Mask /lines/0/sku as XXX[sku]" in change.inner_text()
    change.get_by_role("button", name="Save the change").press("Enter")

    page.get_by_text("Saved.").wait_for()
    text = (project / FOLDER / "tree.rec").read_text()
    assert (text.count('{"sku": "XXX[sku]"}'), "a-1" in text) == (2, False)
    # A list of a request as a whole.
    detail(page).get_by_role("button", name="Choose a value to mask").first.click()
    page.get_by_role("button", name="object at /").click()
    page.get_by_role("button", name="Look at the change").click()
    change.get_by_text("What would then match").first.wait_for()


CALL = """
:scope run
POST https://shop.example/shop.v1.Shop/List HTTP/1.1
Content-Type: application/grpc-web+proto
:encoding grpc-web
:message shop.v1.Ask text=1

[{"text": "pencils"}, {"text": "paper"}]
====
HTTP/1.1 200 OK
Content-Type: application/grpc-web+proto
:trailer grpc-status: 0
:encoding grpc-web
:message shop.v1.Item sku=1

[{"sku": "a-1"}, "AAH/", {"sku": "a-2"}]
=======
"""


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (375, "dark")])
def test_the_messages_of_a_call_are_shown_one_by_one_and_masked(opened, project, width, theme):
    (project / FOLDER / "call.rec").write_text(f"#recproxy 2\n{CALL}")
    page = opened(interaction("call.rec", 0), width=width, theme=theme)
    messages = detail(page).locator(".says > li")
    messages.nth(4).wait_for()
    assert messages.locator(".who").all_inner_texts() == ["client", "client", "server", "server", "server"]
    assert "00 01 ff" in messages.nth(3).inner_text()
    assert "grpc-status" in detail(page).inner_text()
    messages.nth(1).get_by_role("button", name="Choose a value to mask").click()
    messages.nth(1).get_by_role("button", name='"paper" at /text').click()
    assert violations(page, "call") == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    messages.nth(1).get_by_role("button", name="Look at the change").click()
    page.get_by_label("The change").get_by_text("What would then match").first.wait_for()
    page.get_by_role("button", name="Save the change").click()

    page.get_by_text("Saved.").wait_for()
    text = (project / FOLDER / "call.rec").read_text()
    assert '[{"text": "pencils"}, {"text": "XXX"}]' in text


SOCKET = """
:scope run
GET wss://shop.example/live HTTP/1.1
Sec-WebSocket-Protocol: prices.v2

====
HTTP/1.1 101 Switching Protocols
Sec-WebSocket-Protocol: prices.v2

< {"type": "hello", "text": "HOSTILE"}
> {"type": "subscribe", "channel": "pencils"}
:delay 0.25
:binary base64
< AAH/
:leave 1000 bye
=======
"""


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (375, "dark")])
def test_what_was_said_on_a_websocket_is_shown_in_its_order(opened, project, width, theme):
    text = SOCKET.replace("HOSTILE", HOSTILE.replace('"', '\\"').replace("\u202e", "\\u202e"))
    many = SOCKET.replace("> {", "".join(f"> {each}\n" for each in range(250)) + "> {")
    (project / FOLDER / "socket.rec").write_text(f"#recproxy 2\n{text}{many}")
    page = opened(interaction("socket.rec", 0), width=width, theme=theme)
    said = detail(page).locator(".says > li")
    said.nth(3).wait_for()
    assert said.locator(".who").all_inner_texts() == ["server", "client", "server, binary, 250 ms later", "client"]
    assert "00 01 ff" in said.nth(2).inner_text()
    assert "closes the connection with 1000: bye" in said.nth(3).inner_text()
    assert said.nth(1).locator(".tree").inner_text().count("pencils") == 1
    assert page.evaluate("window.ran") is None
    assert violations(page, "socket") == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    area = open_text(page)
    select(area, "pencils")
    page.get_by_role("button", name="Mask the selection").click()
    page.get_by_role("button", name="Save the change").click()
    page.get_by_text("Saved.").wait_for()
    assert '"channel": "XXX"' in (project / FOLDER / "socket.rec").read_text()
    page.evaluate(f"location.hash = '{interaction('socket.rec', 1)}'")
    page.get_by_role("button", name="Show 1 more of 3").click()
    assert said.count() == 200


def test_a_change_that_loses_an_answer_is_said_before_it_is_saved(opened, project):
    page = opened(interaction("default.rec", 1))
    before = (project / FOLDER / "default.rec").read_bytes()

    page.get_by_role("button", name="Delete").click()
    page.get_by_text("nothing: it would be a miss").wait_for()
    page.get_by_role("button", name="Cancel").click()

    area = open_text(page)
    area.fill("GET nowhere HTTP/1.1")
    page.get_by_text("It cannot be saved so.").wait_for()
    assert page.get_by_role("button", name="Save the change").is_disabled()
    assert (project / FOLDER / "default.rec").read_bytes() == before


def test_a_drawn_page_opens_no_connection(opened, project):
    frames = (
        "<iframe src='{0}'></iframe><IFRAME/src={0}></IFRAME><object data='{0}'></object><embed src='{0}'>"
        "<link rel=preconnect href='{0}'><div><template shadowrootmode=open><iframe src='{0}'></iframe></template></div>"
        "<noscript><iframe src='{0}'></iframe></noscript>"
    )
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        address = f"http://127.0.0.1:{other.getsockname()[1]}/"
        text = block("/frames", f"<p>above</p>{frames.format(address)}", kind="text/html")
        (project / FOLDER / "frames.rec").write_text(f"#recproxy 2\n{text}")
        page = opened(interaction("frames.rec", 0))

        page.get_by_role("button", name="Page", exact=True).click()
        page.frame_locator("iframe.drawn").get_by_text("above").wait_for()
        page.reload()  # what it began has ended

        with pytest.raises(BlockingIOError):
            other.accept()


def test_a_page_of_another_port_of_this_machine_gets_nothing(opened):
    page = opened(interaction("default.rec", 0))
    detail(page).get_by_text("by the sea").first.wait_for()
    assert "token" not in page.url
    heard = []

    class Hostile(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.headers)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Hostile) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        other = page.context.new_page()
        other.goto(f"http://127.0.0.1:{server.server_port}/")
        viewer = page.url.partition("#")[0]
        got = other.evaluate(
            """async (viewer) => {
                const asked = (call, options) => fetch(viewer + call, options).then((answer) => answer.text()).catch(() => "refused");
                return [localStorage.length, document.cookie, await asked("api/recordings", {}), await asked("", {}),
                  await asked("api/recordings", { headers: { Authorization: "Bearer x" } }),
                  await asked("api/enter", { method: "POST", body: '{"token": "x"}' })];
            }""",
            viewer,
        )
        server.shutdown()

    assert got == [0, "", "refused", "refused", "refused", "refused"]
    assert heard
    assert all("cookie" not in each for each in heard)


def test_texts_that_are_slow_to_color_or_to_draw_do_not_stop_a_page(opened, project):
    slow = [block("/open", '{"' + '\\"' * 150_000), block("/heaped", '{"a": "a' + "\u0301" * 200_000 + '"}')]
    (project / FOLDER / "slow.rec").write_text("#recproxy 2\n" + "".join(slow), encoding="utf-8")

    page = opened(interaction("slow.rec", 0))
    detail(page).get_by_text("more characters not shown").wait_for()
    page = opened(interaction("slow.rec", 1))
    detail(page).get_by_text("more marks not shown").first.wait_for()
    page.get_by_text("Text, edit and mask").click()
    page.get_by_text("which a browser cannot draw").wait_for()


def test_very_many_masks_do_not_stop_a_page(opened, project):
    text = block("/masks", "XXX" * 60_000, head=f"X-Masks: {'XXX' * 1_000_000}\n", kind="text/plain")
    (project / FOLDER / "masks.rec").write_text(f"#recproxy 2\n{text}")

    page = opened(interaction("masks.rec", 0))

    detail(page).get_by_text("2990000 more characters not shown").wait_for()
    assert page.locator("mark").count() <= 2_000


def test_a_mark_leads_to_its_line(opened, project):
    path = project / FOLDER / "default.rec"
    path.write_text(path.read_text() + block("/any", "{}", method="POST", ask="XXX"))
    page = opened(interaction("default.rec", 2))

    page.get_by_label("what scan and check found").last.get_by_role("button", name="line").click()

    area = page.get_by_label("text of the interaction")
    area.wait_for()
    page.locator("textarea:focus").wait_for()
    assert area.evaluate("each => each.value.slice(each.selectionStart, each.selectionEnd)").startswith("POST https")


def test_two_tabs_do_not_overwrite_each_other(opened, project):
    first = opened(interaction("default.rec", 0))
    second = opened(interaction("default.rec", 1), context=first.context)
    second.get_by_role("button", name="Delete").click()
    second.get_by_text("nothing: it would be a miss").wait_for()
    area = open_text(first)
    area.fill(area.input_value().replace("sea", "river"))
    first.get_by_text("What would then match:").wait_for()
    first.get_by_role("button", name="Save the change").click()
    first.get_by_text("Saved.").wait_for()

    second.get_by_role("button", name="Save the change").click()

    second.get_by_label("The change").get_by_text("has changed on disk since it was shown").wait_for()
    text = (project / FOLDER / "default.rec").read_text()
    assert ("river" in text, "orders/18" in text) == (True, True)
    second.get_by_role("button", name="Reload the recording").click()
    second.get_by_role("button", name="Delete").click()
    second.get_by_role("button", name="Save the change").click()
    second.get_by_text("Saved.").wait_for()
    text = (project / FOLDER / "default.rec").read_text()
    assert ("river" in text, "orders/18" in text) == (True, False)


def test_a_file_that_changes_on_disk_meanwhile_is_not_overwritten(opened, project):
    path = project / FOLDER / "default.rec"
    page = opened(interaction("default.rec", 0))
    area = open_text(page)
    path.write_text(path.read_text().replace("by the sea", "in the hills"))

    area.fill(area.input_value().replace("sea", "river"))
    page.get_by_label("The change").get_by_text("has changed on disk since it was shown").wait_for()
    page.get_by_role("button", name="Reload the recording").click()

    page.get_by_text("in the hills").first.wait_for()
    assert "in the hills" in path.read_text()


def test_the_keyboard_alone_leads_to_an_interaction_and_changes_it(opened, project):
    page = opened()

    def tab_to(what):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(what):
                return
        raise AssertionError(what)

    tab_to("document.activeElement.type === 'search'")
    page.keyboard.type("orders/18")
    page.get_by_text("1 interaction found.").wait_for()
    tab_to("document.activeElement.getAttribute('role') === 'listbox'")
    page.keyboard.press("ArrowDown")
    detail(page).get_by_role("heading", name="GET https://shop.example/orders/18").wait_for()
    page.locator(":focus[aria-label='The chosen interaction']").wait_for()
    tab_to("document.activeElement.textContent === 'Earlier'")
    page.keyboard.press("Enter")
    page.get_by_text("Every recorded request is answered").or_(page.get_by_text("What would then match:")).wait_for()
    tab_to("document.activeElement.textContent === 'Save the change'")
    page.keyboard.press("Enter")

    page.get_by_text("Saved.").wait_for()
    assert re.findall(r"orders/(\d+)", (project / FOLDER / "default.rec").read_text()) == ["18", "17"]


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (375, "dark")])
def test_every_view_is_accessible_and_fits(opened, project, width, theme):
    changed = project / FOLDER / "default.rec"
    for words in ("init -q", "add .", "-c user.name=a -c user.email=a@example commit -qm first"):
        subprocess.run(["git", *words.split()], cwd=project, check=True)
    changed.write_text(changed.read_text().replace("by the sea", "in the hills"))
    page = opened(width=width, theme=theme)
    page.get_by_text("5 recordings of 5.").wait_for()
    assert page.locator(".row .url").first.inner_text() == "shop/default.rec"
    addresses = [
        "view=recordings",
        "view=runs",
        *(interaction(name, 0) for name in ("default.rec", "hostile.rec", "mail.rec")),
    ]
    for address in addresses:
        page.evaluate(f"location.hash = '{address}'")
        if "runs" in address:
            page.get_by_text("No run of this project goes on.").wait_for()
        if "name=" in address:
            detail(page).locator("h2").wait_for()
        if "default" in address:
            open_text(page)
            page.get_by_role("button", name="Delete").click()
            page.get_by_text("nothing: it would be a miss").wait_for()
            page.get_by_text("History").click()
            page.locator("details td", has_text="hills").first.wait_for()

        assert violations(page, address) == []
        assert (address, page.evaluate("document.documentElement.scrollWidth")) == (address, width)


def test_a_run_is_listed_while_it_goes_on_and_after(opened, project):
    (project / "suite.py").write_text(f"{SUITE}\nprint('asked', flush=True)\nsys.stdin.read()\n")
    page = opened("view=runs")
    page.get_by_text("No run of this project goes on.").wait_for()
    process = subprocess.Popen(
        [sys.executable, "-m", "recproxy", "run", "--", sys.executable, "suite.py", "17"],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout.readline() == b"asked\n"

    page.get_by_text("1 request of 1, 0 misses. The run goes on.").wait_for()
    page.get_by_role("option", name="shop.example/orders/17").click()
    page.get_by_label("The chosen request").get_by_text("by the sea").wait_for()
    process.communicate(timeout=seconds(60))
    page.get_by_text("1 request of 1, 0 misses. The run has ended.").wait_for()

    page.get_by_role("button", name="Open the recording").click()
    detail(page).get_by_role("heading", name="GET https://shop.example/orders/17").wait_for()


def test_nothing_that_a_recording_holds_runs_or_leads_away(opened):
    page = opened()
    for number, path in enumerate(("json", "page", "svg", "form", "deep")):
        page.evaluate(f"location.hash = '{interaction('hostile.rec', number)}'")
        detail(page).get_by_role("heading", name=f"shop.example/{path}").wait_for()
        for way in detail(page).locator(".ways button").all():
            way.click()
            page.locator(".ways button[aria-pressed=true]").first.wait_for()
        open_text(page)
        assert page.evaluate("window.ran") is None
        assert page.evaluate("document.scripts.length") == 1
        assert page.locator("main img").count() == 0
        assert "\u202e" not in page.evaluate("document.getElementById('main').textContent")
    page.evaluate(f"location.hash = '{interaction('large.rec', 0)}'")
    page.get_by_text("too large to be shown here").wait_for()
    page.get_by_text("too large to be changed here").wait_for()
    assert page.url.startswith("http://127.0.0.1:")
    # What the browser says of the drawn page: it was kept from running and from leading away.
    assert [each for each in opened.said if not re.match(REFUSED, each)] == []
    assert any("redirect" in each for each in opened.said)
    opened.said.clear()
    frames = [frame.url for frame in page.frames]
    assert all(url.startswith(("http://127.0.0.1:", "about:")) for url in frames)


def test_a_long_recording_is_listed_in_parts(opened):
    page = opened(interaction("many.rec", 1100))

    detail(page).get_by_role("heading", name="GET https://shop.example/1100").wait_for()
    assert page.get_by_label("Interactions").locator(".row").count() < 60
