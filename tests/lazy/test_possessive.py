"""Groups that are repeated possessively, in all expressions of the package.

Before Python 3.11.5, `(?:ab?c)*+` goes on from the wrong place where its group fails after it has read something
(CPython's issue 106052): "aca" matches as a whole. `repeated("ab?c")` means the same and is right everywhere. So is a
group that fails only at its first letter, or whose alternatives are letters one behind the other, as
`(?:[^"\\\\]|\\\\.)*+`.
"""

import re
from importlib.machinery import SourceFileLoader
from pathlib import Path
from re import _constants as op
from re import _parser

import pytest

import recproxy

_PACKAGE = Path(recproxy.__file__).parent
_POSSESSIVE = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+")
_ONE = (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY)
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def test_no_group_goes_on_from_the_wrong_place_in_an_early_python():
    checked, found = 0, []
    for path in _PACKAGE.rglob("*.py"):
        # Compiled, as it is most often already: to parse all of the package takes three times as long.
        for group in (
            group for text in texts(SourceFileLoader("it", str(path)).get_code("it")) for group in groups(text)
        ):
            checked += 1
            if group is None or may_fail_late(group):
                found.append(f"{path.relative_to(_PACKAGE)}: {group}")

    assert found == []
    assert checked > 20


def test_texts_are_found_wherever_they_stand_in_a_module():
    code = compile(
        "A = 'one', {b'two': 3} if b'four' in (b'five', {'six'}) else ''\ndef f(b=('seven',)): return 'eight'",
        "",
        "exec",
    )

    assert {"one", "two", "four", "five", "six", "seven", "eight"} <= set(texts(code))


@pytest.mark.parametrize(
    ("group", "late"),
    [
        (r"(?:ab?c)", True),
        (r"(?:a(?!b).)", True),
        (r"(?:a|\r?\n )", True),
        (r"(?:[ab]*+c)", True),
        (r"(?:- +)", True),
        (r"(?:a(?:bc|de))", True),
        (r"(?:a(?>b)c)", True),
        (r"(?:abc)", False),
        (r"(?:[^\"]|\\.)", False),
        (r"(?:\\.[^\"]*+)", False),
        (r"(?:a|\n |\r\n )", False),
        (r"(?:[ab]++|c)", False),
        (r"(?:[ab]{4})", False),
        (r"(?:#[^\n]*\n?)", False),
    ],
)
def test_a_group_may_fail_after_it_has_read_something(group, late):
    assert may_fail_late(group) == late


def test_groups_are_found_by_what_stands_behind_them():
    assert list(groups(r"[)*+](a(b)?)*+\)*+ (c){2,}+(d)+ (?:[^]]|e)?+")) == ["(a(b)?)", "(c)", "(?:[^]]|e)"]
    assert list(groups("b)*+")) == [None]
    assert list(groups("f(x) ** (y)++")) == ["(y)"]


def texts(constant):
    """The texts among the constants of a module."""
    if isinstance(constant, str | bytes):
        yield constant if isinstance(constant, str) else constant.decode("latin-1")
    elif not isinstance(constant, tuple | frozenset):
        constant = getattr(constant, "co_consts", ())
    if isinstance(constant, tuple | frozenset):
        for each in constant:
            yield from texts(each)


def groups(text):
    """Each group in this text that is repeated possessively; None for one that begins in another text."""
    opened, members = [], None
    for found in re.finditer(r"\\.|[\[\]()]", text, re.DOTALL) if _POSSESSIVE.search(text) else ():
        letter, at = found[0], found.start()
        if members is not None:
            if letter == "]" and at > members:
                members = None
        elif letter == "[":
            members = found.end() + text.startswith("^", found.end())
        elif letter == "(":
            opened.append(at)
        elif letter == ")":
            begin = opened.pop() if opened else None
            if _POSSESSIVE.match(text, at):
                yield None if begin is None else text[begin : found.end()]


def may_fail_late(group):
    """Whether a group may fail when the place from which an early Python would go on is behind its beginning."""
    return _late(_parser.parse(re.sub(r"\(\?P=\w+\)", "x", group)))[0]


def _late(sequence, moved=False, away=False):
    """Whether it may fail late, and how it leaves things: `moved` has read something, `away` is the place to go on from."""
    late = False
    for what, value in sequence:
        if what in _ONE or what is op.AT:
            late, moved = late or away, moved or what is not op.AT
        elif what is op.SUBPATTERN:
            inner, moved, away = _late(value[3], moved, away)
            late = late or inner
        elif what is op.BRANCH:
            away = away or moved
            ends = [_late(each, moved, away) for each in value[1]]
            late = late or away or any(each[0] for each in ends)
            moved, away = (any(each[number] for each in ends) for number in (1, 2))
        elif what in _REPEATS:
            least, _, item = value
            away = away or moved
            inner = away or (not (len(item) == 1 and item[0][0] in _ONE) and _late(item, moved, away)[0])
            late = late or bool(least and inner)
            moved = away = True
        else:  # it looks ahead or back, or is a group of its own
            late, moved, away = late or moved or what is not op.ATOMIC_GROUP, True, True
    return late, moved, away
