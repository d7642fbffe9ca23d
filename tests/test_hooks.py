"""The face of hooks: what a hook's author imports, and nothing else."""

import typing
from dataclasses import replace

from recproxy import hooks
from recproxy.hooks import Compare, Interaction, Redact, Request, Respond, Response, header, header_values


def test_what_is_offered_stays():
    assert hooks.__all__ == [
        "Compare", "Headers", "Interaction", "Redact", "Request", "Respond", "Response", "Sign", "header", "header_values",
    ]  # fmt: skip


def test_each_kind_of_hook_has_its_type():
    assert typing.get_args(Compare) == ([Request], Request)
    assert typing.get_args(Respond) == ([Request, Response | None], Response | None)
    assert typing.get_args(hooks.Sign) == ([Request, str], Request)
    assert typing.get_args(Redact) == ([Interaction], Interaction)


def test_a_request_is_made_into_another_one():
    request = Request(method="GET", url="https://a.example/", headers=((b"X-A", b"1"), (b"x-a", b"2")))

    assert replace(request, body=b"x").body == b"x"
    assert header(request.headers, b"x-a") == b"1"
    assert header_values(request.headers, b"x-a") == [b"1", b"2"]
