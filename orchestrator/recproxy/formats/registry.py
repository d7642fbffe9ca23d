"""All formats, one row each, and the look-up by content.

A row's module is imported when the row is first used: that keeps proxies that read only `.rec` files light.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from recproxy.formats import sniffing
from recproxy.formats.values import Dumped, FolderFormat, Format, Loaded
from recproxy.recording import Recording, load

__all__ = ["FOLDER_FORMATS", "FORMATS", "HEAD", "by_name", "folder_format_of", "format_of", "unread_format"]

#: As much of a file as sniffing looks at.
HEAD = 65536


def _load(module: str, function: str = "load") -> Callable[[bytes, str], Loaded]:
    def load(data: bytes, path: str) -> Loaded:
        found: Loaded = getattr(import_module(f"recproxy.formats.{module}"), function)(data, path)
        return found

    return load


def _load_folder(module: str) -> Callable[[Mapping[str, bytes], str], Loaded]:
    def load(files: Mapping[str, bytes], path: str) -> Loaded:
        found: Loaded = import_module(f"recproxy.formats.{module}").load(files, path)
        return found

    return load


def _dump(module: str, function: str = "dump") -> Callable[[Recording], Dumped]:
    def dump(recording: Recording) -> Dumped:
        found: Dumped = getattr(import_module(f"recproxy.formats.{module}"), function)(recording)
        return found

    return dump


def _load_rec(data: bytes, path: str) -> Loaded:
    return Loaded(recording=load(data, path=path))


#: In the order in which they are tried.
FORMATS: tuple[Format, ...] = (
    Format(
        name="php-vcr",
        title="PHP-VCR cassette (YAML)",
        suffixes=(".yml", ".yaml"),
        sniff=sniffing.php_vcr,
        load=_load("php_vcr"),
    ),
    Format(
        name="php-vcr-json",
        title="PHP-VCR cassette (JSON)",
        suffixes=(".json",),
        sniff=sniffing.php_vcr_json,
        load=_load("php_vcr", "load_json"),
    ),
    Format(
        name="go-vcr",
        title="go-vcr cassette (YAML)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.go_vcr,
        load=_load("go_vcr"),
    ),
    Format(
        name="vcrpy",
        title="vcrpy cassette (YAML)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.vcrpy_yaml,
        load=_load("vcrpy"),
        dump=_dump("vcrpy"),
    ),
    Format(
        name="vcrpy-json",
        title="vcrpy cassette (JSON)",
        suffixes=(".json",),
        sniff=sniffing.vcrpy_json,
        load=_load("vcrpy", "load_json"),
        dump=_dump("vcrpy", "dump_json"),
    ),
    Format(
        name="har",
        title="HAR 1.2",
        suffixes=(".har",),
        sniff=sniffing.har,
        load=_load("har"),
        dump=_dump("har_writing"),
    ),
    Format(
        name="har-yaml",
        title="HAR in YAML (Polly.js)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.har_yaml,
        load=_load("har", "load_yaml"),
    ),
    Format(
        name="responses",
        title="responses recorder (YAML)",
        suffixes=(".yaml", ".yml"),
        sniff=sniffing.responses_yaml,
        load=_load("responses"),
        dump=_dump("responses"),
    ),
    Format(
        name="responses-toml",
        title="responses recorder (TOML)",
        suffixes=(".toml",),
        sniff=sniffing.responses_toml,
        load=_load("responses", "load_toml"),
        dump=_dump("responses", "dump_toml"),
    ),
    Format(
        name="betamax",
        title="Betamax cassette (JSON)",
        suffixes=(".json",),
        sniff=sniffing.betamax,
        load=_load("betamax"),
    ),
    Format(
        name="ruby-vcr",
        title="cassette of Ruby's VCR (YAML)",
        suffixes=(".yml", ".yaml"),
        sniff=sniffing.ruby_vcr,
        load=_load("betamax", "load_ruby"),
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
        load=_load_folder("f1"),
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
