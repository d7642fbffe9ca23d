"""What a project uses to test its own recordings and profiles."""

import sys

import pytest

from recproxy.errors import HookError, NoMatch, ProfileError, RecordingNotFound
from recproxy.recording import Interaction, Request, Response
from recproxy.testing import Replay, check_recordings, redacted

PROJECT = """\
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
[tool.recproxy.profiles.shop.match]
ignore.query = ["nonce"]
[tool.recproxy.profiles.shop.redact]
json = ["/email"]
"""
GOOD = """\
#recproxy 2

GET https://api.shop.example/item HTTP/1.1

====
HTTP/1.1 200 OK

first
=======

GET https://api.shop.example/item HTTP/1.1

====
HTTP/1.1 200 OK

second
=======

GET https://api.shop.example/item/XXX[id] HTTP/1.1

====
HTTP/1.1 200 OK

XXX[id]
=======
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    recordings = tmp_path / "tests/functional/recordings/shop"
    recordings.mkdir(parents=True)
    (recordings / "good.rec").write_text(GOOD)
    return tmp_path


def test_a_replay_answers_as_a_proxy_would(folder):
    replay = Replay("shop", "good", folder=folder)

    bodies = [replay.answer("GET", f"https://api.shop.example/item?nonce={number}").body for number in range(3)]

    assert bodies == [b"first", b"second", b"second"]
    assert replay.unused == (
        f"GET https://api.shop.example/item/XXX[id] ({folder}/tests/functional/recordings/shop/good.rec:19)",
    )
    assert replay.answer("GET", "https://api.shop.example/item/7").body == b"7"
    assert replay.unused == ()


def test_a_replay_says_what_differs(folder):
    replay = Replay("shop", "good.rec", folder=folder)

    with pytest.raises(NoMatch, match=r"(?s)closest .*good.rec:3.*method +GET +POST"):
        replay.answer("POST", "https://api.shop.example/item", headers={"Content-Type": "text/plain"})


def test_a_replay_names_what_is_missing(folder):
    with pytest.raises(RecordingNotFound, match="nowhere"):
        Replay("shop", "nowhere", folder=folder)
    with pytest.raises(ProfileError, match="ship"):
        Replay("ship", "good", folder=folder)


def test_good_recordings_pass(folder, monkeypatch):
    monkeypatch.chdir(folder)

    check_recordings()


def test_recordings_that_are_not_there_are_not_good(tmp_path):
    with pytest.raises(AssertionError, match="there is no such folder, so that nothing was checked"):
        check_recordings(tmp_path)


def test_problems_are_listed_with_file_and_line(folder):
    recordings = folder / "tests/functional/recordings"
    (recordings / "ship").mkdir()
    (recordings / "ship/a.rec").write_text(GOOD)
    (recordings / "shop/broken.rec").write_text("#recproxy 2\n\nnonsense\n")
    (recordings / "shop/left.failed.rec").write_text("nonsense")
    (recordings / "shop/secret.rec").write_text(GOOD.replace("second", "the-secret-of-the-shop"))

    with pytest.raises(AssertionError) as caught:
        check_recordings(folder, secrets=["the-secret-of-the-shop"])

    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "ship" in lines[0]
    assert f"{recordings}/shop/broken.rec:3" in lines[1]
    assert lines[2].startswith(f"{recordings}/shop/secret.rec:11: holds a secret by the rule ")


def test_redaction_as_recording_does_it(folder):
    interaction = Interaction(
        request=Request(method="GET", url="https://api.shop.example/me", wild=None),
        response=Response(
            status=200,
            reason=b"OK",
            headers=((b"Content-Type", b"application/json"),),
            body=b'{"email": "nerd@example.com", "key": "the-secret-of-the-shop"}',
        ),
    )

    text = redacted("shop", interaction, secrets=["the-secret-of-the-shop"], folder=folder)

    assert "GET https://api.shop.example/me" in text
    assert "nerd@example.com" not in text
    assert "the-secret-of-the-shop" not in text


HOOKS = """\
import re
from dataclasses import replace


def compare(request):
    return replace(request, url=request.url.lower())


def respond(request, recorded):
    if recorded is None or recorded.body != b"first":
        return None
    return replace(recorded, body=recorded.body + b" by a hook")


def redact(interaction):
    if "fail" in interaction.request.url:
        raise KeyError("account")
    url = interaction.request.url.replace("jane", interaction.request.wild or "XXX")
    return replace(interaction, request=replace(interaction.request, url=url))
"""


@pytest.fixture
def hooked(folder):
    names = "".join(f'{kind} = "hooks_of_the_shop:{kind}"\n' for kind in ("compare", "respond", "redact"))
    (folder / "pyproject.toml").write_text(f"{PROJECT}[tool.recproxy.profiles.shop.hooks]\n{names}")
    (folder / "hooks_of_the_shop.py").write_text(HOOKS)
    yield folder
    sys.modules.pop("hooks_of_the_shop", None)
    if str(folder) in sys.path:
        sys.path.remove(str(folder))


def test_a_replay_has_the_hooks_of_its_profile(hooked):
    replay = Replay("shop", "good", folder=hooked)

    bodies = [replay.answer("GET", "https://api.shop.example/ITEM").body for _ in range(2)]

    assert bodies == [b"first by a hook", b"second"]
    with pytest.raises(NoMatch, match="/else"):
        replay.answer("GET", "https://api.shop.example/else/where")


def test_redaction_goes_through_the_hook(hooked):
    def text(path):
        request = Request(method="GET", url=f"https://api.shop.example/{path}")
        return redacted("shop", Interaction(request=request, response=Response(status=204)), folder=hooked)

    assert "GET https://api.shop.example/XXX/orders HTTP/1.1" in text("jane/orders")
    with pytest.raises(HookError, match=r"hook redact of profile 'shop' raised at .*hooks_of_the_shop.py:"):
        text("fail")
