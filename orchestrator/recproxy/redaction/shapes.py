"""Secrets known by their shape: tokens and keys that their makers gave a form of their own.

Each row has a word that must occur, so that most texts are left after a few fast searches. Knows text, not where it
stands. A shape is taken in only if it names a secret: ids that merely look random are not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from recproxy.redaction.spans import Span

__all__ = ["JWT", "shapes"]


class _Shape(NamedTuple):
    rule: str
    hint: bytes
    places: re.Pattern[bytes]


def _shape(rule: str, hint: bytes, places: bytes) -> _Shape:
    return _Shape(rule, hint, re.compile(places))


_EDGE = rb"(?<![A-Za-z0-9_-])"

#: JWS with two dots, JWE with four.
JWT = rb"(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{5,}\.(?:eyJ[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*|[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3})"

#: A place in a group is the secret; without a group all of it is.
_SHAPES = (
    _shape("jwt", b"eyJ", JWT),
    _shape(
        "private key",
        b"PRIVATE KEY",
        rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[rn])*"
        rb"((?:(?!-----(?:END|BEGIN)|\\[rn]-----|\s{1,4}-----)[\s\S])+)",
    ),
    _shape("bearer token", b"earer ", rb"(?<![A-Za-z])[Bb]earer\s+([A-Za-z0-9._~+/-]{16,}=*)"),
    _shape("user info", b"@", rb"(?<=://)([^\s/?#@:\"'<>\\]*:[^\s/?#@\"'<>\\]+)(?=@)"),
    _shape("user info", b"@", rb"(?<=://)([A-Za-z0-9_.~%-]{16,})(?=@)"),
    _shape("aws key", b"A", _EDGE + rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _shape("azure key", b"Account", rb"AccountKey=([A-Za-z0-9+/]{40,}={0,2})"),
    _shape("azure key", b"SharedAccess", rb"SharedAccess(?:Key|Signature)=([^;\s\"'<>&]{16,})"),
    _shape("slack token", b"xox", _EDGE + rb"xox[a-z](?:\.xox[a-z])?-[0-9A-Za-z-]{10,}"),
    _shape("slack token", b"xapp-", _EDGE + rb"xapp-[0-9]-[0-9A-Za-z-]{10,}"),
    _shape(
        "slack webhook",
        b"hooks.slack.com",
        rb"hooks\.slack\.com\\?/(?:services|workflows|triggers)\\?/([A-Za-z0-9/\\_-]{20,})",
    ),
    _shape("github token", b"gh", _EDGE + rb"gh[pousr]_[A-Za-z0-9]{20,}"),
    _shape("github token", b"github_pat_", _EDGE + rb"github_pat_[A-Za-z0-9_]{20,}"),
    _shape("stripe key", b"k_", _EDGE + rb"(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,}"),
    _shape("stripe key", b"whsec_", _EDGE + rb"whsec_[0-9A-Za-z+/=]{16,}"),
    _shape("google key", b"AIza", _EDGE + rb"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    _shape("google key", b"ya29", _EDGE + rb"ya29\.[0-9A-Za-z_.-]{10,}"),
    _shape("google key", b"GOCSPX-", _EDGE + rb"GOCSPX-[0-9A-Za-z_-]{20,}"),
    _shape("google key", b"1", rb"(?<![A-Za-z0-9_/:-])1(?://|\\/\\/|%2[Ff]%2[Ff])0[0-9A-Za-z_-]{20,}"),
    _shape("google key", b"4", rb"(?<![A-Za-z0-9_-])4(?:/|\\/|%2[Ff])0[0-9A-Za-z_-]{30,}"),
    _shape("bitly key", b"R_", _EDGE + rb"R_[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("twitter token", b"AAAAAAAAAA", rb"(?<![A-Za-z0-9+/])A{20,}[0-9A-Za-z%]{20,}"),
    _shape(
        "twitter token",
        b"-",
        rb"(?<![A-Za-z0-9_-])[0-9]{5,20}-(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{40}(?![0-9A-Za-z_-])",
    ),
    _shape("gitlab token", b"gl", _EDGE + rb"gl(?:pat|dt|rt|ptt|cbt|oas|soat|ft|imt|agent)-[0-9A-Za-z_-]{20,}"),
    _shape("npm token", b"npm_", _EDGE + rb"npm_[A-Za-z0-9]{36}"),
    _shape("pypi token", b"pypi-", _EDGE + rb"pypi-[A-Za-z0-9_-]{50,}"),
    _shape("sendgrid key", b"SG.", _EDGE + rb"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _shape("openai key", b"sk-", _EDGE + rb"sk-(?:[a-z]+[0-9]*-)*[A-Za-z0-9_-]{20,}"),
    _shape("twilio key", b"SK", _EDGE + rb"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("mailgun key", b"key-", _EDGE + rb"key-[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("mailchimp key", b"-us", _EDGE + rb"[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])"),
    _shape("shopify token", b"shp", _EDGE + rb"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _shape("square token", b"sq0", _EDGE + rb"sq0[a-z]{3}-[0-9A-Za-z_-]{22,}"),
    _shape("facebook token", b"EAA", _EDGE + rb"EAA[0-9A-Za-z]{60,}"),
    _shape("telegram token", b":AA", rb"(?<![0-9])[0-9]{8,10}:AA[0-9A-Za-z_-]{33}(?![0-9A-Za-z_-])"),
    _shape("hugging face token", b"hf_", _EDGE + rb"hf_[A-Za-z]{30,}"),
    _shape("digitalocean token", b"_v1_", _EDGE + rb"do[oprt]_v1_[0-9a-f]{64}"),
    _shape("vault token", b"hv", _EDGE + rb"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    _shape("linear key", b"lin_api_", _EDGE + rb"lin_api_[0-9A-Za-z]{32,}"),
)

_ONE_WORD = re.compile(r"\W+")


def shapes(text: bytes) -> Iterator[Span]:
    """The places of a text that have the shape of a secret."""
    for rule, hint, places in _SHAPES:
        if hint not in text:
            continue
        for found in places.finditer(text):
            group = 1 if places.groups else 0
            value = found[group]
            if group and rule == "private key":
                value = value.rstrip()
            start = found.start(group)
            yield Span(start, start + len(value), rule, _ONE_WORD.sub("_", rule), value=value)
