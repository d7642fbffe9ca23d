import pytest

from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.meanings import Meaning
from recproxy.mail.imap.responses import ImapResponse
from recproxy.play.imap_exchanges import mailbox_after, read_imap_exchanges
from recproxy.recording import Act, Step, conversation


def read(*said):
    steps = tuple(
        Step(Act(each), b"") if each.startswith(":") else Step(Act(each[0]), each[2:].encode() + b"\r\n", line)
        for line, each in enumerate(said, 1)
    )
    return read_imap_exchanges(conversation("IMAP", "imap://mail.example:143", steps))


def shown(exchange):
    """What a service said, each response that is more than data as its line."""
    return [[each.line.text if isinstance(each, ImapResponse) else each for each in group] for group in exchange.groups]


def test_an_exchange_is_a_command_and_all_that_was_said_to_it():
    got = read(
        "< * OK ready",
        "> a1 LOGIN me XXX",
        "< a1 OK in",
        "> a2 SELECT Sent",
        "< * 2 EXISTS",
        "< * 0 RECENT",
        "< * OK [UIDVALIDITY 1] x",
        "< a2 OK [READ-WRITE] x",
        "> a3 FETCH 1 FLAGS",
        "< * 1 FETCH (FLAGS ())",
        "< a3 OK done",
    )

    assert got.greeting == ImapLine((b"* OK ready",))
    assert [(each.meaning.name, each.mailbox, each.line) for each in got.exchanges] == [
        (b"LOGIN", None, 2),
        (b"SELECT", None, 4),
        (b"FETCH", b"Sent", 9),
    ]
    assert [shown(each) for each in got.exchanges] == [
        [[b"a1 OK in"]],
        [[b"* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] x\r\n", b"a2 OK [READ-WRITE] x"]],
        [[b"* 1 FETCH (FLAGS ())\r\n", b"a3 OK done"]],
    ]


def test_commands_that_were_pipelined_have_their_own_answers():
    got = read(
        "< * OK ready", "> a1 SELECT x", "> a2 FETCH 1 FLAGS", "> a3 SEARCH ALL", "< * 1 EXISTS", "< a1 OK x",
        "< * 1 FETCH (FLAGS ())", "< a2 OK x", "< * SEARCH 1", "< a3 OK x",
    )  # fmt: skip

    assert [shown(each) for each in got.exchanges] == [
        [[b"* 1 EXISTS\r\n", b"a1 OK x"]],
        [[b"* 1 FETCH (FLAGS ())\r\n", b"a2 OK x"]],
        [[b"* SEARCH 1\r\n", b"a3 OK x"]],
    ]
    assert [each.mailbox for each in got.exchanges] == [None, b"x", b"x"]


def test_replies_of_a_client_part_what_was_said():
    got = read(
        "< * PREAUTH in", "> a1 IDLE", "< + idling", "< * 3 EXISTS", "> DONE", "< a1 OK x", "> a2 AUTHENTICATE LOGIN",
        "< + VXNlcg==", "> XXX", "< + UGFzcw==", "> XXX", "< a2 NO x",
    )  # fmt: skip

    assert [shown(each) for each in got.exchanges] == [
        [[b"+ idling", b"* 3 EXISTS\r\n"], [b"a1 OK x"]],
        [[b"+ VXNlcg=="], [b"+ UGFzcw=="], [b"a2 NO x"]],
    ]


def test_what_is_said_unasked_belongs_to_the_command_before():
    got = read("< * OK ready", "> a1 NOOP", "< a1 OK x", "< * BYE too long", ":close")

    assert [shown(each) for each in got.exchanges] == [[[b"a1 OK x", b"* BYE too long"]]]
    assert got.end is Act.CLOSE


def test_a_connection_that_broke_off_ends_the_open_commands():
    got = read("< * OK ready", "> a1 NOOP", "< a1 OK x", "> a2 FETCH 1 FLAGS", "< * 1 FETCH (FLAGS ())", ":reset")

    assert [each.end for each in got.exchanges] == [None, Act.RESET]
    assert shown(got.exchanges[1]) == [[b"* 1 FETCH (FLAGS ())\r\n"]]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (["< * 1 FETCH (BODY[] {90}"], "this is not one line of IMAP: a literal is not as long as it says"),
        (["> a1"], "a command is a tag, a blank and a name"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(said, problem):
    got = read("< * OK ready", *said, "> a2 NOOP")

    assert (got.problem, got.problem_line, got.exchanges) == (problem, 2, [])


def test_the_capabilities_that_were_listed_are_known():
    got = read("< * OK [CAPABILITY IMAP4rev1] ready", "> a1 CAPABILITY", "< * CAPABILITY IMAP4rev1 IDLE", "< a1 OK x")

    assert got.capabilities == (
        ImapLine((b"* OK [CAPABILITY IMAP4rev1] ready",)),
        ImapLine((b"* CAPABILITY IMAP4rev1 IDLE",)),
    )


@pytest.mark.parametrize(
    ("name", "ok", "wanted"),
    [
        (b"SELECT", True, b"x"),
        (b"EXAMINE", True, b"x"),
        (b"SELECT", False, None),
        (b"CLOSE", True, None),
        (b"CLOSE", False, b"before"),
        (b"NOOP", True, b"before"),
    ],
)
def test_a_command_leaves_a_mailbox_selected(name, ok, wanted):
    assert mailbox_after(name, Meaning(name, (("mailbox", b"x"),)), b"before", ok=ok) == wanted
