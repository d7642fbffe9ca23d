"""Looking for secrets in the files of a project: the rules that hold there, and files that teach each other."""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recproxy.cli.progress import each_file
from recproxy.cli.shared_work import SharedWork, in_shares, shares_of
from recproxy.cli.verb import is_quiet
from recproxy.errors import RecproxyError
from recproxy.recording.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recproxy.config.profile import Profile
    from recproxy.config.project import Project
    from recproxy.play.scanning import Scan
    from recproxy.redaction.rules import RedactionRules
    from recproxy.redaction.secret_values import SecretValue

__all__ = ["refused_for_secrets", "search_files", "secret_rules"]

#: Findings of one file that a refusal names, and folders without a profile that a note does.
_TOLD = 3
#: Bytes of files that are not read a second time.
_KEPT = 400_000_000


def refused_for_secrets(project: Project, names: Iterable[str]) -> dict[str, str]:
    """The recordings of a project in which secrets are found, or which cannot be searched, each with the reason.

    Args:
        project: whose recordings they are; each is searched by the rules of the profile that its folder is named after,
            whether runs use it by default or not. Where none is, by the built-in rules, which is said.
        names: paths below the folder of its recordings.
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition("/")[0], []).append(name)
    if not groups:
        return {}
    words, loaded, broken = _profiles_of(project)
    shapes = _shapes(project, loaded)
    refused: dict[str, str] = {}
    others = []
    for folder, group in groups.items():
        word = words.get(folder)
        if word is None and (why := broken.get(folder) or broken.get("")):
            refused |= dict.fromkeys(group, f"cannot be searched for secrets: {why}")
            continue
        if word is None:
            others.append(folder)
        rules = _rules([loaded[word]] if word else [], shapes)
        paths = [project.recordings / name for name in group]
        for name, found in zip(group, search_files(paths, rules), strict=True):
            if why := _refusal(found, f" --profile {word}" if word else ""):
                refused[name] = why
    if others and not is_quiet():
        more = f" and {len(others) - _TOLD} more" if len(others) > _TOLD else ""
        named = printable(", ".join(sorted(others)[:_TOLD]) + more)
        print(
            f"recproxy: {named}: no profile has this name: searched for secrets by the built-in rules", file=sys.stderr
        )
    return refused


def _profiles_of(project: Project) -> tuple[dict[str, str], dict[str, Profile], dict[str, str]]:
    """The profiles that recordings here may be of: the words for them by name, and they by word; why others cannot be loaded.

    A run may be told to use one that it does not use by default. The name of a profile whose file cannot be read is
    not known: what is wrong with it stands under the empty name.
    """
    from recproxy.config.installed import offers
    from recproxy.config.project import is_profile_path

    loaded, problems = _loaded(project, (*project.default_profiles(), *sorted({*project.inline, *offers()})))
    words: dict[str, str] = {}
    for word, profile in loaded.items():
        words.setdefault(profile.name, word)
    return words, loaded, {"" if is_profile_path(word) else word: why for word, why in problems.items()}


def _loaded(project: Project, words: Iterable[str]) -> tuple[dict[str, Profile], dict[str, str]]:
    """The profiles of these words, each loaded once, and why others cannot be."""
    loaded: dict[str, Profile] = {}
    problems: dict[str, str] = {}
    for word in dict.fromkeys(words):
        try:
            loaded[word] = project.profile(word)
        except RecproxyError as problem:
            problems[word] = problem.message
    return loaded, problems


def _refusal(found: Scan, profile: str) -> str:
    """Why a recording is not for others; empty if it is."""
    from recproxy.control.shown_paths import shown_path

    path = shown_path(found.path)
    if found.problem:
        return f"cannot be searched for secrets: {found.problem.replace(found.path, path)}"
    if not found.findings:
        return ""
    told = [f"{each.rule} in {each.place}{f' (line {each.line})' * bool(each.line)}" for each in found.findings]
    more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return f"holds secrets: {', '.join(told[:_TOLD])}{more}; mask them with: recproxy scan --fix{profile} {shlex.quote(path)}"


def search_files(
    paths: Sequence[Path], rules: RedactionRules, folders: Sequence[Path] = (), *, fix: bool = False
) -> list[Scan]:
    """What each file holds. What one file shows to be secret is looked for in the others, as a run does."""
    from recproxy.play.scanning import FileScan
    from recproxy.redaction.earlier_values import EarlierValues

    # A fork that fails is done again, but what it has mended it would not find then.
    shares = [paths] if fix else shares_of(paths, [_size(path) for path in paths])
    here = Path.cwd() if fix else Path()

    def search(share: Sequence[Path]) -> SharedWork[list[Mapping[bytes, SecretValue]], Scan]:
        room = _KEPT // len(shares)
        learned: list[Mapping[bytes, SecretValue]] = []
        read: dict[Path, FileScan] = {}
        for path in _each(share, "reading") if len(paths) > 1 else ():
            each = FileScan(path, rules)
            learned.append(each.learned)
            room -= _size(path)
            if room >= 0:
                read[path] = each
        earlier = EarlierValues()
        for values in itertools.chain.from_iterable((yield learned)):
            earlier.add(values)
        scans = []
        for path in _each(share, "scanning"):
            one = read.pop(path) if path in read else FileScan(path, rules)
            scans.append(one.done(root=_root(path, folders, here) if fix else path.parent, fix=fix, earlier=earlier))
        return scans

    def _each(share: Sequence[Path], doing: str) -> Iterable[Path]:
        return each_file(share, doing, times=len(shares)) if share is shares[0] else share

    return list(in_shares(search, shares))


def _size(path: Path) -> int:
    """The bytes of a file; a folder that is a recording counts for little."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _root(path: Path, folders: Sequence[Path], here: Path) -> Path:
    """The folder that a file must not lead out of: the one that was named, else that of the work, else its own."""
    named = next((folder for folder in folders if path.is_relative_to(folder)), None)
    if named is not None:
        return named
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolving would follow the links
    return here if absolute.is_relative_to(here) else path.parent


