import copy
import importlib
import pkgutil
import re
import subprocess
import sys

import pytest

import recproxy
from recproxy.lazy import patterns
from recproxy.lazy.patterns import lazy_pattern, repeated

#: In which the memory of a process is told: bytes on macOS, else kilobytes.
UNITS_OF_A_MB = 1_000_000 if sys.platform == "darwin" else 1_000
#: What an import needs that is not installed everywhere, or acts when it is imported.
_ASIDE = ("recproxy.__main__", "recproxy.proxy.__main__", "recproxy.lsp", "recproxy.ui", "recproxy.tox", "recproxy.nox")


def test_it_offers_what_a_compiled_pattern_offers():
    lazy, compiled = (
        lazy_pattern(r"(?P<word>[a-z]+)(-)?", re.IGNORECASE),
        re.compile(r"(?P<word>[a-z]+)(-)?", re.IGNORECASE),
    )

    for name in ("search", "match", "fullmatch"):
        assert getattr(lazy_pattern(compiled.pattern, re.IGNORECASE), name)("Ab")["word"] == "Ab"
    assert [found[0] for found in lazy.finditer("a b-")] == ["a", "b-"]
    assert lazy_pattern(compiled.pattern, re.IGNORECASE).findall("a B-") == compiled.findall("a B-")
    assert lazy_pattern(r",").split("a,b") == ["a", "b"]
    assert lazy_pattern(rb",").sub(b";", b"a,b") == b"a;b"
    assert lazy_pattern(rb",").subn(b";", b"a,b") == (b"a;b", 1)
    assert (lazy.pattern, lazy.flags, lazy.groups, dict(lazy.groupindex)) == (
        compiled.pattern,
        compiled.flags,
        compiled.groups,
        dict(compiled.groupindex),
    )


def test_it_compiles_at_its_first_use_and_only_then(monkeypatch):
    compiled = []
    monkeypatch.setattr(patterns.re, "compile", lambda *of: compiled.append(of) or re._compiler.compile(*of))
    lazy = lazy_pattern("a+", re.ASCII)

    assert (lazy.pattern, repr(lazy), copy.copy(lazy).pattern, compiled) == ("a+", "lazy_pattern('a+')", "a+", [])
    assert lazy.match("aa") and lazy.search("ba") and lazy.match("aa")
    assert compiled == [("a+", re.ASCII)]


def test_an_attribute_that_patterns_do_not_have_is_an_error_as_theirs_is():
    with pytest.raises(AttributeError, match="searches"):
        lazy_pattern("(").searches  # noqa: B018


@pytest.mark.parametrize(
    ("text", "read"),
    [("acabc", "acabc"), ("acabd", "ac"), ("", ""), ("b", ""), ("ac" * 1200 + "ab", "ac" * 1200)],
)
def test_a_repeated_group_is_read_as_often_as_it_comes(text, read):
    assert re.match(repeated("ab?c"), text)[0] == read
    assert re.match(repeated(b"ab?c"), text.encode())[0] == read.encode()


def test_nothing_is_given_back_of_a_repeated_group():
    assert re.match(repeated("ab?") + "ab", "ab" * 1000) is None


def test_a_group_that_is_repeated_without_end_takes_little_memory():
    program = """
import re, resource
from recproxy.lazy.patterns import repeated
text = b"ab," * 1_000_000
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert re.match(repeated(b"[a-z]*+,"), text).end() == len(text)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    grown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert int(grown) < 16 * UNITS_OF_A_MB


def test_every_pattern_of_the_package_compiles():
    names = [each.name for each in pkgutil.walk_packages(recproxy.__path__, "recproxy.") if each.name not in _ASIDE]
    found = 0
    for name in names:
        if name.startswith(tuple(f"{each}." for each in _ASIDE)):
            continue
        for value in vars(importlib.import_module(name)).values():
            for each in (
                value if isinstance(value, tuple | list) else value.values() if type(value) is dict else (value,)
            ):
                if isinstance(each, patterns._LazyPattern):
                    assert each.groups >= 0
                    found += 1
    assert found > 500


def test_the_start_of_a_run_compiles_no_pattern_that_is_lazy():
    program = """
from recproxy.lazy import patterns
patterns._LazyPattern.__getattr__ = lambda self, name: 1 / 0
import recproxy.proxy.forking, recproxy.orchestrator.run, recproxy.cli
"""
    subprocess.run([sys.executable, "-c", program], check=True)
