"""Times of recorded responses moved to now: where they are, since when, and what follows from it."""

import base64
import datetime as dt
import gzip
import hashlib

import pytest

from recproxy.config.profile import ReplayTable
from recproxy.config.shift_table import ShiftTable
from recproxy.http import Prepared
from recproxy.play.shifted_times import ShiftedTimes, shifted_times
from recproxy.recording import Chunk, Interaction, Request, Response

DATE = (b"Date", b"Sat, 07 May 2022 13:21:51 GMT")
SINCE = 1_651_929_711
KIND = (b"Content-Type", b"application/json")


def moved(*headers, body=b"", by=100.9, shift=None, day=None, names=None, **more):
    response = Response(status=200, headers=headers, body=body, **more)
    request = Request(method="GET", url="https://a.example/")
    table = ShiftTable(headers=tuple(shift or ()), json=tuple(names or ()))
    times = ShiftedTimes(table, lambda: SINCE + by)
    got = times.moved(Interaction(request=request, response=response, recorded=day), response)
    return got, response


def body_of(body, *names, **more):
    return moved(DATE, KIND, body=body, names=names, **more)[0].body


def test_nothing_is_looked_for_where_a_profile_lists_nothing():
    assert shifted_times(ReplayTable()) is None
    assert shifted_times(ReplayTable(shift=ShiftTable(headers=("Expires",)))) is not None
    assert shifted_times(ReplayTable(clock="shift")) is not None


def test_listed_headers_move_by_what_lies_between_recording_and_now():
    reset, expires = (b"X-Rate-Limit-Reset", b"1651930551"), (b"expires", b"Sat, 07 May 2022 13:35:51 GMT")
    got, _ = moved(DATE, reset, expires, reset, shift=("x-rate-limit-reset", "Expires"))

    new = (b"X-Rate-Limit-Reset", b"1651930651")
    assert got.headers == (DATE, new, (b"expires", b"Sat, 07 May 2022 13:37:31 GMT"), new)


def test_the_date_itself_may_move():
    assert moved(DATE, shift=("Date",))[0].headers == ((b"Date", b"Sat, 07 May 2022 13:23:31 GMT"),)


@pytest.mark.parametrize(
    ("headers", "day", "wanted"),
    [
        ((), dt.date(2022, 5, 7), b"%d" % (1_651_930_551 + 100 + 13 * 3600 + 21 * 60 + 51)),
        (((b"Date", b"XXX"),), dt.date(2022, 5, 7), b"%d" % (1_651_930_551 + 100 + 13 * 3600 + 21 * 60 + 51)),
        ((DATE,), dt.date(2020, 1, 1), b"1651930651"),
        ((), None, b"1651930551"),
        (((b"Date", b"XXX"),), None, b"1651930551"),
    ],
)
def test_the_moment_of_recording_is_the_date_or_else_the_day(headers, day, wanted):
    got, _ = moved(*headers, (b"Reset", b"1651930551"), shift=("reset",), day=day)
    assert got.headers[-1][1] == wanted


