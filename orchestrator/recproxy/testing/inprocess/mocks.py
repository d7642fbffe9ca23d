"""The two entry points for unit tests, with a one-line error if the library of one is not installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recproxy.errors import ConfigurationError
from recproxy.testing.inprocess.sources import RecordingLike, source_of

if TYPE_CHECKING:
    from responses import RequestsMock
    from vcr.cassette import CassetteContextDecorator

__all__ = ["requests_mock", "vcrpy_cassette"]


def requests_mock(
    recording: RecordingLike,
    *,
    profile: str | None = None,
    match_on: Sequence[str] | None = None,
    repeat: str | None = None,
    **options: object,
) -> RequestsMock:
    """A `responses.RequestsMock` that answers from recordings; `with` it, or decorate with its `activate`.

    Args:
        recording: a path, a name, a recording, or several of them; any format that is read in place.
        profile: whose rules compare, and where a name is looked for; else the one that owns the file, if any.
        match_on: what is compared, in vcrpy's words, in place of what the file or the profile says.
        repeat: what follows the last recorded repeat: last, miss or cycle.
        options: of RequestsMock; `assert_all_requests_are_fired` is False unless it is named.

    Raises:
        RecproxyError: a recording is nowhere or damaged, the profile is unknown, or `responses` is not installed.
    """
    _need("responses", "responses")
    from recproxy.testing.inprocess.with_responses import mock_of  # noqa: PLC0415 - imports the library

    source = source_of(recording, profile=profile, match_on=match_on, repeat=repeat)
    return mock_of(source, options)


def vcrpy_cassette(
    recording: RecordingLike,
    *,
    profile: str | None = None,
    match_on: Sequence[str] | None = None,
    repeat: str | None = None,
    **options: object,
) -> CassetteContextDecorator:
    """A vcrpy cassette that answers from recordings and records nothing; `with` it, or decorate with it.

    Args:
        recording: as for `requests_mock`.
        profile: as there.
        match_on: as there.
        repeat: as there.
        options: of vcrpy's cassettes, such as `before_record_request` or `inject`.

    Raises:
        RecproxyError: a recording is nowhere or damaged, the profile is unknown, or vcrpy is not installed.
    """
    _need("vcr", "vcrpy")
    from recproxy.testing.inprocess.with_vcrpy import cassette_of  # noqa: PLC0415 - imports the library

    source = source_of(recording, profile=profile, match_on=match_on, repeat=repeat)
    return cassette_of(source, options)


def _need(package: str, extra: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise ConfigurationError(
            f"{extra} is not installed: answers in the process need it: pip install 'recproxy[{extra}]'"
        )
