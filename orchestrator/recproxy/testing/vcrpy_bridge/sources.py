"""The recordings that stand for a cassette, and what was recorded for one.

A cassette that is played as it stands in its file is read there, by the proxies themselves. One that a suite's own
serializer, persister or hooks have had a hand in is written down as vcrpy holds it, in the folder of the bridge.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from recproxy.formats import by_name
from recproxy.play.reading import read_recording
from recproxy.recording import Recording, dump
from recproxy.testing.vcrpy_bridge.settings import CassetteSettings

__all__ = ["RecordedFiles", "VcrpySources"]

_PERSISTERS = ("vcr.persisters.filesystem", "pytest_recording._vcr")
_SERIALIZERS = ("vcr.serializers.yamlserializer", "vcr.serializers.jsonserializer")


class RecordedFiles:
    """The files that the profiles record into for one cassette, in a folder, under names that begin with `stem`."""

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder = folder
        self.stem = stem
        #: By profile, the file that is recorded into, and how many interactions it had before.
        self._files: dict[str, tuple[Path, int]] = {}

    def add(self, profile: str, before: Recording) -> str:
        """The file that a profile records into; it begins with what is there `before`."""
        path = self.folder / f"{self.stem}.{profile.replace('*', 'any-host')}.rec"
        if before.interactions:
            path.write_bytes(dump(before))
        self._files[profile] = (path, len(before.interactions))
        return str(path)

    def take(self) -> Iterator[Recording]:
        """What was recorded, a recording for each profile; each is given once."""
        taken, self._files = self._files, {}
        for path, before in taken.values():
            if path.is_file():
                yield Recording(interactions=read_recording(str(path)).interactions[before:])


class VcrpySources:
    """The files of one cassette; `folder` takes what has to be written, under names that begin with `stem`."""

    def __init__(self, cassette: Any, settings: CassetteSettings, folder: Path, stem: str) -> None:
        self._cassette = cassette
        self._settings = settings
        self._files = RecordedFiles(folder, stem)
        self._known: tuple[str, ...] | None = None

    def played(self) -> tuple[str, ...]:
        """The files that are played, in the order of the cassette's interactions."""
        if self._known is None:
            self._known = self._in_place() or self._written()
        return self._known

    def recorded_into(self, profile: str, *, with_cassette: bool) -> str:
        """The file that a profile records into; `with_cassette` it begins with what the cassette holds."""
        return self._files.add(profile, self._recording_of_cassette() if with_cassette else Recording())

    def recorded(self) -> Iterator[tuple[Any, Any]]:
        """What was recorded, as vcrpy's requests and responses; each is given once."""
        for recording in self._files.take():
            yield from _pairs(recording)

    def _in_place(self) -> tuple[str, ...]:
        cassette = self._cassette
        persister, serializer = cassette._persister, cassette._serializer  # noqa: SLF001 - no other way to know
        stock = (
            getattr(persister, "__module__", "") in _PERSISTERS and getattr(serializer, "__name__", "") in _SERIALIZERS
        )
        if not stock or self._settings.rewrites:
            return ()
        # pytest-recording: more cassettes for one test
        more: Sequence[str] = getattr(persister, "extra_paths", ())
        paths = dict.fromkeys(str(path) for path in (cassette._path, *more))  # noqa: SLF001
        return tuple(
            os.path.abspath(path)  # noqa: PTH100 - without `..`, links as they are
            for path in paths
            if Path(path).is_file() and Path(path).stat().st_size
        )

    def _written(self) -> tuple[str, ...]:
        if not self._cassette.data:
            return ()
        path = self._files.folder / f"{self._files.stem}.yaml"
        path.write_text(_text(self._cassette.data), encoding="utf-8")
        return (str(path),)

    def _recording_of_cassette(self) -> Recording:
        read = [read_recording(path) for path in self.played()]
        return Recording(interactions=tuple(each for recording in read for each in recording.interactions))


def _text(data: Sequence[tuple[Any, Any]]) -> str:
    """Interactions as vcrpy's own serializer writes them."""
    from vcr.serialize import serialize  # noqa: PLC0415 - the suite uses it
    from vcr.serializers import yamlserializer  # noqa: PLC0415 - see above

    # Copies: serializing changes what it is given.
    requests, responses = (copy.deepcopy([pair[side] for pair in data]) for side in (0, 1))
    text: str = serialize({"requests": requests, "responses": responses}, yamlserializer)
    return text


def _pairs(recording: Recording) -> Iterator[tuple[Any, Any]]:
    if not recording.interactions:
        return
    from vcr.serialize import deserialize  # noqa: PLC0415 - the suite uses it
    from vcr.serializers import yamlserializer  # noqa: PLC0415 - see above

    written = by_name("vcrpy")
    assert written is not None
    assert written.dump is not None
    requests, responses, *_ = deserialize(written.dump(recording).data.decode(), yamlserializer)
    yield from zip(requests, responses, strict=True)
