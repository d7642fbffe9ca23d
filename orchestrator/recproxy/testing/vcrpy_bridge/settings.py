"""What a suite asked vcrpy for: what of it a scope is told, and what cannot be honoured outside of the process.

Knows the words of vcrpy's configuration, and its functions by their names alone. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recproxy.testing.vcrpy_bridge.cassette_facts import UNLIKE_WHEN_RECORDED

__all__ = ["CassetteSettings", "matcher_words", "read_settings"]

#: Where vcrpy's own matchers are, and those that compare what recproxy compares under the same name.
_MATCHERS = "vcr.matchers"
_WORDS = frozenset(("method", "scheme", "host", "port", "path", "query", "headers", "body", "raw_body", "uri"))
#: vcrpy's `query` leaves out parameters without a value.
_OTHER_WORDS = {"query": "filled_query"}
#: This machine, as a suite ignores it.
_LOCAL = ("127.0.0.1", "localhost")
_FILTERS = ("filter_headers", "filter_query_parameters", "filter_post_data_parameters")
#: What is done to interactions while a cassette is loaded: then its file does not say what is played.
_LOADING = (
    "before_record_response",
    "decode_compressed_response",
    "filter_sensitive_data",
    "after_load_interaction",
    "ignore_hosts",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteSettings:
    """What one cassette was opened with.

    `ignore` are the names that vcrpy would have filtered out of live requests. `calls` says that functions of the suite
    have a say in what matches. `rewrites` says that what is played is not what stands in the file. `takes_local` says that
    not all of this machine is ignored. `unhonoured` are lines for people.
    """

    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calls: bool = False
    rewrites: bool = False
    takes_local: bool = True
    unhonoured: tuple[str, ...] = ()


def read_settings(vcr: object, options: Mapping[str, Any]) -> CassetteSettings:
    """The settings of a cassette: `options` of `use_cassette` go before those of the `VCR` object."""

    def said(name: str) -> Any:
        return options.get(name, getattr(vcr, name, None))

    ignored = [host for host in _LOCAL if said("ignore_localhost") or _fits(said("ignore_hosts"), host)]
    callback = options.get("before_record_request", options.get("before_record", said("before_record_request")))
    return CassetteSettings(
        ignore=_ignored(said),
        calls=bool(callback) or bool(0 < len(ignored) < len(_LOCAL)) or _calls(said),
        rewrites=bool(callback) or any(said(name) for name in _LOADING),
        takes_local=len(ignored) < len(_LOCAL),
        unhonoured=tuple(_unhonoured(said)),
    )


def matcher_words(matchers: Iterable[Callable[..., object]]) -> tuple[tuple[str, ...], bool]:
    """The words of `match_on` for vcrpy's matcher functions, and whether the suite has others."""
    words: list[str] = []
    custom = False
    for matcher in matchers:
        name = getattr(matcher, "__name__", "")
        if getattr(matcher, "__module__", "") == _MATCHERS and name in _WORDS:
            words.append(_OTHER_WORDS.get(name, name))
        else:
            custom = True
    return tuple(words), custom


def _ignored(said: Callable[[str], Any]) -> dict[str, tuple[str, ...]]:
    posted = _names(said("filter_post_data_parameters"))
    ignored = {
        "headers": (*_names(said("filter_headers")), *UNLIKE_WHEN_RECORDED),
        "query": _names(said("filter_query_parameters")),
        "form": posted,
        "json": tuple("/" + name.replace("~", "~0").replace("/", "~1") for name in posted),
    }
    return {part: names for part, names in ignored.items() if names}


def _calls(said: Callable[[str], Any]) -> bool:
    """Whether filters do more than to leave names out."""
    entries = [entry for name in _FILTERS for entry in said(name) or ()]
    if any(not isinstance(entry, str) and callable(entry[1]) for entry in entries):
        return True
    return bool(said("filter_nested_post_data_parameters") and said("filter_post_data_parameters"))


def _fits(hosts: Any, host: str) -> bool:
    """Whether a host is one of those that are ignored: names, or patterns of whole names."""
    return any(each.fullmatch(host) if isinstance(each, re.Pattern) else each == host for each in hosts or ())


def _unhonoured(said: Callable[[str], Any]) -> Iterable[str]:
    for host in said("ignore_hosts") or ():
        if host in _LOCAL:
            continue
        yield f"ignore_hosts {getattr(host, 'pattern', host)}: list it in pass_hosts, or cassettes answer for it"
    if said("skip_patchers"):
        yield f"skip_patchers {', '.join(said('skip_patchers'))}: cassettes answer every client"


def _names(entries: Any) -> tuple[str, ...]:
    """The names of a filter, whose entries are names or pairs of a name and what replaces its value."""
    return tuple(entry if isinstance(entry, str) else entry[0] for entry in entries or ())
