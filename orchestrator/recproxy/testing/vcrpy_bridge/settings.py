"""What a suite asked vcrpy for: what of it a scope is told, and what cannot be honoured outside of the process.

Knows the words of vcrpy's configuration, and its functions by their names alone. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["CassetteSettings", "matcher_words", "read_settings"]

#: Where vcrpy's own matchers are, and those that compare what recproxy compares under the same name.
_MATCHERS = "vcr.matchers"
_WORDS = frozenset(("method", "scheme", "host", "port", "path", "query", "headers", "body", "raw_body", "uri"))
#: vcrpy's `query` leaves out parameters without a value.
_OTHER_WORDS = {"query": "filled_query"}
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

    `ignore` are the names that vcrpy would have filtered out of live requests. `rewrites` says that what is played is
    not what stands in the file. `unhonoured` are lines for people.
    """

    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rewrites: bool = False
    unhonoured: tuple[str, ...] = ()


def read_settings(vcr: object, options: Mapping[str, Any]) -> CassetteSettings:
    """The settings of a cassette: `options` of `use_cassette` go before those of the `VCR` object."""

    def said(name: str) -> Any:
        return options.get(name, getattr(vcr, name, None))

    callbacks = _several(
        options.get("before_record_request", options.get("before_record", said("before_record_request")))
    )
    return CassetteSettings(
        ignore=_ignored(said),
        rewrites=bool(callbacks) or any(said(name) for name in _LOADING),
        unhonoured=(
            *(
                f"before_record_request {_named(each)}: live requests are matched as they are sent"
                for each in callbacks
            ),
            *_unhonoured(said, _several(options.get("custom_patches") or getattr(vcr, "_custom_patches", None))),
        ),
    )


def matcher_words(matchers: Iterable[Callable[..., object]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of `match_on` for vcrpy's matcher functions, and a line for each that has none."""
    words: list[str] = []
    unhonoured: list[str] = []
    for matcher in matchers:
        name = getattr(matcher, "__name__", "")
        if getattr(matcher, "__module__", "") == _MATCHERS and name in _WORDS:
            words.append(_OTHER_WORDS.get(name, name))
        else:
            unhonoured.append(f"matcher {_named(matcher)}: not compared")
    return tuple(words), tuple(unhonoured)


def _ignored(said: Callable[[str], Any]) -> dict[str, tuple[str, ...]]:
    posted = _names(said("filter_post_data_parameters"))
    ignored = {
        "headers": _names(said("filter_headers")),
        "query": _names(said("filter_query_parameters")),
        "form": posted,
        "json": tuple("/" + name.replace("~", "~0").replace("/", "~1") for name in posted),
    }
    return {part: names for part, names in ignored.items() if names}


def _unhonoured(said: Callable[[str], Any], patches: tuple[Any, ...]) -> Iterable[str]:
    if patches:
        yield "custom_patches: no client is patched"
    for host in said("ignore_hosts") or ():
        yield f"ignore_hosts {getattr(host, 'pattern', host)}: list it in pass_hosts, or cassettes answer for it"
    if said("skip_patchers"):
        yield f"skip_patchers {', '.join(said('skip_patchers'))}: cassettes answer every client"
    if said("filter_nested_post_data_parameters") and said("filter_post_data_parameters"):
        yield "filter_nested_post_data_parameters: only the outermost keys are left out of the comparison"


def _names(entries: Any) -> tuple[str, ...]:
    """The names of a filter, whose entries are names or pairs of a name and what replaces its value."""
    return tuple(entry if isinstance(entry, str) else entry[0] for entry in entries or ())


def _several(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, Iterable) else (value,)


def _named(function: Any) -> str:
    """A function for people: its name, and where it stands."""
    inner = getattr(function, "func", function)  # functools.partial
    name = getattr(inner, "__qualname__", type(inner).__name__).replace("<locals>.", "")
    code = getattr(inner, "__code__", None)
    return f"{name} ({Path(code.co_filename).name}:{code.co_firstlineno})" if code is not None else name
