"""A client of IMAP in replay: what it gets for each command, as bytes."""

import pytest

from recproxy.mail.imap.commands import read_imap_command
from recproxy.mail.imap.lines import ImapLine, LineReader, LiteralAsked
from recproxy.mail.imap.responses import ImapResponse
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.imap_playback import ImapPlayback
from recproxy.play.imap_replay import ImapReplay
from recproxy.play.playback import Playback
from recproxy.recording import Recording, load

HEAD = "< * OK ready\n> a LOGIN me XXX\n< a OK in\n"
BOX = HEAD + "> b SELECT INBOX\n< * 2 EXISTS\n< b OK x\n"
IGNORED = frozenset((b"date", b"message-id"))


def playing(*conversations, repeat="last", url="imap://mail.example:143", given=None, scope=None):
    text = "".join(f"\nIMAP {url}\n{each}=======\n" for each in conversations)
    recording = load(b"#recproxy 2\n" + text.encode())
    playback = Playback(Index((Recording(interactions=recording.interactions, path="a.rec"),), Rules()), repeat=repeat)
    playback.given = given or {}
    return ImapPlayback(playback, "mail.example", IGNORED)


def connected(of, *, secure=False):
    replay = ImapReplay(of, secure=secure)
    replay.greet()
    return replay


def command(data):
    reader = LineReader(commands=True)
    reader.feed(b"x1 " + data.encode() + b"\r\n")
    while isinstance(line := reader.next(), LiteralAsked):
        pass
    return read_imap_command(line)


def said(replay, data):
    """What a client gets for a command, its groups parted by `|`; None where it is a miss."""
    answer = replay.say(command(data))
    if answer is None:
        return None
    groups = (
        "".join((each.line.data if isinstance(each, ImapResponse) else each).decode() for each in group)
        for group in answer.groups
    )
    return " | ".join(group.replace("\r\n", " ").strip() for group in groups)


def test_a_conversation_is_played_again():
    replay = connected(playing(BOX + "> c FETCH 1 FLAGS\n< * 1 FETCH (FLAGS ())\n< c OK x\n"))

    assert said(replay, "login me secret") == "a OK in"
    assert said(replay, 'select "inbox"') == "* 2 EXISTS b OK x"
    assert said(replay, "fetch 1 (flags)") == "* 1 FETCH (FLAGS ()) c OK x"


FLAGS = "> c FETCH 1 FLAGS\n< * 1 FETCH (FLAGS ())\n< c OK x\n"
SEARCH = "> d SEARCH UNSEEN\n< * SEARCH 1\n< d OK x\n"
STORE = "> e STORE 1 +FLAGS (\\Seen)\n< * 1 FETCH (FLAGS (\\Seen))\n< e OK x\n"
SEEN = "> f FETCH 1 FLAGS\n< * 1 FETCH (FLAGS (\\Seen))\n< f OK x\n"


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        (FLAGS + SEARCH, [("SEARCH UNSEEN", "* SEARCH 1 d OK x"), ("FETCH 1 FLAGS", "* 1 FETCH (FLAGS ()) c OK x")]),
        (
            FLAGS + STORE + SEEN,
            [
                ("FETCH 1 FLAGS", "* 1 FETCH (FLAGS ()) c OK x"),
                ("STORE 1 +FLAGS \\Seen", "* 1 FETCH (FLAGS (\\Seen)) e OK x"),
                ("FETCH 1 FLAGS", "* 1 FETCH (FLAGS (\\Seen)) f OK x"),
                ("FETCH 1 FLAGS", "* 1 FETCH (FLAGS (\\Seen)) f OK x"),
            ],
        ),
        (
            FLAGS + STORE + SEEN,
            [
                ("STORE 1 +FLAGS \\Seen", "* 1 FETCH (FLAGS (\\Seen)) e OK x"),
                ("FETCH 1 FLAGS", "* 1 FETCH (FLAGS (\\Seen)) f OK x"),
            ],
        ),
        (FLAGS, [("FETCH 2 FLAGS", None), ("FETCH 1 FLAGS", "* 1 FETCH (FLAGS ()) c OK x")]),
        (FLAGS, [("SEARCH UNSEEN", None)]),
        ("", [("NOOP", "x OK done"), ("LOGOUT", "* BYE logging out x OK done")]),
        ("", [("ID NIL", "* ID NIL x OK done"), ("CAPABILITY", "* CAPABILITY IMAP4rev1 x OK done")]),
        ("> c SEARCH SINCE XXX\n< c OK x\n", [("SEARCH SINCE 1-Feb-2020", "c OK x"), ("SEARCH BEFORE 1-Feb-2020", None)]),
        ("> c FETCH 1 FLAGS\n< c BAD x\n", [("FETCH 1 FLAGS", "c BAD x")]),
        ("> c IDLE\n< + idling\n< * 3 EXISTS\n> DONE\n< c OK x\n", [("IDLE", "+ idling * 3 EXISTS | c OK x")]),
    ],
)  # fmt: skip
def test_commands_are_answered_by_what_they_mean(recorded, asked):
    replay = connected(playing(BOX + recorded))
    said(replay, "LOGIN me x")
    said(replay, "SELECT INBOX")

    assert [said(replay, each) for each, _ in asked] == [wanted for _, wanted in asked]


