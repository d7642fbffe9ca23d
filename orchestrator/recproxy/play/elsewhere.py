"""The recordings of other tests, searched when a test misses a request: it may have been renamed.

Read once, when the first such request comes, and only where the recordings of a project are not too large.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recproxy.config.profile import Profile
from recproxy.errors import RecproxyError
from recproxy.matching.index import Index
from recproxy.matching.ways import Ways
from recproxy.play.reading import read_recording
from recproxy.play.recording_names import DEFAULT, recordings_below
from recproxy.play.test_names import is_gone, is_module_gone, scope_of
from recproxy.recording import Request
from recproxy.recording.message_coding import MessageError, is_call

if TYPE_CHECKING:
    from recproxy.matching.miss import RecordedFor

__all__ = ["Elsewhere"]

#: Bytes and files that are read: a miss must not cost as much as a large suite.
_MOST_BYTES = 8_000_000
_MOST_FILES = 2000


class Elsewhere:
    """The recordings of one profile in a project's folder of recordings; `root` is the project's own folder."""

    def __init__(
        self,
        recordings: Path,
        profile: Profile,
        ways: Ways,
        form: Callable[[Request], Request] | None = None,
        *,
        root: Path,
    ) -> None:
        self._recordings = recordings
        self._root = root
        self._folder = recordings / profile.name
        self._profile = profile
        self._ways = ways
        self._form = form
        self._index: Index | None = None

    def find(
        self,
        request: Request,
        any_host: Sequence[str] | None,
        expected: str | None,
        playing: Sequence[str],
        missed: Sequence[Request] = (),
    ) -> RecordedFor | None:
        """What another test recorded for a request, in the form that is compared; None where nothing is.

        `expected` is the recording that the test itself would have, and `playing` are those in play. The recording that
        answers most of what the test has `missed` before goes first; then one whose test is gone, then one of a test of
        the same name, then one of the same module. Where several are equal in all that, none of them is named.
        """
        answered = [{self._path(each) for each in self._positions(one, any_host)} for one in missed]
        return self.best(self._positions(request, any_host), expected, playing, answered=answered)

    def best(
        self,
        positions: Sequence[int],
        expected: str | None,
        playing: Sequence[str],
        *,
        only_gone: bool = False,
        answered: Sequence[Collection[str]] | None = None,
    ) -> RecordedFor | None:
        """The one to name of what was recorded: the same, of these positions; `only_gone` wants a test that is gone.

        `answered` are the recordings that answer each earlier miss; without it, the first of equal ones is named.
        """
        from recproxy.matching.miss import RecordedFor  # noqa: PLC0415 - a run that goes well has no miss

        index = self.recorded
        found: dict[str, tuple[int, bool, bool, bool, int]] = {}
        for position in positions:
            path = self._path(position)
            if path not in playing and path != expected:
                name = Path(path).relative_to(self._folder).with_suffix("").as_posix()
                is_namesake = expected is not None and Path(path).name == Path(expected).name
                is_beside = expected is not None and Path(path).parent == Path(expected).parent
                is_used = not is_gone(name, self._recordings, self._root)
                if not (only_gone and is_used):
                    count = sum(path in each for each in answered or ())
                    found.setdefault(name, (-count, is_used, not is_namesake, not is_beside, position))
        if not found:
            return None
        name = min(found, key=found.__getitem__)
        *likeness, position = found[name]
        if answered is not None and sum([*each[:-1]] == likeness for each in found.values()) > 1:
            return RecordedFor(count=len(found))
        is_used = found[name][1]
        own = Path(expected).relative_to(self._folder).with_suffix("").as_posix() if expected else ""
        recorded = index.interactions[position]
        rename = "" if is_used or own in ("", DEFAULT.removesuffix(".rec")) else shlex.join((name, own))
        return RecordedFor(
            method=recorded.request.method,
            url=recorded.request.url,
            where=self._ways.shown(index.where(position)),
            test=recorded.scope or scope_of(name),
            recording=f"{name}.rec",
            place=index.where(position),
            rename=rename,
            module=self._module_words(name, own) if rename else "",
            profiles=self._profiles_with(name) if rename else (),
        )

    def _module_words(self, name: str, own: str) -> str:
        """The words that move a module, where a test of the same name asks from another and the file of the old is gone."""
        old, new = Path(name), Path(own)
        is_moved = old.name == new.name and old.parent != new.parent and new.parent.name
        if not is_moved or not is_module_gone(name, self._recordings, self._root):
            return ""
        return shlex.join((old.parent.as_posix(), new.parent.as_posix()))

    def _profiles_with(self, name: str) -> tuple[str, ...]:
        """The profiles that have a recording of this name."""
        import glob  # noqa: PLC0415 - only for a miss

        found = self._recordings.glob(f"*/{glob.escape(name)}.rec")
        names = (path.relative_to(self._recordings).parts[0] for path in found)
        return tuple(sorted(each for each in names if not each.startswith(".")))  # no journal of a run

    def _positions(self, request: Request, any_host: Sequence[str] | None) -> list[int]:
        for one in self._forms(request):
            if tiers := self.recorded.find(one, any_host=any_host, formed=True, redacted=True).tiers:
                return [each for tier in tiers for each in tier]
        return []

    def _forms(self, request: Request) -> Iterator[Request]:
        """A request, and a call of gRPC as these recordings name its fields: those in play may name none."""
        yield request
        if not is_call(request.headers):
            return
        from recproxy.grpc.bodies import on_the_wire  # noqa: PLC0415 - most services have no gRPC
        from recproxy.grpc.content_types import framing_of  # noqa: PLC0415 - see above
        from recproxy.play.grpc_calls import LiveCalls  # noqa: PLC0415 - see above

        with contextlib.suppress(MessageError, RecproxyError):
            sent = on_the_wire(replace(request, encoding=request.encoding or framing_of(request.headers)))
            yield from LiveCalls(self.recorded.recordings, self._profile.grpc.place).forms(sent)

    def _path(self, position: int) -> str:
        return self.recorded.recording_of(position).path or ""

    @property
    def recorded(self) -> Index:
        """All that is recorded; read when it is first asked for."""
        if self._index is None:
            recordings = []
            for path in self._files():
                try:
                    recordings.append(read_recording(str(path)))
                except RecproxyError:  # `recproxy check` says what is wrong with it
                    continue
            self._index = Index(recordings, self._profile.rules(), self._profile.hosts, self._form)
        return self._index

    def _files(self) -> list[Path]:
        found = recordings_below(self._folder)
        is_large = len(found) > _MOST_FILES or sum(path.stat().st_size for path in found) > _MOST_BYTES
        return [] if is_large else found
