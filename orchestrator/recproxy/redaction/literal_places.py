"""Secrets in literals: what a file of PHP sets, and what logs print of the mappings of Python and Ruby.

    define('DB_PASSWORD', '...');  $password = '...';  'password' => '...',
    kwargs={'password': '...'}     Parameters: {"password"=>"...", :token=>"..."}

The settings of WordPress, Drupal, Laravel and others are files of PHP. Source code has the same forms with words in them,
so a word is a value in a constant only. Reads the text itself, and the same in a string of JSON. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.names import is_label, is_secret, is_wordy, looks_like_a_token, may_be_secret
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.prose import is_prose
from recproxy.redaction.spans import Span, wild_name

__all__ = ["is_php", "php_spans", "printed_spans"]

_QUOTE = rb"(?:'|\\?\")"
_NAME = rb"(?P<name>[A-Za-z_][A-Za-z0-9_.-]{0,80})"
_NAMED = _QUOTE + _NAME + _QUOTE + rb"\s{0,20}"
#: A literal. In double quotes `$` begins a variable.
_LITERAL = rb"\s{0,20}(?:'((?:[^'\\\r\n]|\\[^nr\n]){3,}+)'|\\?\"((?:[^\"\\$\r\n]|\\[^nr\"\n]){3,}+)\\?\")"
_CONSTANT = lazy_pattern(rb"define\(\s{0,8}" + _NAMED + rb"," + _LITERAL + rb"(?=\s{0,8}[,)])")
_MEMBER = lazy_pattern(
    rb"(?:\$|->|::\$?|const |\["
    + _QUOTE
    + rb")"
    + _NAME
    + rb"(?:"
    + _QUOTE
    + rb"\])?\s{0,8}="
    + _LITERAL
    + rb"(?=\s{0,8};)"
)
_PAIR = lazy_pattern(_NAMED + rb"=>" + _LITERAL + rb"(?=\s{0,8}[,)\]]|(?:\\[nr]){1,2}|\s{0,8}//)")
#: The second argument stands in where the environment has no such variable.
_DEFAULT = lazy_pattern(rb"env\(\s{0,8}" + _NAMED + rb"," + _LITERAL)
#: What stands between a name and its literal in what Python and Ruby print.
_SIGNS = (b"':", b"=>")
_KEY = lazy_pattern(rb"(?:'|:|\\?\")([A-Za-z_][A-Za-z0-9_.-]{0,80})(?:'|\\?\"|(?<=[A-Za-z0-9_]))\s{0,4}\Z")
_VALUE = lazy_pattern(_LITERAL + rb"(?=\s{0,8}[,})\]])")
#: Of WordPress.
_SALT = lazy_pattern(rb"(?:SECURE_)?(?:AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)\Z")
_SAMPLE = lazy_pattern(rb"(?i)put your|_here\Z|\byour[ _-]|\Aexample|\Achange[ _-]?(?:me|this)")
#: What Laravel asks of a field: `required|min:8`.
_CHECKS = lazy_pattern(rb"[a-z_]+(?::[^|]*)?(?:\|[a-z_]+(?::[^|]*)?)+\Z")
_DIGIT = lazy_pattern(rb"[0-9]")


def is_php(text: bytes) -> bool:
    """Whether a text is of PHP, or has some in it."""
    return b"<?php" in text


def php_spans(text: bytes) -> Iterator[Span]:
    """The secrets that a text of PHP sets."""
    for found in _CONSTANT.finditer(text):
        yield from _named(found["name"], found, may_be_word=True)
    for places in (_MEMBER, _PAIR, _DEFAULT):
        for found in places.finditer(text):
            yield from _named(found["name"], found, may_be_word=False)


def printed_spans(text: bytes) -> Iterator[Span]:
    """The secrets of mappings that a log prints."""
    for sign in _SIGNS:
        at = text.find(sign)
        while at >= 0:
            behind = at + len(sign)
            key = _KEY.search(text, max(0, at - 90), at + (sign == b"':"))
            if key is not None and may_be_secret(key[1]) and (found := _VALUE.match(text, behind)) is not None:
                yield from _named(key[1], found, may_be_word=False)
            at = text.find(sign, behind)


def _named(name: bytes, found: re.Match[bytes], *, may_be_word: bool) -> Iterator[Span]:
    """The literal that was found behind a name, its last group, if it is a secret."""
    group = found.lastindex or 1
    value = found[group]
    is_salt = _SALT.match(name) is not None
    if not is_salt and not is_secret(name, value):
        return
    if (
        is_placeholder(value)
        or _SAMPLE.search(value)
        or _CHECKS.match(value)
        or is_label(name, value)
        or is_prose(value)
    ):
        return
    mixed = looks_like_a_token(value) or (_DIGIT.search(value) and b" " not in value)
    if may_be_word or is_salt or (mixed and (is_secret(name, b"x") or not is_wordy(value))):
        yield Span(*found.span(group), "text", wild_name(name.lower()), value=value)
