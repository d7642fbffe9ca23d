"""What the site has besides the pages: an order, pages that are made from the code, and no links that lead out of it."""  # noqa: INP001 - MkDocs loads it by its path

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

from recproxy.cli.main import _recproxy
from recproxy.recording.directives import _DIRECTIVES, _PLACES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)(#[^)]*)?\)")
#: Code that Python's parser of HTML, which MkDocs asks for anchors, takes for a declaration and fails at.
DECLARATION = re.compile(r"`([^`\n]*<!\[[^`\n]*)`")
ITEM = re.compile(r"^- \[([^\]]+)\]\(([^)]+\.md)\)", re.MULTILINE)


def on_config(config: Any) -> Any:
    """Take the order of the pages from the index that people read in the repository."""
    sections = re.split(r"^## ", (DOCS / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    config.nav = [{"recproxy": "README.md"}]
    for section in sections:
        title, _, body = section.partition("\n")
        pages = [{name: path} for name, path in ITEM.findall(body)]
        if title == "Reference":
            pages += [{name: path} for path, (name, _) in made_pages().items()]
        config.nav.append({title: pages})
    config.nav.append({"Changelog": "changelog.md"})
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made, and the changelog."""
    changelog = re.sub(r"\]\(docs/", "](", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    made = {path: f"# {title}\n\n{text}" for path, (title, text) in made_pages().items()}
    for path, text in (made | {"changelog.md": changelog}).items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Links to files of the repository that are not in the site become their text; the changelog is in it."""
    folder = (DOCS / page.file.src_uri).parent

    def inside(link: re.Match[str]) -> str:
        target = link[2]
        if "://" in target or target.startswith("mailto:"):
            return link[0]
        path = (folder / target).resolve()
        if path == ROOT / "CHANGELOG.md":
            return f"[{link[1]}]({'../' * page.file.src_uri.count('/')}changelog.md)"
        return link[0] if path.is_relative_to(DOCS) or page.file.src_uri == "changelog.md" else link[1]

    pieces = FENCE.split(markdown)
    pieces[::2] = [DECLARATION.sub(_escaped, LINK.sub(inside, piece)) for piece in pieces[::2]]
    return "".join(pieces)


def _escaped(code: re.Match[str]) -> str:
    return f"<code>{html.escape(code[1])}</code>"


def made_pages() -> dict[str, tuple[str, str]]:
    """By path, the title and text of each page that is made from the code."""
    return {
        "reference/help.md": ("Help of each verb", "\n".join(_help(_recproxy, "recproxy"))),
        "reference/calls.md": ("Calls of the control address", "\n".join(_calls())),
        "reference/directives.md": ("Directives of the .rec format", "\n".join(_directives())),
    }


def _help(command: click.Command, name: str) -> list[str]:
    context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
    lines = [f"## {name}\n", "```text", command.get_help(context), "```\n"]
    below = command.commands if isinstance(command, click.Group) else {}
    return lines + [line for word in sorted(below) for line in _help(below[word], f"{name} {word}")]


def _calls() -> list[str]:
    api = json.loads((DOCS / "reference/control-address.openapi.json").read_text(encoding="utf-8"))
    lines = ["What [Control address](control-address.md) explains, as `control-address.openapi.json` says it.\n"]
    for path, methods in api["paths"].items():
        for method, call in methods.items():
            if not isinstance(call, dict) or "responses" not in call:
                continue
            lines += [f"## {method.upper()} {path}\n", call.get("summary") or call.get("description", ""), ""]
            lines += ["| status | meaning |", "|---|---|"]
            lines += [
                f"| {status} | {said.get('description', said.get('$ref', '').rpartition('/')[2])} |"
                for status, said in call["responses"].items()
            ]
            lines.append("")
    return lines


def _directives() -> list[str]:
    rows = [
        f"| [`:{name}`](rec-format.md#{name}) | {'; '.join(_PLACES[place] for place in each.places)} "
        f"| `{each.example}` | {'yes' if each.repeats else 'no'} |"
        for name, each in _DIRECTIVES.items()
    ]
    head = ["| directive | where it stands | example | can be repeated |", "|---|---|---|---|"]
    return ["What the reader of recordings knows.\n", *head, *rows, ""]
