"""The recordings that stand for a cassette, and what was recorded for one.

A cassette that is played as it stands in its file is read there, by the proxies themselves. One that a suite's own
serializer, persister or hooks have had a hand in is written down as vcrpy holds it, in the folder of the bridge.
"""

from __future__ import annotations

import base64
import copy
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recproxy.testing.vcrpy_bridge.settings import CassetteSettings

if TYPE_CHECKING:  # what recordings are read and written with is loaded where one is recorded, and not before
    from recproxy.recording import Recording

__all__ = ["RecordedFiles", "VcrpySources", "recording_of"]

_PERSISTERS = ("vcr.persisters.filesystem", "pytest_recording._vcr")
_SERIALIZERS = ("vcr.serializers.yamlserializer", "vcr.serializers.jsonserializer")


class RecordedFiles:
    """The files that the profiles record into for one cassette, in a folder, under names that begin with `stem`."""

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder = folder
        self.stem = stem
        #: The files that are recorded into, and how many interactions each had before. Two profiles may share one:
        #: `*` stands for the profile of any host before it has joined the run.
        self._files: dict[Path, int] = {}

    def add(self, profile: str, before: Recording) -> str:
        """The file that a profile records into; it begins with what is there `before`."""
        path = self.folder / f"{self.stem}.{profile.replace('*', 'any-host')}.rec"
        if before.interactions:
            from recproxy.recording import dump  # noqa: PLC0415 - see above

            path.write_bytes(dump(before))
        self._files[path] = len(before.interactions)
        return str(path)

    def take(self) -> Iterator[Recording]:
        """What was recorded, a recording for each file; each is given once."""
        taken, self._files = self._files, {}
        if not taken:
            return
        from recproxy.play.reading import read_recording  # noqa: PLC0415 - see above
        from recproxy.recording import Recording  # noqa: PLC0415 - see above

        for path, before in taken.items():
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
        return self._files.add(profile, recording_of(self.played() if with_cassette else ()))

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
        data = self._cassette.data
        if not data:
            return ()
        try:
            text, kind = _json(data), "json"
        except TypeError:
            text, kind = _yaml(data), "yaml"
        path = self._files.folder / f"{self._files.stem}.{kind}"
        path.write_text(text, encoding="utf-8")
        return (str(path),)


def recording_of(paths: Sequence[str]) -> Recording:
    """The recordings in these files as one."""
    from recproxy.play.reading import read_recording  # noqa: PLC0415 - see above
    from recproxy.recording import Recording  # noqa: PLC0415 - see above

    read = [read_recording(path) for path in paths]
    return Recording(interactions=tuple(each for recording in read for each in recording.interactions))


def _json(data: Sequence[tuple[Any, Any]]) -> str:
    """Interactions as JSON, in a tenth of the time that YAML takes. Raises TypeError for what JSON cannot hold."""
    return json.dumps(
        {
            "version": 1,
            "interactions": [
                {
                    "request": {
                        "method": request.method,
                        "uri": request.uri,
                        "headers": {name: [value] for name, value in request.headers.items()},
                        "body": _body(request.body),
                    },
                    "response": response if "body" not in response else {**response, "body": _body(response["body"])},
                }
                for request, response in data
            ],
        },
        default=_decoded,
    )


def _body(body: Any) -> Any:
    """A body in one of the shapes that cassettes have. Raises TypeError for any other."""
    if isinstance(body, dict) and body.keys() == {"string"}:
        body = body["string"]
    if body is None or isinstance(body, str):
        return {"string": body}
    if not isinstance(body, bytes):
        raise TypeError
    try:
        return {"string": body.decode()}
    except UnicodeDecodeError:
        return {"base64_string": base64.b64encode(body).decode()}


def _decoded(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError
    return value.decode("utf-8", "surrogateescape")


def _yaml(data: Sequence[tuple[Any, Any]]) -> str:
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

    from recproxy.formats import by_name  # noqa: PLC0415 - see above

    written = by_name("vcrpy")
    assert written is not None
    assert written.dump is not None
    requests, responses, *_ = deserialize(written.dump(recording).data.decode(), yamlserializer)
    yield from zip(requests, responses, strict=True)