def test_a_command_is_answered_for_the_mailbox_that_is_selected():
    other = "> g SELECT Sent\n< g OK x\n> h SEARCH UNSEEN\n< * SEARCH 7\n< h OK x\n"
    replay = connected(playing(BOX + SEARCH + other))
    said(replay, "SELECT Sent")
    assert said(replay, "SEARCH UNSEEN") == "* SEARCH 7 h OK x"
    said(replay, "SELECT INBOX")
    assert said(replay, "SEARCH UNSEEN") == "* SEARCH 1 d OK x"
    assert said(replay, "SELECT Drafts") is None
    assert said(replay, "SEARCH UNSEEN") is None


@pytest.mark.parametrize(
    ("repeat", "wanted"),
    [("last", ["* SEARCH 1", "* SEARCH 2", "* SEARCH 2"]), ("cycle", ["* SEARCH 1", "* SEARCH 2", "* SEARCH 1"]), ("miss", ["* SEARCH 1", "* SEARCH 2", None])],
)  # fmt: skip
def test_equal_commands_are_answered_in_recorded_order(repeat, wanted):
    recorded = "> d SEARCH ALL\n< * SEARCH 1\n< d OK\n> e SEARCH ALL\n< * SEARCH 2\n< e OK\n"
    replay = connected(playing(BOX + recorded, repeat=repeat))
    said(replay, "SELECT INBOX")

    got = [said(replay, "SEARCH ALL") for _ in range(3)]
    assert [each and each.rpartition(" OK")[0][:-2] for each in got] == wanted


def test_connections_are_answered_by_one_conversation_after_another():
    of = playing(HEAD + FLAGS.replace("c FETCH", "c SEARCH"), *(BOX + SEARCH.replace("1\n", f"{n}\n") for n in (1, 2)))
    answers = []
    for _ in range(3):
        replay = connected(of)
        said(replay, "LOGIN me x")
        said(replay, "SELECT INBOX")
        answers.append(said(replay, "SEARCH UNSEEN"))
        replay.end()

    assert answers == ["* SEARCH 1 d OK x", "* SEARCH 2 d OK x", "* SEARCH 2 d OK x"]
    assert of.playback.plays == [0, 1, 2]


def test_two_connections_at_once_have_a_conversation_each():
    of = playing(*(BOX + SEARCH.replace("1\n", f"{n}\n") for n in (1, 2)))
    replays = [connected(of), connected(of)]
    for each in ("LOGIN me x", "SELECT INBOX"):
        for replay in replays:
            said(replay, each)

    assert [said(replay, "SEARCH UNSEEN") for replay in replays] == ["* SEARCH 1 d OK x", "* SEARCH 2 d OK x"]
    assert of.playback.plays == [1, 1]
    assert [replay.newly_played() for replay in replays] == [[0], [1]]
    assert replays[0].newly_played() == []


