"""All formats, one row each, and the look-up by content.

A row's module is imported when the row is first used: that keeps proxies that read only `.rec` files light.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from recproxy.formats import sniffing
from recproxy.formats.values import FolderFormat, Format, Loaded
from recproxy.recording import load

__all__ = ["FOLDER_FORMATS", "FORMATS", "HEAD", "by_name", "folder_format_of", "format_of", "unread_format"]

#: As much of a file as sniffing looks at.
HEAD = 65536


def _later(module: str, function: str) -> Any:
    """A function of a module that is imported when it is first called."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"recproxy.formats.{module}"), function)(*arguments)

    return call


def _load_rec(data: bytes, path: str) -> Loaded:
    return Loaded(recording=load(data, path=path))


#: In the order in which they are tried.
FORMATS: tuple[Format, ...] = (
    Format(
        name="php-vcr",
        title="PHP-VCR cassette (YAML)",
        suffixes=(".yml", ".yaml"),
        sniff=sniffing.php_vcr,
        load=_later("php_vcr", "load"),
    ),
    Format(
        name="php-vcr-json",
        title="PHP-VCR cassette (JSON)",
        suffixes=(".json",),
        sniff=sniffing.php_vcr_json,
        load=_later("php_vcr", "load_json"),
    ),
    Format(
        name="go-vcr",
        title="go-vcr cassette (YAML)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.go_vcr,
        load=_later("go_vcr", "load"),
    ),
    Format(
        name="vcrpy",
        title="vcrpy cassette (YAML)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.vcrpy_yaml,
        load=_later("vcrpy", "load"),
        dump=_later("vcrpy", "dump"),
    ),
    Format(
        name="vcrpy-json",
        title="vcrpy cassette (JSON)",
        suffixes=(".json",),
        sniff=sniffing.vcrpy_json,
        load=_later("vcrpy", "load_json"),
        dump=_later("vcrpy", "dump_json"),
    ),
    Format(
        name="har",
        title="HAR 1.2",
        suffixes=(".har",),
        sniff=sniffing.har,
        load=_later("har", "load"),
        dump=_later("har_writing", "dump"),
        websockets=True,
    ),
    Format(
        name="har-yaml",
        title="HAR in YAML (Polly.js)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.har_yaml,
        load=_later("har", "load_yaml"),
    ),
    Format(
        name="responses",
        title="responses recorder (YAML)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.responses_yaml,
        load=_later("responses", "load"),
        dump=_later("responses", "dump"),
    ),
    Format(
        name="responses-toml",
        title="responses recorder (TOML)",
        suffixes=(".toml",),
        sniff=sniffing.responses_toml,
        load=_later("responses", "load_toml"),
        dump=_later("responses", "dump_toml"),
    ),
    Format(
        name="betamax",
        title="Betamax cassette (JSON)",
        suffixes=(".json",),
        sniff=sniffing.betamax,
        load=_later("betamax", "load"),
    ),
    Format(
        name="ruby-vcr",
        title="cassette of Ruby's VCR (YAML)",
        suffixes=(".yml", ".yaml"),
        sniff=sniffing.ruby_vcr,
        load=_later("betamax", "load_ruby"),
    ),
    Format(
        name="rec-2011",
        title=".rec of 2011",
        suffixes=(".rec",),
        sniff=sniffing.rec_2011,
        load=_load_rec,
    ),
)

FOLDER_FORMATS: tuple[FolderFormat, ...] = (
    FolderFormat(
        name="f1",
        title="capture of the F1 corpus",
        sniff=sniffing.f1_capture,
        load=_later("f1", "load"),
    ),
)


def format_of(head: bytes) -> Format | None:
    """The format of a file, detected from its first bytes; None if it is unknown."""
    head = head[:HEAD]
    return next((each for each in FORMATS if each.sniff(head)), None)


def unread_format(head: bytes) -> str | None:
    """What a file of another tool is that is known and not read, such as `a Pact contract`; None for any other file."""
    return sniffing.unread(head[:HEAD])


def folder_format_of(names: Iterable[str]) -> FolderFormat | None:
    """The format of a folder, detected from the names of the files in it; None if it is unknown."""
    known = frozenset(names)
    return next((each for each in FOLDER_FORMATS if each.sniff(known)), None)


def by_name(name: str) -> Format | None:
    """The format with this name; None if there is none."""
    return next((each for each in FORMATS if each.name == name), None)