def secret_rules(words: Sequence[str]) -> RedactionRules:
    """The rules of the profiles of these words together, with the values that their variables have in the environment.

    Raises:
        RecproxyError: the project or one of the profiles is wrong; without a word, that is left to a run to say.
    """
    from recproxy.config.installed import offers
    from recproxy.config.project import find_project

    shapes: tuple[str, ...] = ()
    profiles = find_project(Path.cwd()).load(words) if words else ()
    with contextlib.suppress(RecproxyError):
        project = find_project(Path.cwd())
        shapes = _shapes(project, _loaded(project, (*project.default_profiles(), *offers()))[0])
    return _rules(profiles, shapes)


def _shapes(project: Project, loaded: Mapping[str, Profile]) -> tuple[str, ...]:
    """The shapes of the profiles of this project that a recording may be of: a secret that one of them has masked is none."""
    from recproxy.config.installed import offers

    words = (word for word in (*project.default_profiles(), *sorted(offers())) if word in loaded)
    return tuple(dict.fromkeys(shape for word in words for shape in loaded[word].redact.shapes))


def _rules(profiles: Sequence[Profile], shapes: Sequence[str]) -> RedactionRules:
    """The rules of the profiles together; beside their own shapes, those of others."""
    from recproxy.config.variables import secret_values
    from recproxy.redaction.rules import RedactionRules

    values = secret_values(profiles, os.environ)
    return RedactionRules(
        headers=tuple(name for profile in profiles for name in profile.redact.headers),
        query=tuple(name for profile in profiles for name in profile.redact.query),
        form=tuple(name for profile in profiles for name in profile.redact.form),
        json=tuple(name for profile in profiles for name in profile.redact.json),
        patterns=tuple(name for profile in profiles for name in profile.redact.patterns),
        shapes=tuple(dict.fromkeys((*(name for profile in profiles for name in profile.redact.shapes), *shapes))),
        values=values,
        variables=tuple(each for profile in profiles for each in profile.redaction(values, os.environ).variables),
    )
