"""A time as services write it, moved: its form stays."""

import pytest

from recproxy.play.time_texts import moved_time, seconds_of_http_date

#: Saturday, 7 May 2022, 13:21:51 GMT; and 100 days, 1 hour, 1 minute and 1 second later.
SINCE = 1_651_929_711
NOW = SINCE + 100 * 86_400 + 3_661

EPOCHS = {
    "1651930551": "1660574212",
    "1651930551.250": "1660574212.250",
    "1651930551250": "1660574212250",
}
ISO = {
    "2022-05-07T13:35:51Z": "2022-08-15T14:36:52Z",
    "2022-05-07T13:35:51": "2022-08-15T14:36:52",
    "2022-05-07 13:35:51": "2022-08-15 14:36:52",
    "2022-05-07t13:35:51z": "2022-08-15t14:36:52z",
    "2022-05-07T13:35:51.123456+02:00": "2022-08-15T14:36:52.123456+02:00",
    "2022-05-07T13:35:51,5-0330": "2022-08-15T14:36:52,5-0330",
    "2022-05-07T13:35:51+02": "2022-08-15T14:36:52+02",
    "2022-05-07 13:35:51 UTC": "2022-08-15 14:36:52 UTC",
    "20220507T133551Z": "20220815T143652Z",
    "2022-05-08": "2022-08-16",
}
HTTP = {
    "Sat, 07 May 2022 13:35:51 GMT": "Mon, 15 Aug 2022 14:36:52 GMT",
    "Sat, 07-May-2022 13:35:51 GMT": "Mon, 15-Aug-2022 14:36:52 GMT",
    "Sat, 07 May 2022 13:35:51 +0200": "Mon, 15 Aug 2022 14:36:52 +0200",
    "Saturday, 07-May-22 13:35:51 GMT": "Monday, 15-Aug-22 14:36:52 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT": "Tuesday, 14-Feb-95 09:50:38 GMT",
    "Sat May  7 13:35:51 2022": "Mon Aug 15 14:36:52 2022",
    "Thu Apr 28 13:35:51 2022": "Sat Aug  6 14:36:52 2022",
}


@pytest.mark.parametrize(("text", "wanted"), [*EPOCHS.items(), *ISO.items(), *HTTP.items()])
def test_a_time_moves_and_keeps_its_form(text, wanted):
    assert moved_time(text, SINCE, NOW) == wanted
    assert moved_time(wanted, NOW, SINCE) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "900",
        "165193055",
        "16519305510",
        "1.651930551e9",
        " 1651930551",
        "1651930551 ",
        "20220507",
        "2022-02-30",
        "2022-02-30T13:35:51Z",
        "2022-05-07T25:35:51Z",
        "2022-05-0713:35:51",
        "2022-0507T13:35:51Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31",
        "Sat, 31 Feb 2022 13:35:51 GMT",
        "Sat, 07 Mai 2022 13:35:51 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "XXX",
        "never",
    ],
)
def test_any_other_value_stays(text):
    assert moved_time(text, SINCE, NOW) is None


def test_a_time_of_whole_minutes_stays_one():
    assert moved_time("2022-05-07T13:35Z", SINCE, NOW) == "2022-08-15T14:36Z"


def test_a_time_does_not_move_before_1970():
    assert moved_time("1000000000", 1_500_000_000, 0) is None


def test_a_day_moves_as_a_calendar_does():
    late, early = SINCE + 10 * 3600, NOW - NOW % 86_400

    assert moved_time("2022-05-08", late, early) == "2022-08-16"
    assert moved_time("2022-05-08", late, late) == "2022-05-08"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Sat, 07 May 2022 13:21:51 GMT", SINCE),
        ("Sat, 07 May 2022 15:21:51 +0200", SINCE),
        ("Sat, 07 May 2022 09:51:51 -0330", SINCE),
        ("Saturday, 07-May-22 13:21:51 GMT", SINCE),
        ("Sat May  7 13:21:51 2022", SINCE),
        ("Sat, 31 Feb 2022 13:21:51 GMT", None),
        ("2022-05-07T13:21:51Z", None),
        ("XXX", None),
    ],
)
def test_a_date_of_http_is_a_moment(text, wanted):
    assert seconds_of_http_date(text) == wanted