@pytest.mark.parametrize(
    ("names", "body", "wanted"),
    [
        (["/a"], b'{"a": 1651930551, "b": 1651930551}', b'{"a": 1651930651, "b": 1651930551}'),
        (["/a"], b'{"a": "1651930551250"}', b'{"a": "1651930651250"}'),
        (["/d/*/r"], b'{"d": [{"r": 1651930551}, {"r": 900}]}', b'{"d": [{"r": 1651930651}, {"r": 900}]}'),
        (["/a"], b'{"a": {"b": 1651930551}}', b'{"a": {"b": 1651930651}}'),  # as redact.json has it
        (["exp"], b'[{"Exp":1651930551}, {"x": {"exp": "1651930551"}}]', b'[{"Exp":1651930651}, {"x": {"exp": "1651930651"}}]'),
        (["exp"], b'{"exp": [1651930551, 1651930552], "c": [1651930551]}', b'{"exp": [1651930651, 1651930652], "c": [1651930551]}'),
        (["exp"], b'{"exp": {"b": 1651930551}, "a": "exp", "c": 1651930551}', b'{"exp": {"b": 1651930551}, "a": "exp", "c": 1651930551}'),
        (["exp", "/exp"], b'{"exp": 1651930551}\n{"exp": 1651930552}', b'{"exp": 1651930651}\n{"exp": 1651930652}'),
        (["exp"], rb'{"\u0065xp": "2022-05-07T13:35:51\u002B02:00"}', rb'{"\u0065xp": "2022-05-07T13:35:51\u002B02:00"}'),
        (["t"], rb'{"t": "2022-05-07T13:35:51\u002B02:00"}', b'{"t": "2022-05-07T13:37:31+02:00"}'),
        (["exp"], rb'{"a": "\"exp\": 1651930551", "exp": null}', rb'{"a": "\"exp\": 1651930551", "exp": null}'),
        (["exp"], '{"exp": "é"}'.encode(), '{"exp": "é"}'.encode()),
        (["exp"], b'{"exp": XXX}', b'{"exp": XXX}'),
    ],
)  # fmt: skip
def test_listed_values_of_json_move(names, body, wanted):
    assert body_of(body, *names) == wanted


def test_text_that_is_no_json_stays():
    got, response = moved(DATE, (b"Content-Type", b"text/plain"), body=b'"exp": 1651930551', names=["exp"])
    assert got is response


def test_a_body_whose_coding_cannot_be_undone_stays():
    got, response = moved(DATE, KIND, (b"Content-Encoding", b"odd"), body=b'{"exp": 1}', names=["exp"])
    assert got is response


def test_a_body_that_was_stored_coded_is_coded_again():
    coded = gzip.compress(b'{"exp": 1651930551}')
    chunks = (Chunk(size=9), Chunk(size=len(coded) - 9))
    got, _ = moved(DATE, KIND, (b"Content-Encoding", b"gzip"), body=coded, names=["exp"], chunks=chunks)

    assert (got.body, got.encoding, got.chunks) == (b'{"exp": 1651930651}', "gzip", ())
    sent = Prepared(got).form(head_only=False, http10=False, keep_alive=True, coded=True)[0]
    assert gzip.decompress(sent.partition(b"\r\n\r\n")[2]) == b'{"exp": 1651930651}'


def test_a_body_that_was_stored_coded_stays_where_no_time_is_in_it():
    got, response = moved(DATE, KIND, (b"Content-Encoding", b"gzip"), body=gzip.compress(b"{}"), names=["exp"])
    assert got is response


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32-be"])
def test_json_in_wide_letters_moves(charset):
    kind = (b"Content-Type", b"application/json; charset=" + charset.encode())
    body = '{"é": 9, "exp": 1651930551}'.encode(charset)
    assert moved(DATE, kind, body=body, names=["exp"])[0].body.decode(charset) == '{"é": 9, "exp": 1651930651}'


def test_the_pieces_of_a_stream_follow_a_value_that_grows():
    body = b'{"exp": 1651930551}\n{"exp": 9999999999}\n{"a": 1}\n'
    chunks = (Chunk(size=20), Chunk(size=20, gap=1.0), Chunk(size=9))
    got, _ = moved(DATE, KIND, body=body, names=["exp"], chunks=chunks)

    assert got.body == b'{"exp": 1651930651}\n{"exp": 10000000099}\n{"a": 1}\n'
    assert [(chunk.size, chunk.gap) for chunk in got.chunks] == [(20, 0.0), (21, 1.0), (9, 0.0)]


