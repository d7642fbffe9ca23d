"""A cassette of Betamax as the bridge needs it: what is known of it, what is played, and what was recorded for it.

What is played is what Betamax holds after it has put its placeholders in and called its hooks, not what is in the file.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from recproxy.formats.writing import body_text, plain_request, sendable
from recproxy.recording import Headers, Interaction
from recproxy.testing.betamax_bridge.choices import betamax_chooser
from recproxy.testing.vcrpy_bridge.cassette_facts import UNLIKE_WHEN_RECORDED, CassetteFacts
from recproxy.testing.vcrpy_bridge.modes import mode_of
from recproxy.testing.vcrpy_bridge.sources import RecordedFiles, recording_of

__all__ = ["BetamaxSources", "facts_of"]

#: Betamax's own matchers that compare what recproxy compares under the same name.
_WORDS = frozenset(("method", "uri", "host", "path", "query", "headers", "body"))


def facts_of(cassette: Any) -> CassetteFacts:
    """What is known of a cassette that was loaded."""
    kept = _kept(cassette)
    urls = [urlsplit(each["request"]["uri"]) for each in kept]
    names = tuple(sorted(cassette.match_options))
    return CassetteFacts(
        path=str(cassette.cassette_path),
        mode=mode_of(cassette.record_mode, exists=not cassette.is_empty()),
        match_on=tuple(name for name in names if name in _WORDS),
        ignore={"headers": UNLIKE_WHEN_RECORDED},
        repeats=cassette.allow_playback_repeats,
        addresses=tuple((url.hostname or "", url.port) for url in urls),
        positions=tuple(range(len(kept))),
        count=len(kept),
        choose=betamax_chooser(names, kept) if not _WORDS.issuperset(names) else None,
        whole_process=False,
    )


def _kept(cassette: Any) -> list[Any]:
    """The interactions that no hook has taken away."""
    return [each.data for each in cassette.interactions if not each.ignored]


class BetamaxSources:
    """The files of one cassette, all of them in `folder`, under names that begin with `stem`."""

    def __init__(self, cassette: Any, folder: Path, stem: str) -> None:
        self._cassette = cassette
        self._files = RecordedFiles(folder, stem)

    def played(self) -> tuple[str, ...]:
        """The file that is played; none where the cassette is empty."""
        kept = _kept(self._cassette)
        if not kept:
            return ()
        path = self._files.folder / f"{self._files.stem}.json"
        path.write_text(json.dumps({"http_interactions": kept}), encoding="utf-8")
        return (str(path),)

    def recorded_into(self, profile: str, *, with_cassette: bool) -> str:
        """The file that a profile records into; `with_cassette` it begins with what the cassette holds."""
        return self._files.add(profile, recording_of(self.played() if with_cassette else ()))

    def recorded(self) -> Iterator[dict[str, Any]]:
        """What was recorded, in Betamax's values; each is given once."""
        for recording in self._files.take():
            for each in recording.interactions:
                yield _values(each)


def _values(interaction: Interaction) -> dict[str, Any]:
    request, response = plain_request(interaction.request), sendable(interaction, coded=False)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return {
        "request": {
            "body": _body(request.body),
            "headers": _listed(request.headers),
            "method": request.method,
            "uri": request.url,
        },
        "response": {
            "body": _body(response.body),
            "headers": _listed(response.headers),
            "status": {"code": response.status, "message": response.reason.decode("utf-8", "replace")},
            "url": request.url,
        },
        "recorded_at": now.isoformat(timespec="seconds"),
    }


def _body(body: bytes) -> dict[str, str]:
    text = body_text(body)
    if isinstance(text, str):
        return {"encoding": "utf-8", "string": text}
    return {"encoding": "utf-8", "base64_string": base64.b64encode(body).decode()}


def _listed(headers: Headers) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    for name, value in headers:
        listed.setdefault(name.decode(), []).append(value.decode("utf-8", "replace"))
    return listed
