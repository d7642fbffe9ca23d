"""Automata for values: many values are found as few are, in every form, by the same owner."""

import random

import pytest

from recproxy.redaction import value_automata
from recproxy.redaction.secret_values import SecretValue
from recproxy.redaction.value_automata import kept_automata, made_automata
from recproxy.redaction.value_forms import forms, grouped, may_hold_groups
from recproxy.redaction.value_search import made_search

CHANCE = random.Random(4)
HEX = [f"{CHANCE.getrandbits(bits):0{bits // 4}x}".encode() for bits in (64, 68, 128, 128, 160)]
UUID = b"%s-%s-%s-%s-%s" % (HEX[2][:8], HEX[2][8:12], HEX[2][12:16], HEX[2][16:20], HEX[2][20:])
OTHER = b"9f8b7a6c-1d2e-4f30-8a4b-5c6d7e8f9a0b"
BASE32 = [b"JBSWY3DPEHPK3PXP", b"JBSWY3DPEHPK3PXPAAB", b"mfrggzdfmztwq2lk"]
VALUES = (
    *HEX,
    UUID,
    OTHER.upper(),
    OTHER,
    OTHER.replace(b"-", b""),
    *BASE32,
    "pässword 1".encode(),
    b"x" * 40 + HEX[4] * 3,
)
PLACES = (b"see %s.", b'{"a":"%s"}', b"%s")


def told(span):
    return span.start, span.end, span.rule, span.kind, span.value


@pytest.mark.parametrize("order", [1, -1])
def test_many_values_are_found_as_few_are(order, monkeypatch):
    values = {value: SecretValue(f"rule {number}") for number, value in enumerate(VALUES[::order])}
    texts = {form.text for value in VALUES for form in forms(value)}
    texts |= {text[:-1] + b"\n" for text in texts}
    found = []
    for many in (1000, 1):
        monkeypatch.setattr(value_automata, "_MANY", many)
        search = made_search(made_automata(values))
        found.append([sorted(map(told, search._direct(place % text))) for text in sorted(texts) for place in PLACES])
    assert found[0] == found[1]
    assert sum(map(bool, found[0])) > 1000


def test_a_few_short_texts_are_searched_without_an_automaton_and_alike(monkeypatch):
    values = {value: SecretValue(f"rule {number}", field=not number % 3) for number, value in enumerate(VALUES)}
    texts = [b" ".join((form.text, value)) for value in VALUES for form in forms(value)] + [b'"%s"' % VALUES[0]]
    found = []
    for looks in (0, 10**9):
        monkeypatch.setattr(value_automata, "_LOOKS", looks)
        automata = made_automata(values)
        finders = (automata.plain, automata.coded, automata.fields)
        found.append([[list(each.find(text * 2)) for each in finders] for text in texts])
    assert found[0] == found[1]
    assert [any(places) for places in zip(*found[0], strict=True)] == [True, True, True]


def test_a_text_that_holds_a_form_in_groups_is_told_apart_from_most_others():
    in_groups = [text for value in VALUES for text in grouped(value)]
    assert len(in_groups) > 200
    assert [text for text in in_groups if not may_hold_groups(b"x%sx" % text)] == []
    for text in (b'{"id":"12345678", "name":"A-Z", "at":"2026-11-29T12:00:00Z"}', HEX[4], b"a b c d e f g h", b""):
        assert not may_hold_groups(text)


def test_automata_of_few_values_are_made_once():
    few = {value: SecretValue("rule") for value in VALUES[:3]}
    other = {**few, VALUES[0]: SecretValue("rule", field=True)}
    many = {b"value-number-%d" % number: SecretValue("rule") for number in range(100)}

    assert kept_automata(few) is kept_automata(dict(few))
    assert kept_automata(few) is not kept_automata(other)
    assert kept_automata(many) is not kept_automata(many)
    assert (kept_automata(few).values, kept_automata(other).values) == (few, other)
