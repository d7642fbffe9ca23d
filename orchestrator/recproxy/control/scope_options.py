"""How the recordings of one scope are played, where that is not the profile's to say.

A named tuple, not a dataclass: every test process imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["PROFILES", "Faults", "ScopeFault", "ScopeOptions", "SelectedTest"]

_NOTHING: Mapping[str, tuple[str, ...]] = {}


class ScopeFault(NamedTuple):
    """A fault that a scope plays: `times` at most, at this `interaction` only, counted from 1; 0 means all."""

    fault: str
    times: int = 0
    interaction: int = 0


class SelectedTest(NamedTuple):
    """How the test of a scope is run alone: pytest's id, the paths that it takes the place of, and a word for `-k`.

    Or the `command` that records it, also into the file of another tool that the scope plays.
    """

    node: str = ""
    instead_of: tuple[str, ...] = ()
    keyword: str = ""
    command: str = ""


#: By profile or host.
Faults = Mapping[str, tuple[ScopeFault, ...]]
_NO_FAULTS: Faults = {}


class ScopeOptions(NamedTuple):
    """What a scope says in place of its profiles: vcrpy's matchers, what follows the last repeat.

    `ignore` are names that are not compared, on top of those of the profiles: of `headers`, `query` and `form`, and
    JSON Pointers under `json`. `mode` is replay for what replays in every run, else the run's. `faults` are played on
    purpose. `chooser` is the path of a Unix socket: proxies ask there which interactions fit a request. `selection` is how
    the test is run alone. `local` says that requests to this machine are answered, too, by the profile of all hosts.
    """

    match_on: tuple[str, ...] | None = None
    repeat: str | None = None
    ignore: Mapping[str, tuple[str, ...]] = _NOTHING
    mode: str | None = None
    faults: Faults = _NO_FAULTS
    chooser: str = ""
    selection: SelectedTest | None = None
    local: bool = False

    def plain(self) -> dict[str, Any]:
        """As the control address takes it; what is not said is left out."""
        values: dict[str, Any] = {}
        if self.match_on is not None:
            values["match_on"] = self.match_on
        if self.repeat is not None:
            values["repeat"] = self.repeat
        if self.ignore:
            values["ignore"] = self.ignore
        if self.chooser:
            values["chooser"] = self.chooser
        if self.selection is not None:
            values["selection"] = self.selection._asdict()
        if self.local:
            values["local"] = True
        if self.mode is not None:
            values["mode"] = self.mode
        if self.faults:
            values["faults"] = {
                service: [fault._asdict() for fault in faults] for service, faults in self.faults.items()
            }
        return values


#: As the profiles say.
PROFILES = ScopeOptions()
