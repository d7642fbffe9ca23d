"""A time as services write it, read and moved: seconds or milliseconds since 1970, ISO 8601, and the dates of HTTP.

A moved time keeps its form: digits, precision, zone and signs between. Pure; knows no responses.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["moved_time", "seconds_of_http_date"]

_DAY = 86_400
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_EPOCH = lazy_pattern(r"([0-9]{10})(\.[0-9]+)?|([0-9]{13})")
_ISO = lazy_pattern(
    r"(?P<year>[0-9]{4})(?P<dash>-?)(?P<month>[0-9]{2})(?P=dash)(?P<day>[0-9]{2})"
    r"(?P<between>[Tt ])(?P<hour>[0-9]{2})(?P<colon>:?)(?P<minute>[0-9]{2})(?:(?P=colon)(?P<second>[0-9]{2}))?"
    r"(?P<rest>(?:[.,][0-9]+)? ?(?:[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?)"
)
_ISO_DAY = lazy_pattern(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_CLOCK = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
#: RFC 9110 section 5.6.7, the first also with the dashes of cookies or with another zone; and how each is written.
_HTTP = (
    (
        lazy_pattern(
            rf"[A-Z][a-z]{{2}}, (?P<day>[0-9]{{2}})(?P<dash>[ -]){_MONTH}(?P=dash)(?P<year>[0-9]{{4}}) {_CLOCK}"
            r" (?P<zone>GMT|UTC|[+-][0-9]{4})"
        ),
        "{weekday:.3}, {day:02}{dash}{month}{dash}{year:04} {clock} {zone}",
    ),
    (
        lazy_pattern(rf"[A-Z][a-z]+day, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_CLOCK} (?P<zone>GMT)"),
        "{weekday}, {day:02}-{month}-{short:02} {clock} {zone}",
    ),
    (
        lazy_pattern(rf"[A-Z][a-z]{{2}} {_MONTH} (?P<day>[ 0-9][0-9]) {_CLOCK} (?P<year>[0-9]{{4}})"),
        "{weekday:.3} {month} {day:2} {clock} {year:04}",
    ),
)


def moved_time(text: str, since: int, now: int) -> str | None:
    """A time moved by what lies between two moments, in seconds since 1970; None where the text is no time.

    A day without a time of day moves by whole days, as a calendar in UTC does.
    """
    try:
        return _moved_epoch(text, now - since) or _moved_iso(text, since, now) or _moved_http(text, now - since)
    except (ValueError, OverflowError):  # no such day, or one that no calendar has
        return None


def seconds_of_http_date(text: str) -> int | None:
    """The moment of a date as HTTP writes it; None where it is none."""
    for form, _ in _HTTP:
        if (found := form.fullmatch(text)) is not None:
            try:
                return calendar.timegm(_moment(found).timetuple()) - _offset(found.groupdict().get("zone") or "GMT")
            except ValueError:
                return None
    return None


def _moved_epoch(text: str, by: int) -> str | None:
    found = _EPOCH.fullmatch(text)
    if found is None:
        return None
    seconds, fraction, milliseconds = found.groups()
    moved = int(milliseconds) + by * 1000 if milliseconds else int(seconds) + by
    return f"{moved}{fraction or ''}" if moved >= 0 else None


def _moved_iso(text: str, since: int, now: int) -> str | None:
    if (found := _ISO_DAY.fullmatch(text)) is not None:
        return str(_moment(found).date() + dt.timedelta(days=now // _DAY - since // _DAY))
    if (found := _ISO.fullmatch(text)) is None:
        return None
    moved = _moment(found) + dt.timedelta(seconds=now - since)
    clock = found["colon"].join(f"{each:02}" for each in _clock(moved)[: 3 if found["second"] else 2])
    day = found["dash"].join((f"{moved.year:04}", f"{moved.month:02}", f"{moved.day:02}"))
    return f"{day}{found['between']}{clock}{found['rest']}"


def _moved_http(text: str, by: int) -> str | None:
    for form, written in _HTTP:
        if (found := form.fullmatch(text)) is not None:
            moved = _moment(found) + dt.timedelta(seconds=by)
            return written.format(
                weekday=_DAYS[moved.weekday()],
                day=moved.day,
                month=_MONTHS[moved.month - 1],
                year=moved.year,
                short=moved.year % 100,
                clock=":".join(f"{each:02}" for each in _clock(moved)),
                dash=found.groupdict().get("dash"),
                zone=found.groupdict().get("zone"),
            )
    return None


def _clock(moment: dt.datetime) -> tuple[int, int, int]:
    return moment.hour, moment.minute, moment.second


def _moment(found: re.Match[str]) -> dt.datetime:
    """What a text says, in its own zone. Raises ValueError where there is no such moment."""
    said = found.groupdict()
    month = said["month"]
    year = int(said["year"])
    if len(said["year"]) == 2:  # of this century, or of the last
        year += 2000 if year < 70 else 1900
    return dt.datetime(
        year,
        int(month) if month.isdigit() else _MONTHS.index(month) + 1,
        int(said["day"]),
        int(said.get("hour") or 0),
        int(said.get("minute") or 0),
        int(said.get("second") or 0),
        tzinfo=dt.UTC,
    )


def _offset(zone: str) -> int:
    if zone in ("GMT", "UTC"):
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[3:]) * 60
    return -seconds if zone[0] == "-" else seconds
