"""Each key of profile.toml, declared once: what it holds, its default, what it says, and how a bad word is told."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from recproxy.config.declared import Key, Keys
from recproxy.http.hosts import normal_host

__all__ = ["PROFILE", "SCHEMA"]

#: The only version of profile.toml that this recproxy reads.
SCHEMA = 1
_VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\Z")


def _host(host: str) -> str:
    """A host pattern in its normal form: a name, an address, `*.name` or `*`."""
    pattern = normal_host(host)
    labels = pattern.removeprefix("*.").split(".")
    if pattern != "*" and not _is_address(pattern) and not all(_LABEL.match(label) for label in labels):
        raise ValueError(
            f"host {host!r} is no host name: write it without scheme, port and path; * only as *.name or alone"
        )
    return pattern


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _address(text: str) -> str:
    """Where else a service is: HOST, HOST:PORT, or either behind http:// or https://."""
    try:
        url = urlsplit(text if "://" in text else f"//{text}")
        host, port = url.hostname or "", url.port
    except ValueError:
        host, port = "", None
    if (
        not (_is_address(host) or all(_LABEL.match(label) for label in host.split(".")))
        or port == 0
        or url.scheme not in ("", "http", "https")
        or url.path not in ("", "/")
        or any((url.query, url.fragment, url.username))
    ):
        raise ValueError(
            f"upstream.address is {text!r}: write it as 127.0.0.1:8443, or behind http:// or https://, without a path"
        )
    return text


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"{text!r} is no regular expression: {problem}") from None
    return text


def _names(says: str) -> Key:
    return Key(kind="strings", says=says)


def _variables(says: str) -> Key:
    wrong = "{key} holds {value!r}, which is no name of an environment variable"
    return Key(kind="strings", says=says, pattern=_VARIABLE, wrong=wrong)


_ENDPOINT = Keys(
    says="One way to reach the service.",
    many=True,
    required=("hosts",),
    keys={
        "protocol": Key(kind="choice", choices=("http",), says="The protocol; HTTPS is meant by http too."),
        "hosts": Key(
            kind="strings",
            check=_host,
            says="Host names, addresses, *.NAME (one label) or *, without scheme, port and path.",
        ),
        "base_url": Key(
            kind="string",
            pattern=_VARIABLE,
            wrong="{key} is {value!r}: give it the name of an environment variable",
            says="The variable that gets this endpoint's local address.",
        ),
    },
)

_IGNORE = Keys(
    says="What of a request takes no part in matching.",
    keys={
        "query": _names("Names in the query."),
        "form": _names("Names in a form body."),
        "json": Key(
            kind="strings",
            pattern="/.*",
            wrong="{key} holds {value!r}, which is no JSON Pointer: it begins with /, as /user/id",
            says="JSON Pointers into a JSON body.",
        ),
    },
)

_MATCH = Keys(
    says="What takes part in matching on top of method, URL, query and body, and what becomes of a miss.",
    keys={
        "headers": _names("Request headers that take part."),
        "ignore": _IGNORE,
        "repeat": Key(
            kind="choice",
            choices=("last", "miss", "cycle"),
            says="What follows the last recorded repeat of a request: it again, a miss, or the first.",
        ),
        "miss": Key(
            kind="choice",
            choices=("status", "reset"),
            says="What the client sees of a miss: status 599 with a text, or a dropped connection.",
        ),
        "unused": Key(
            kind="choice",
            choices=("report", "fail"),
            says="Whether interactions of a test's recording that were not asked for fail the test.",
        ),
    },
)

_REDACT = Keys(
    says="What never reaches a recording, on top of the built-in rules.",
    keys={
        "headers": _names("Header names."),
        "query": _names("Names in the query."),
        "form": _names("Names in a form body."),
        "json": _names("JSON Pointers, or names at any depth."),
        "patterns": Key(kind="strings", check=_expression, says="Regular expressions."),
        "variables": _variables("More variables whose values are redacted; they need not be set."),
    },
)

_UPSTREAM = Keys(
    says="How the real service is reached.",
    keys={
        "timeout": Key(kind="number", default=30, says="Seconds without an answer before the client gets 504."),
        "verify": Key(kind="boolean", default=True, says="Whether its certificate is verified."),
        "ca": Key(
            kind="string",
            says="A file of more CAs to trust (PEM), for staging and tests; relative to the file that names it.",
        ),
        "max_body": Key(
            kind="integer", default=16_000_000, says="Bytes; larger bodies stream through and are not stored."
        ),
        "address": Key(
            kind="string", check=_address, says="Another address in place of the real one, as 127.0.0.1:8443."
        ),
    },
)


def _hook(says: str) -> Key:
    return Key(
        kind="string",
        pattern=r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*",
        wrong="{key} is {value!r}: give it a function as module:function",
        says=says,
    )


_HOOKS = Keys(
    says="Functions for what TOML cannot say, each as module:function.",
    keys={
        "compare": _hook("Gives a request the form in which it is compared."),
        "respond": _hook("Makes the response to a request."),
        "redact": _hook("Takes more out of an interaction before it is stored."),
    },
)

PROFILE = Keys(
    says="A service profile: all that is known of one third party.",
    required=("schema", "name", "endpoints"),
    keys={
        "schema": Key(kind="integer", default=SCHEMA, says="The version of this format."),
        "name": Key(
            kind="string",
            pattern="[a-z0-9][a-z0-9_-]*",
            wrong="{key} {value!r} must be lower-case letters, digits, - and _",
            says="What the profile is called.",
        ),
        "summary": Key(kind="string", says="One line for people."),
        "requires_recproxy": Key(kind="string", says="Versions of recproxy that can use the profile, as >=0.2."),
        "credentials": _variables(
            "Variables that must be set to record or run live. Their values are redacted wherever they stand."
        ),
        "endpoints": _ENDPOINT,
        "placeholders": Key(
            kind="mapping", says="Values for variables that are not set, in replay and auto: no secrets."
        ),
        "match": _MATCH,
        "redact": _REDACT,
        "replay": Keys(
            says="How recorded answers are sent.",
            keys={
                "pace": Key(
                    kind="choice",
                    choices=("none", "recorded"),
                    says="Whether answers come at once, or as they came when they were recorded.",
                )
            },
        ),
        "upstream": _UPSTREAM,
        "hooks": _HOOKS,
    },
)
