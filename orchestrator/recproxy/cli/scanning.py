"""Looking through recordings for what redaction would have taken out, and taking it out.

Reads and writes files; prints nothing. A finding says rule, place and line, and holds nothing of the secret.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from recproxy.cli.line_numbers import placed
from recproxy.errors import RecproxyError
from recproxy.play.library import foreign_format, read_loaded
from recproxy.recording import Interaction, Recording, dump
from recproxy.redaction import RedactionRules, Seen, Unsafe, redact, stand_in

__all__ = ["Scan", "ScanFinding", "detectors", "scan_file"]

#: Detectors of detect-secrets for keys of one form. Those that guess by entropy or by a word near by call ids and
#: digests secrets, which a recording is full of; its detector of private keys wants their first line, which we keep.
_DETECTORS = (
    ("artifactory", "ArtifactoryDetector"),
    ("aws", "AWSKeyDetector"),
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("basic_auth", "BasicAuthDetector"),
    ("discord", "DiscordBotTokenDetector"),
    ("github_token", "GitHubTokenDetector"),
    ("gitlab_token", "GitLabTokenDetector"),
    ("jwt", "JwtTokenDetector"),
    ("mailchimp", "MailchimpDetector"),
    ("npm", "NpmDetector"),
    ("openai", "OpenAIDetector"),
    ("pypi_token", "PypiTokenDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("square_oauth", "SquareOAuthDetector"),
    ("stripe", "StripeDetector"),
    ("telegram_token", "TelegramBotTokenDetector"),
    ("twilio", "TwilioKeyDetector"),
)
_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFinding:
    """A secret in a file: its line (0 where the format has none that is known), the rule that found it, and the place."""

    line: int
    rule: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a file holds; `fixed` says that it no longer does, `problem` why it could not be read or mended.

    `format` is that of the recording; empty where it could not be read.
    """

    path: str
    format: str = ""
    findings: tuple[ScanFinding, ...] = ()
    fixed: bool = False
    problem: str = ""


def scan_file(path: Path, rules: RedactionRules, *, fix: bool) -> Scan:
    """What one file holds, and with `fix` the file without it."""
    try:
        loaded = read_loaded(str(path))
        lines = path.read_bytes().splitlines() if path.is_file() else []
    except RecproxyError as error:
        return Scan(path=str(path), problem=error.message)
    recording = placed(loaded.recording, lines)
    clean, findings, problem = _clean(recording, lines, rules)
    done = Scan(path=str(path), format=loaded.format, findings=findings, problem=problem)
    if not findings or not fix:
        return done
    title = foreign_format(path)
    if title is not None:
        return replace(done, problem=f"{path}: is a file of another format, {title}: fix it with its own tool")
    if recording.format != 2:
        return replace(done, problem=f"{path}: is in the 2011 format: fix it by hand")
    if problem:
        return done
    try:
        _replace(path, dump(clean))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the result cannot be written as text"
        return replace(done, problem=f"{path}: cannot be written: {reason}")
    return replace(done, fixed=True)


def _clean(
    recording: Recording, lines: list[bytes], rules: RedactionRules
) -> tuple[Recording, tuple[ScanFinding, ...], str]:
    """The recording without its secrets, what was found in it, and why it could not be looked through."""
    found: list[ScanFinding] = []
    seen = Seen(linked=False)
    interactions = list(recording.interactions)
    starts = [*(each.line for each in interactions), len(lines) + 1]
    for number, interaction in enumerate(interactions):
        try:
            interactions[number], more = _interaction(interaction, lines, starts[number + 1], rules, seen)
        except Unsafe as problem:
            return recording, tuple(found), f"{_at(recording.path or 'recording', interaction.line)}: {problem.message}"
        found += more
    found.sort(key=lambda each: (each.line, each.rule))
    return replace(recording, interactions=tuple(interactions)), tuple(found), ""


def _interaction(
    interaction: Interaction, lines: list[bytes], end: int, rules: RedactionRules, seen: Seen
) -> tuple[Interaction, list[ScanFinding]]:
    found: list[ScanFinding] = []
    for _ in range(_ROUNDS):
        redacted = redact(interaction, rules, seen)
        for each in redacted.findings:
            first, last = interaction.line, interaction.response_line or end
            if each.place.startswith("response"):
                first, last = last, end
            found.append(ScanFinding(line=_line(lines, first, last, each.value), rule=each.rule, place=each.place))
        interaction = redacted.interaction
        more = list(_detected(interaction))
        if not more:
            break
        for rule, value in more:
            found.append(ScanFinding(line=_line(lines, interaction.line, end, value), rule=rule, place="text"))
        rules = replace(rules, values=(*rules.values, *(value for _, value in more)))
    named = {(each.line, each.rule) for each in found if each.place != "text"}
    # What a detector saw is found once more when it is taken out as a value.
    detected = {each.line for each in found if each.place == "text"}
    return interaction, [
        each
        for each in dict.fromkeys(found)
        if not (each.rule == "known value" and each.line in detected and (each.line, each.rule) in named)
    ]


def _at(path: str, line: int) -> str:
    return f"{path}:{line}" if line else path


def _line(lines: list[bytes], first: int, end: int, value: bytes) -> int:
    """The first line of a block that holds a value, or the line where the block begins; 0 where that is not known."""
    if not first:
        return 0
    pieces = value.split(b"\n")
    needle = max(pieces, key=len).strip() or value
    for number in range(first, end):
        if needle in lines[number - 1]:
            return number
    return first


def _detected(interaction: Interaction) -> Iterator[tuple[str, bytes]]:
    """What detect-secrets sees in the text of an interaction that is already redacted."""
    word = interaction.request.wild or "XXX"
    masks = {stand_in("any.jwt", each.wild or "XXX").decode() for each in (interaction.request, interaction.response)}
    blocks = (interaction.request, interaction.response)
    texts = [interaction.request.url.encode("utf-8", "surrogateescape"), *(block.body for block in blocks)]
    texts += [value for block in blocks for _, value in (*block.headers, *block.trailers)]
    for text in texts:
        for line in text.decode("utf-8", "replace").splitlines():
            for rule, detector in detectors():
                for value in detector.analyze_string(line):
                    if value not in masks and word not in value and len(value) >= 8:
                        yield rule, value.encode()


@lru_cache(maxsize=1)
def detectors() -> tuple[tuple[str, Any], ...]:
    """Detectors with their names; none where detect-secrets is not installed."""
    try:
        loaded = [(name, getattr(import_module(f"detect_secrets.plugins.{name}"), kind)()) for name, kind in _DETECTORS]
    except ImportError:
        return ()
    return tuple((detector.secret_type.lower(), detector) for _, detector in loaded)


def _replace(path: Path, text: bytes) -> None:
    """Put a text in a file's place in one step; its permissions stay."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(target.stat().st_mode & 0o7777)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
