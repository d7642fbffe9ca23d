"""The detectors of detect-secrets, and a fast look at which of them may find something in a text.

An automaton finds the words of all detectors in one pass; an expression of bytes decides at each word, or where there
is none in the whole text. Only the detectors that are left read the text, and only lines with one of their words.
What the fast look lets pass holds every find: it goes by detectors whose expressions are those it was made for, and
lets others read everything.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from typing import Any, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

__all__ = ["are_there", "detected", "may_detect"]

_MADE_FOR = "1.5.0"  # of detect-secrets
_TRIES = 100  # places of words in a text after which a detector reads it in any case


class _Row(NamedTuple):
    """A detector: its module and class, the CRC of its expressions, its words, and what must match at one of them.

    Without words the expression is looked for in the whole text.
    """

    module: str
    kind: str
    known: int
    words: tuple[str, ...]
    pattern: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Detector:
    row: _Row
    words: tuple[str, ...]
    pattern: re.Pattern[bytes] | None


@dataclass(frozen=True, slots=True)
class _Detectors:
    all: tuple[_Detector, ...]
    automaton: BytesAhoCorasick
    owners: tuple[int, ...]


def _cases(word: str) -> tuple[str, ...]:
    """A word in every spelling that an expression takes for it where case does not count."""
    more = {"s": "\u017f", "k": "\u212a"}
    return tuple(map("".join, product(*(letter + letter.upper() + more.get(letter, "") for letter in word))))


#: Detectors for keys of one form. Those that guess by entropy or by a word near by call ids and digests secrets, which
#: a recording is full of; the detector of private keys wants their first line, which we keep.
_ROWS = (
    _Row("artifactory", "ArtifactoryDetector", 0x429B434F, ("AKC", "AP"), rb"AKC[a-zA-Z0-9]{10}|AP[0-9A-F\x80-\xff]"),
    _Row("aws", "AWSKeyDetector", 0x2FA7BBBA, ("A3T", "ABIA", "ACCA", "AKIA", "ASIA", *_cases("aws"))),
    _Row("azure_storage_key", "AzureStorageKeyDetector", 0x1509B784, ("AccountKey=",)),
    _Row(
        "basic_auth",
        "BasicAuthDetector",
        0x9985DA15,
        (),
        rb"://[^:/?#\[\]@!$&'()*+,;=\s]+:[^:/?#\[\]@!$&'()*+,;=\s]+@",
    ),
    _Row(
        "discord",
        "DiscordBotTokenDetector",
        0x28B2C244,
        (),
        rb"\.[a-zA-Z0-9_\x80-\xff-]{6,24}\.[a-zA-Z0-9_\x80-\xff-]{27}",
    ),
    _Row("github_token", "GitHubTokenDetector", 0x94D5B174, ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    _Row(
        "gitlab_token",
        "GitLabTokenDetector",
        0x834E898C,
        (
            "glpat-",
            "gldt-",
            "glft-",
            "glsoat-",
            "glrt-",
            "GR1348941",
            "glcbt-",
            "glimt-",
            "glptt-",
            "glagent-",
            "gloas-",
        ),
    ),
    _Row("jwt", "JwtTokenDetector", 0x930B25B3, ("eyJ",), rb"eyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]"),
    _Row("mailchimp", "MailchimpDetector", 0x58745F64, ("-us",), rb"-us[0-9](?<=[0-9a-z]{32}-us[0-9])"),
    _Row("npm", "NpmDetector", 0x7932ADCD, ("_authToken=",)),
    _Row("openai", "OpenAIDetector", 0x4750F8AD, ("T3BlbkFJ",)),
    _Row("pypi_token", "PypiTokenDetector", 0xCF2DFD49, ("pypi-Ag",)),
    _Row("sendgrid", "SendGridDetector", 0x6FE7F485, ("SG.",), rb"SG\.[a-zA-Z0-9_-]{22}\.[a-zA-Z0-9_-]{43}"),
    _Row(
        "slack",
        "SlackDetector",
        0xEEA48FB7,
        (*_cases("xox"), *_cases("hook")),
        rb"(?i:xox)[abporsABPORS\xc5]|(?i:hoo)(?:[kK]|\xe2\x84\xaa)(?:[sS]|\xc5\xbf)\.",
    ),
    _Row("square_oauth", "SquareOAuthDetector", 0xC9868BCC, ("sq0csp-",)),
    _Row("stripe", "StripeDetector", 0xFA64844E, ("rk_live_", "sk_live_")),
    _Row("telegram_token", "TelegramBotTokenDetector", 0x5B5279CD, (), rb":(?<=[0-9\x80-\xff]:)[0-9A-Za-z_-]{35}"),
    _Row("twilio", "TwilioKeyDetector", 0x48B3402D, ("AC", "SK"), rb"(?:AC|SK)[a-z0-9]{32}"),
)


def are_there() -> bool:
    """Whether detect-secrets is installed."""
    return _detectors() is not None


def may_detect(text: bytes) -> bool:
    """Whether detectors may find anything in a text, or in a part of it."""
    known = _detectors()
    return known is not None and bool(_chosen(text, known))


def detected(text: bytes) -> Iterator[tuple[str, str]]:
    """What detectors find in a text: the rule and the value. Nothing where detect-secrets is not installed."""
    known = _detectors()
    if known is None or not (chosen := _chosen(text, known)):
        return
    readers = [(each.words, _plugin(each.row)) for number, each in enumerate(known.all) if number in chosen]
    for line in text.decode("utf-8", "replace").splitlines():
        for words, plugin in readers:
            if not words or any(word in line for word in words):
                for value in plugin.analyze_string(line):
                    yield plugin.secret_type.lower(), value


def _chosen(text: bytes, known: _Detectors) -> set[int]:
    """The numbers of the detectors that may find something in a text."""
    chosen = {
        number
        for number, each in enumerate(known.all)
        if not each.words and (each.pattern is None or each.pattern.search(text))
    }
    tries = [_TRIES] * len(known.all)
    for word, start, _ in known.automaton.find_matches_as_indexes(text, overlapping=True):
        number = known.owners[word]
        if number not in chosen:
            pattern = known.all[number].pattern
            tries[number] -= 1
            if pattern is None or not tries[number] or pattern.match(text, start):
                chosen.add(number)
    return chosen


@lru_cache(maxsize=1)
def _detectors() -> _Detectors | None:
    try:
        loaded = tuple(_detector(row) for row in _ROWS)
    except ImportError:
        return None
    words = [(word.encode(), number) for number, each in enumerate(loaded) for word in each.words]
    automaton = BytesAhoCorasick([word for word, _ in words], implementation=Implementation.DFA)
    return _Detectors(loaded, automaton, tuple(number for _, number in words))


def _detector(row: _Row) -> _Detector:
    if not _is_made_for():
        expressions = [(each.pattern, each.flags) for each in getattr(_plugin(row), "denylist", ())]
        if zlib.crc32(repr(expressions).encode()) != row.known:
            return _Detector(row, (), None)
    return _Detector(row, row.words, re.compile(row.pattern) if row.pattern else None)


def _is_made_for() -> bool:
    """Whether the installed release is the one whose expressions the rows were made for: its modules load slowly."""
    try:
        return version("detect-secrets") == _MADE_FOR
    except PackageNotFoundError:
        return False


def _plugin(row: _Row) -> Any:
    return getattr(import_module(f"detect_secrets.plugins.{row.module}"), row.kind)()