def test_length_coding_and_digest_are_those_of_the_moved_body():
    body = b'{"exp": 9999999999}'
    headers = (
        (b"Content-Length", b"19"),
        (b"Content-Encoding", b"gzip"),
        (b"Content-Digest", b"sha-256=:AAAA:"),
    )
    got, _ = moved(DATE, KIND, *headers, body=body, names=["exp"], encoding="gzip")
    head, _, sent = (
        Prepared(got).form(head_only=False, http10=False, keep_alive=True, coded=True)[0].partition(b"\r\n\r\n")
    )

    assert gzip.decompress(sent) == b'{"exp": 10000000099}'
    assert b"Content-Length: %d" % len(sent) in head.split(b"\r\n")
    digest = base64.b64encode(hashlib.sha256(sent).digest())
    assert b"Content-Digest: sha-256=:" + digest + b":" in head.split(b"\r\n")


def test_a_response_without_a_listed_time_is_the_recorded_one_itself():
    got, response = moved(DATE, KIND, (b"Reset", b"900"), body=b'{"a": 1}', shift=("reset",), names=["/exp", "exp"])
    assert got is response


def test_a_response_with_a_listed_time_is_a_new_one_also_in_the_moment_of_recording():
    got, response = moved(DATE, (b"Reset", b"1651930551"), shift=("reset",), by=0)
    assert (got is response, got) == (False, response)


SIGNED = b"https://files.example/f?Expires=1651930551&Signature=ab"


def every(*headers, body=b"", kind=KIND):
    response = Response(status=200, headers=(DATE, kind, *headers), body=body)
    times = ShiftedTimes(ShiftTable(), lambda: SINCE + 100, every=True)
    return times, times.moved(
        Interaction(request=Request(method="GET", url="https://a.example/"), response=response), response
    )


def test_a_shifted_clock_moves_every_expiry_time_that_is_known():
    body = b'{"expires_in": 3600, "expiresAt": 1651930551, "created": 1651930551, "url": "%s"}' % SIGNED
    cookie = (b"Set-Cookie", b"s=1; Expires=Sat, 07-May-2022 13:35:51 GMT; Path=/")
    _, got = every((b"Expires", b"0"), (b"Cache-Control", b"max-age=60"), cookie, (b"Location", SIGNED), body=body)

    moved_url = SIGNED.replace(b"0551", b"0651")
    assert got.headers == (
        (b"Date", b"Sat, 07 May 2022 13:23:31 GMT"),
        KIND,
        (b"Expires", b"0"),
        (b"Cache-Control", b"max-age=60"),
        (b"Set-Cookie", b"s=1; Expires=Sat, 07-May-2022 13:37:31 GMT; Path=/"),
        (b"Location", moved_url),
    )
    assert got.body == b'{"expires_in": 3600, "expiresAt": 1651930651, "created": 1651930551, "url": "%s"}' % moved_url


@pytest.mark.parametrize(("kind", "moves"), [(b"text/html", True), (b"application/xml", True), (b"image/png", False)])
def test_signed_addresses_in_other_texts_move_and_pictures_stay(kind, moves):
    _, got = every(body=b"<a href='%s'>" % SIGNED, kind=(b"Content-Type", kind))
    assert (b"1651930651" in got.body) is moves


def test_what_a_client_sends_back_is_what_was_recorded():
    times, got = every(
        body=b'{"expires_at": "2022-05-07T13:35:51Z", "u": "https://f.example/?se=2022-05-07T13%3A35%3A51Z&sig=x"}'
    )
    assert b"13%3A37%3A31" in got.body

    sent = Request(
        method="PUT", url="https://f.example/?se=2022-05-07T13:37:31Z&sig=x",
        headers=((b"X-Until", b"2022-05-07T13:37:31Z"),), body=b'{"until": "2022-05-07T13:37:31Z"}',
    )  # fmt: skip
    (restored,) = times.returned.requests(sent)

    assert restored.url == "https://f.example/?se=2022-05-07T13:35:51Z&sig=x"
    assert (restored.headers, restored.body) == (
        ((b"X-Until", b"2022-05-07T13:35:51Z"),),
        b'{"until": "2022-05-07T13:35:51Z"}',
    )
