"""What would make tests replay, written down: names that a profile ignores, and interactions with a wild place.

Only files of the project are written, never those of an installed package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from pathlib import Path

from recproxy.control.outcomes import InteractionEdit, Mending
from recproxy.control.shown_paths import shown_path
from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.ways import Ways
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.proof_verdicts import ProofFinding
from recproxy.play.file_replacement import replace_file
from recproxy.play.reading import read_bytes, read_recording
from recproxy.play.text_blocks import TextBlocks, text_blocks
from recproxy.report.proof_report import ProofCause

__all__ = ["MendPlan", "chosen_mending"]

_PACKAGES = ("site-packages", "dist-packages")
#: Values that no run has again: what ignores them holds for the tests of tomorrow, too.
_BY_RULE = (ProofCause.RANDOM, ProofCause.TIME)


def chosen_mending(finding: ProofFinding) -> Mending | None:
    """The change that would mend a test: a rule for what is made anew each time, else the least one."""
    rules = (each for each in finding.mendings if not each.edits and finding.cause in _BY_RULE)
    return next(rules, finding.mendings[0] if finding.mendings else None)


@dataclass(slots=True, kw_only=True)
class MendPlan:
    """All that would be written for a proof.

    `rules` are names by profile and key of its table `match`, `edits` interactions by file and number, `lines` say both
    to a person, and `refused` what is never written.
    """

    plan: RunPlan
    rules: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    edits: dict[tuple[str, int], InteractionEdit] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, found: Iterable[ProofFinding], plan: RunPlan) -> MendPlan:
        """What mends these findings."""
        made = cls(plan=plan)
        for finding in found:
            mending = chosen_mending(finding)
            if mending is not None:
                made._add(finding.profile, mending)
        return made

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.rules or self.edits)

    @property
    def lines(self) -> Iterator[str]:
        """What would be written: a table of TOML for each profile, and each interaction with the lines that change."""
        for profile, keys in self.rules.items():
            yield f"would write to {shown_path(str(self._file(profile)))}:"
            yield f"    [{'.'.join((*self._keys(profile), 'match'))}]"
            yield from (f"    {key} = {_toml(names)}" for key, names in keys.items())
        for (path, number), edit in self.edits.items():
            blocks = _blocks(path)
            yield f"would change {shown_path(path)}, line {blocks.first_line(number)}:"
            yield from (f"    {line}" for line in _changed(blocks.shown(number), edit.text))

    def write(self) -> Iterator[str]:
        """Write it; a line for each file.

        Raises:
            RecordingError: a file cannot be written, or has changed so that it has no such interaction.
        """
        for profile, keys in self.rules.items():
            file = self._file(profile)
            _add_rules(file, (*self._keys(profile), "match"), keys, root=self._root(file))
            yield f"wrote {', '.join(keys)} of profile {profile!r} to {shown_path(str(file))}"
        for path in dict.fromkeys(path for path, _ in self.edits):
            blocks = _blocks(path)
            texts = {number: each.text for (place, number), each in self.edits.items() if place == path}
            replace_file(Path(path), blocks.with_blocks(texts).text, root=self._root(Path(path)))
            yield f"changed {len(texts)} of the interactions in {shown_path(path)}"

    def _add(self, profile: str, mending: Mending) -> None:
        after = self._ways(profile).after if mending.rules else ""
        if after:
            line = f"a rule of profile {profile!r} has its place in the project once {after}"
            self.refused += [line] if line not in self.refused else []
            return
        files = [Path(each.path) for each in mending.edits]
        files += [self._file(profile)] if mending.rules else []
        for file in files:
            if any(part in _PACKAGES for part in file.parts) or not file.resolve().is_relative_to(
                self._root(file).resolve()
            ):
                line = f"{shown_path(str(file))} is not of this project"
                self.refused += [line] if line not in self.refused else []
                return
        for key, names in mending.rules.items():
            known = self.rules.setdefault(profile, {}).setdefault(key, [])
            known += [name for name in names if name not in known]
        for edit in mending.edits:
            self.edits.setdefault((edit.path, edit.number), edit)  # another is found again in the next round

    def _root(self, file: Path) -> Path:
        """The folder that a file must not leave."""
        recordings = self.plan.library.folder
        return recordings if file.is_relative_to(recordings) else self.plan.project.root

    def _ways(self, profile: str) -> Ways:
        return next(each for each in self.plan.profiles if each.name == profile).ways()

    def _file(self, profile: str) -> Path:
        return self.plan.project.root / self._ways(profile).file

    def _keys(self, profile: str) -> tuple[str, ...]:
        return self._ways(profile).keys


def _add_rules(file: Path, keys: Sequence[str], rules: dict[str, list[str]], *, root: Path) -> None:
    """Set keys of a table in a TOML file; all else in it stays to the letter."""
    import tomlkit  # noqa: PLC0415 - only where a rule is written

    text = file.read_text(encoding="utf-8") if file.exists() else ""
    document = tomlkit.parse(text)
    table = document
    for key in keys:
        table = table.setdefault(key, tomlkit.table(is_super_table=key != keys[-1]))
    for dotted, names in rules.items():
        first, _, last = dotted.partition(".")
        if first in table:
            table[first][last] = names
        else:
            table.append(tomlkit.key((first, last)), names)
    replace_file(file, tomlkit.dumps(document).encode(), root=root)


def _blocks(path: str) -> TextBlocks:
    data = read_bytes(Path(path))
    lines = [each.line for each in read_recording(path).interactions]
    if not all(lines):
        raise RecordingError(f"{path}: is not in recproxy's own format, so it is not changed")
    return text_blocks(data, lines)


def _changed(before: str, after: str) -> Iterator[str]:
    """The lines that differ, as a diff has them."""
    import difflib  # noqa: PLC0415 - only where an interaction is shown

    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    yield from (line for line in found if line[:3] not in ("---", "+++") and not line.startswith("@@"))


def _toml(names: Sequence[str]) -> str:
    from recproxy.matching.ignore_rules import toml_list  # noqa: PLC0415 - see above

    return toml_list(names)