def test_a_login_chooses_the_conversation_of_its_user():
    of = playing(*(f"< * OK ready\n> a LOGIN {user} XXX\n< a OK {user}\n" for user in ("me", "you")))

    assert said(connected(of), "LOGIN you x") == "a OK you"
    assert said(connected(of), "LOGIN she x") == "a OK me"


MAIL = "Subject: {}\nDate: {}\n\nhello\n"


def appended(subject, date):
    mail = MAIL.format(subject, date).replace("\n", "\r\n")
    return f'"01-Feb-2020 10:00:00 +0000" {{{len(mail)}}}\r\n{mail}'


@pytest.mark.parametrize(
    ("subject", "date", "wanted"), [("A", "today", "c OK x"), ("A", "tomorrow", "c OK x"), ("B", "today", None)]
)
def test_a_message_is_compared_by_what_it_says(subject, date, wanted):
    mail = appended("A", "today").replace("\r\n", "\n+ ").replace("01-Feb", "02-Feb")
    replay = connected(playing(HEAD + f"> c APPEND Sent (\\Seen) {mail}\n< c OK x\n"))

    assert said(replay, f"APPEND Sent (\\seen) {appended(subject, date)}") == wanted


def test_a_miss_knows_what_is_nearest():
    of = playing(BOX + FLAGS + SEARCH)
    replay = connected(of)
    said(replay, "SELECT INBOX")

    asked, places = replay.nearest(command("FETCH 1:2 FLAGS"))
    assert [of.exchange(each).line for each in places] == [10]
    assert [(each.field, each.wanted, each.got) for each in of.differences(places[0], asked)] == [
        ("messages", "1", "1:2")
    ]


def test_a_message_that_differs_is_told_by_its_fields():
    mail = appended("A", "x").replace("\r\n", "\n+ ")
    of = playing(HEAD + f"> c APPEND Sent {mail}\n< c OK x\n")
    asked, places = connected(of).nearest(command(f"APPEND Drafts {appended('B', 'y')}"))

    assert [(each.field, each.wanted, each.got) for each in of.differences(places[0], asked)] == [
        ("mailbox", "Sent", "Drafts"),
        ("Subject", "A", "B"),
    ]


def test_named_places_are_filled_in_and_literals_keep_their_sizes():
    recorded = (
        "> c SEARCH SUBJECT XXX[ticket]\n< * SEARCH 1\n< c OK x\n> d FETCH 1 BODY[]\n< * 1 FETCH (BODY[] {15}\n"
        "+ say XXX[ticket] UID 5)\n< d OK about XXX[ticket]\n"
    )
    replay = connected(playing(BOX + recorded))
    said(replay, "SELECT INBOX")
    said(replay, "SEARCH SUBJECT 4711")

    assert said(replay, "FETCH 1 BODY[]") == "* 1 FETCH (BODY[] {8} say 4711 UID 5) d OK about 4711"


