"""Hooks in a proxy: found where they may be, guarded, and used for what is shown, too."""

import sys
from dataclasses import replace

import pytest

from recproxy.config.profile import HookNames
from recproxy.errors import HookError
from recproxy.play.hooks import NO_HOOKS, load_hooks
from recproxy.recording import Chunk, Interaction, Request, Response
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.secret_values import SecretValue

SECRET = "-".join(("the", "value", "of", "a", "credential"))
RULES = RedactionRules(values=(SECRET,))
MODULE = """\
from dataclasses import replace
import sys


def compare(request):
    if request.body == b"boom":
        raise ValueError("cannot read " + "-".join(("the", "value", "of", "a", "credential")) + "\\nin two lines")
    if request.body == b"long":
        raise ValueError("." * 190 + "-".join(("the", "value", "of", "a", "credential")))
    if request.body == b"whole":
        raise ValueError(f"what is {request}?")
    if request.body == b"leave":
        sys.exit(1)
    return replace(request, body=request.body.lower())


def respond(request, response):
    return "hello"


def redact(interaction):
    if b"boom" in interaction.request.body:
        raise KeyError
    request = replace(interaction.request, url="https://a.example/XXX", body=b"", wild=None)
    return replace(interaction, request=request, response=replace(interaction.response, body=b"short"), scope="mine")


async def later(request):
    return request
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "project_hooks.py").write_text(MODULE)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("project_hooks", None)


@pytest.fixture
def load(folder):
    def load(**names):
        places = {kind: f"profile.toml:{number}" for number, kind in enumerate(names, 7)}
        return load_hooks("shop", HookNames(**names, places=places, folders=(str(folder),)), RULES)

    return load


def refused(work):
    with pytest.raises(HookError) as caught:
        work()
    return caught.value.message


def request(body=b"", url="https://a.example/secret/path?q=1"):
    return Request(method="POST", url=url, body=body, wild=None)


def test_a_profile_without_hooks_has_none():
    assert load_hooks("shop", HookNames(), RULES) == NO_HOOKS


def test_a_hook_of_the_project_is_called_and_its_folder_is_looked_through_last_from_then_on(load, folder):
    hooks = load(compare="project_hooks:compare")

    assert hooks.compare(request(b"ABC")).body == b"abc"
    assert (hooks.respond, hooks.redact) == (None, None)
    assert sys.path[-1] == str(folder)


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("gone_hooks:compare", " cannot be imported: ModuleNotFoundError: No module named 'gone_hooks'"),
        ("project_hooks:gone", ": module 'project_hooks' has no function 'gone'"),
        ("project_hooks:__name__", ": module 'project_hooks' has no function '__name__'"),
        ("project_hooks:later", " is a coroutine: a hook is a plain function"),
    ],
)
def test_a_hook_that_cannot_be_had_is_one_line_with_its_place(load, target, wanted):
    assert refused(lambda: load(compare=target)) == f"profile.toml:7: hooks.compare {target!r}{wanted}"


@pytest.mark.parametrize("text", ["x = 1\n1 / 0\n", "import sys\nsys.exit(3)\n", "x = 1\ndef (\n"])
def test_a_module_that_raises_says_where(load, folder, text):
    (folder / "project_hooks.py").write_text(text)

    line = refused(lambda: load(compare="project_hooks:compare"))

    assert line.startswith(
        f"profile.toml:7: hooks.compare 'project_hooks:compare' cannot be imported at {folder / 'project_hooks.py'}:2: "
    )


def test_what_a_hook_raises_is_one_line_with_its_place_and_without_secrets(load, folder):
    hooks = load(compare="project_hooks:compare")

    line = refused(lambda: hooks.compare(request(b"boom")))

    place = f"{folder / 'project_hooks.py'}:7"
    assert line.startswith(f"hook compare of profile 'shop' raised at {place}: ValueError: cannot read ")
    assert line.endswith("in two lines")
    assert SECRET not in line
    assert "SystemExit" in refused(lambda: hooks.compare(request(b"leave")))


def test_what_a_hook_raises_holds_no_secret_of_its_request_nor_half_of_one(load):
    hooks = load(compare="project_hooks:compare")
    headers = ((b"Authorization", b"Bearer handed-out"), (b"Cookie", b"id=given-away"), (b"Accept", b"text/plain"))

    whole = refused(lambda: hooks.compare(replace(request(b"whole"), headers=headers)))

    assert "Bearer XXX" in whole
    assert "handed-out" not in whole
    assert "given-away" not in whole
    assert SECRET[:9] not in refused(lambda: hooks.compare(request(b"long")))


def test_what_a_hook_gives_must_be_of_its_kind(load, folder):
    hooks = load(respond="project_hooks:respond")

    line = refused(lambda: hooks.respond(request(), None))

    assert line == f"hook respond of profile 'shop', {folder / 'project_hooks.py'}:17, returned str, not Response"


def test_a_redaction_changes_texts_and_nothing_that_is_ours(load):
    hooks = load(redact="project_hooks:redact")
    before = Interaction(
        request=replace(request(), wild="ZZZ"),
        response=Response(status=200, body=b"a long body", chunks=(Chunk(size=11),)),
        scope="test_a",
    )

    after = hooks.hide(before)

    assert (after.request.url, after.request.wild, after.scope) == ("https://a.example/XXX", "ZZZ", "test_a")
    assert (after.response.body, after.response.chunks) == (b"short", ())
    assert NO_HOOKS.hide(before) is before


def test_a_redaction_that_raises_gives_nothing(load):
    hooks = load(redact="project_hooks:redact")

    assert "raised at" in refused(
        lambda: hooks.hide(Interaction(request=request(b"boom"), response=Response(status=200)))
    )


def test_what_is_shown_of_a_request_is_redacted_by_the_hook_or_is_next_to_nothing(load):
    hooks = load(redact="project_hooks:redact")

    assert hooks.show(request(), RULES) == request(url="https://a.example/XXX")
    assert hooks.show(request(b"boom"), RULES) == Request(method="POST", url="https://a.example/XXX", wild=None)
    assert NO_HOOKS.show(request(b"x"), RULES).url == "https://a.example/secret/path?q=1"
    earlier = EarlierValues({b"secret/path": SecretValue("handed out")})
    assert NO_HOOKS.show(request(b"x"), RULES, earlier).url == "https://a.example/XXX?q=1"