@pytest.mark.parametrize(
    ("recorded", "live", "wanted"),
    [
        ("> a AUTHENTICATE PLAIN XXX\n< a OK in\n", "AUTHENTICATE PLAIN eA==", "a OK in"),
        ("> a AUTHENTICATE PLAIN XXX\n< a OK in\n", "AUTHENTICATE PLAIN", "+ | a OK in"),
        ("> a AUTHENTICATE PLAIN\n< + \n> XXX\n< a OK in\n", "AUTHENTICATE PLAIN", "+ | a OK in"),
        ("> a AUTHENTICATE PLAIN\n< + \n> XXX\n< a OK in\n", "AUTHENTICATE PLAIN eA==", "a OK in"),
        ("> a AUTHENTICATE XOAUTH2 XXX\n< + e30=\n> \n< a NO no\n", "AUTHENTICATE XOAUTH2 eA==", "+ e30= | a NO no"),
        ("> a AUTHENTICATE XOAUTH2 XXX\n< + e30=\n> \n< a NO no\n", "AUTHENTICATE XOAUTH2", "+ | + e30= | a NO no"),
        ("> a AUTHENTICATE CRAM-MD5\n< + PDE+\n> XXX\n< a OK in\n", "AUTHENTICATE CRAM-MD5", "+ PDE+ | a OK in"),
        ("> a AUTHENTICATE PLAIN XXX\n< a OK in\n", "AUTHENTICATE LOGIN", None),
    ],
)
def test_a_login_is_answered_whether_or_not_its_reply_comes_with_it(recorded, live, wanted):
    assert said(connected(playing("< * OK ready\n" + recorded)), live) == wanted


@pytest.mark.parametrize(
    ("secure", "wanted"), [(False, b"* OK [CAPABILITY IMAP4rev1 STARTTLS] x"), (True, b"* OK [CAPABILITY IMAP4rev1] x")]
)
def test_tls_is_offered_where_it_was_there_from_the_start(secure, wanted):
    of = playing("< * OK [CAPABILITY IMAP4rev1] x\n", url="imaps://mail.example:993")

    assert ImapReplay(of, secure=secure).greet() == ImapLine((wanted,))


def test_tls_begins_for_a_client_without_it():
    replay = connected(playing(BOX, url="imaps://mail.example:993"))

    assert said(replay, "STARTTLS") == "x OK done"


def test_a_connection_ends_as_it_was_recorded():
    of = playing(BOX + "> c SEARCH ALL\n< * SEARCH 1\n:reset\n")
    replay = connected(of)
    said(replay, "SELECT INBOX")
    answer = replay.say(command("SEARCH ALL"))

    assert (answer.groups, answer.end) == (((b"* SEARCH 1\r\n",),), ":reset")


def test_nothing_is_recorded_for_another_host():
    assert ImapReplay(ImapPlayback(playing(BOX).playback, "other.example", IGNORED), secure=False).greet() is None


def test_a_conversation_that_is_used_up_greets_nobody():
    of = playing(BOX, repeat="miss")
    connected(of).end()

    assert ImapReplay(of, secure=False).greet() is None


def test_the_capabilities_are_those_of_before_and_after_the_login():
    recorded = (
        "< * OK ready\n> c CAPABILITY\n< * CAPABILITY X STARTTLS\n< c OK x\n"
        "> a LOGIN me XXX\n< a OK [CAPABILITY X MOVE] in\n"
    )
    replay = connected(playing(recorded))

    assert said(replay, "CAPABILITY") == "* CAPABILITY X STARTTLS c OK x"
    assert said(replay, "CAPABILITY") == "* CAPABILITY X STARTTLS x OK done"
    said(replay, "LOGIN me x")
    assert said(replay, "CAPABILITY") == "* CAPABILITY X MOVE x OK done"


def test_a_command_that_another_connection_recorded_is_answered_from_there():
    of = playing(
        BOX + SEARCH + FLAGS, BOX + "> g COPY 1 Old\n< g OK [COPYUID 1 1 1] x\n" + SEARCH.replace("1\n", "2\n")
    )
    replay = connected(of)
    for each in ("LOGIN me x", "SELECT INBOX", "FETCH 1 FLAGS"):
        said(replay, each)

    assert said(replay, "COPY 1 Old") == "g OK [COPYUID 1 1 1] x"
    assert said(replay, "SEARCH UNSEEN") == "* SEARCH 1 d OK x"
    assert said(replay, "SEARCH UNSEEN") == "* SEARCH 1 d OK x"
    assert said(replay, "COPY 2 Old") is None
    replay.end()
    assert of.playback.plays == [1, 1]
    assert replay.newly_played() == [0, 1]
