"""What a program makes anew in each run is a named place in requests and responses; constants of a test stay literal."""

import base64
import hashlib
import random
import string
import uuid
from dataclasses import replace
from urllib.parse import quote

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.filling import filled_response, filling_values
from recproxy.play.playback import Playback
from recproxy.recording import (
    Act,
    Interaction,
    Recording,
    Request,
    Response,
    SentWebhook,
    Step,
    as_interaction,
    dump,
    load,
)
from recproxy.recording.values import conversation as mail_conversation
from recproxy.redaction.correlation import Correlation
from recproxy.redaction.fresh_shapes import written_tokens
from recproxy.redaction.linking import link
from recproxy.redaction.rules import NO_RULES
from recproxy.redaction.scope import redact_scope

NOW = 1_795_000_000.0
JSON = ((b"Content-Type", b"application/json"),)
FORM = ((b"Content-Type", b"application/x-www-form-urlencoded"),)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PUSH = "-" + string.digits + string.ascii_uppercase + "_" + string.ascii_lowercase


def digits_of(number, letters, size):
    text = ""
    for _ in range(size):
        number, digit = divmod(number, len(letters))
        text = letters[digit] + text
    return text


def picked(rng, letters, size):
    return "".join(rng.choice(letters) for _ in range(size))


def uuid_of(rng, version, now):
    """A UUID of a version; the time of 1, 6 and 7 is that of the clock."""
    number = rng.getrandbits(128)
    if version in (1, 6):
        ticks = int(now * 1e7) + 0x01B21DD213814000
        if version == 1:
            number = (
                (ticks & 0xFFFFFFFF) << 96 | (ticks >> 32 & 0xFFFF) << 80 | (ticks >> 48) << 64 | number & (1 << 64) - 1
            )
        else:
            number = (ticks >> 12) << 80 | (ticks & 0xFFF) << 64 | number & (1 << 64) - 1
    elif version == 7:
        number = int(now * 1000) << 80 | number & (1 << 80) - 1
    number = number & ~(0xF << 76) & ~(3 << 62) | version << 76 | 2 << 62
    return str(uuid.UUID(int=number))


#: How programs make an id: by a source of chance, and the time.
KINDS = {
    "uuid4": lambda rng, now: uuid_of(rng, 4, now),
    "uuid4 in capitals": lambda rng, now: uuid_of(rng, 4, now).upper(),
    "uuid4 in hexadecimal": lambda rng, now: uuid_of(rng, 4, now).replace("-", ""),
    "uuid4 in braces": lambda rng, now: "{" + uuid_of(rng, 4, now) + "}",
    "urn of a uuid4": lambda rng, now: "urn:uuid:" + uuid_of(rng, 4, now),
    "uuid1": lambda rng, now: uuid_of(rng, 1, now),
    "uuid6": lambda rng, now: uuid_of(rng, 6, now),
    "uuid7": lambda rng, now: uuid_of(rng, 7, now),
    "uuid7 in hexadecimal": lambda rng, now: uuid_of(rng, 7, now).replace("-", ""),
    "ulid": lambda rng, now: digits_of(int(now * 1000) << 80 | rng.getrandbits(80), CROCKFORD, 26),
    "typeid": lambda rng, now: "user_" + digits_of(uuid.UUID(uuid_of(rng, 7, now)).int, CROCKFORD, 26).lower(),
    "ksuid": lambda rng, now: digits_of(int(now - 1_400_000_000) << 128 | rng.getrandbits(128), BASE62, 27),
    "object id": lambda rng, now: f"{int(now):08x}{rng.getrandbits(64):016x}",
    "xid": lambda rng, now: digits_of(
        (int(now) << 64 | rng.getrandbits(64)) << 4, "0123456789abcdefghijklmnopqrstuv", 20
    ),
    "cuid": lambda rng, now: (
        "c"
        + digits_of(int(now * 1000), BASE62[:10] + BASE62[36:], 8)
        + digits_of(rng.getrandbits(80), BASE62[:10] + BASE62[36:], 16)
    ),
    "push id": lambda rng, now: digits_of(int(now * 1000), PUSH, 8) + picked(rng, PUSH, 12),
    "snowflake": lambda rng, now: str(int((now - 1_288_834_974.657) * 1000) << 22 | rng.getrandbits(22)),
    "16 hexadecimal digits": lambda rng, now: f"{rng.getrandbits(64):016x}",
    "24 hexadecimal digits": lambda rng, now: f"{rng.getrandbits(96):024x}",
    "32 hexadecimal digits": lambda rng, now: f"{rng.getrandbits(128):032x}",
    "uuid behind a name": lambda rng, now: "order-" + uuid_of(rng, 4, now),
    "uuid before a name": lambda rng, now: uuid_of(rng, 4, now) + ".txt",
    "12 digits of a uuid behind a name": lambda rng, now: "e2e-" + uuid_of(rng, 4, now).replace("-", "")[:12],
    "12 digits behind an underscore": lambda rng, now: "test_" + f"{rng.getrandbits(48):012x}",
    "mail address": lambda rng, now: f"user+{rng.getrandbits(64):016x}@example.com",
    "seconds behind a name": lambda rng, now: f"run-{int(now)}",
    "milliseconds behind a name": lambda rng, now: f"run_{int(now * 1000)}",
    "nanoseconds": lambda rng, now: str(int(now * 1e9) + rng.getrandbits(20)),
    "16 bytes for URLs": lambda rng, now: base64.urlsafe_b64encode(rng.randbytes(16)).rstrip(b"=").decode(),
    "24 letters and digits": lambda rng, now: picked(rng, BASE62, 24),
    "nanoid": lambda rng, now: picked(rng, BASE62 + "-_", 21),
    "20 small letters and digits": lambda rng, now: picked(rng, BASE62[:10] + BASE62[36:], 20),
}


#: Of some kinds one value in so many does not look like chance.
_UNSEEN = {"20 small letters and digits": 8}


def made(kind, seed, now):
    return KINDS[kind](random.Random(f"{kind} {seed}"), now)


def asked(method, url, body=b"", said=b"", *, status=200, headers=JSON, answered=JSON):
    return Interaction(
        request=Request(method=method, url=f"https://api.example{url}", headers=headers, body=body, wild=None),
        response=Response(status=status, headers=answered, body=said, wild=None),
    )


def recorded(*interactions, **facts):
    return redact_scope(interactions, NO_RULES, correlation=Correlation(now=NOW, **facts)).interactions


def replayed(interactions, live):
    """The responses to live requests: their bodies; None for a miss."""
    playing = Playback(Index((Recording(interactions=tuple(interactions)),), Rules()))
    said = []
    for each in live:
        position = playing.take(playing.locate(each.request))
        if position is None:
            said.append(None)
            continue
        playing.bind(position, each.request)
        response = playing.interaction(position).response
        said.append(filled_response(response, filling_values(response, playing.bound, {})).body)
    return said


def conversation(value):
    """A program that makes an order under its own id, and asks for it."""
    raw = value.encode()
    return [
        asked("POST", "/orders", b'{"id": "%s", "amount": 5}' % raw, b'{"id": "%s", "state": "new"}' % raw, status=201),
        asked(
            "GET",
            f"/orders/{value.replace('{', '%7B').replace('}', '%7D')}",
            b"",
            b'{"id": "%s", "state": "paid"}' % raw,
        ),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_id_of_every_kind_replays_with_another_one(kind):
    # Nobody can be sure of chance: of some kinds one value in a few hundred does not look like it.
    seeds = 40
    wrong = []
    for seed in range(seeds):
        before, now = conversation(made(kind, seed, NOW - 60)), conversation(made(kind, seed + 1000, NOW + 86400))
        if replayed(recorded(*before), now) != [each.response.body for each in now]:
            wrong.append(before[0].request.body)

    assert len(wrong) <= seeds // _UNSEEN.get(kind, 20), wrong


ID, OTHER = "7d1f3a52-4c0e-4b7b-9f43-2f6f6a1b7c90", "b20c55be-8a34-4f1e-8c1d-3be0d2a9e611"


#: Random bytes in base64 for URLs, with a sign in each.
RUNS = {ID: "pX3_vN8qLw-Z1rTb5KcYdA", OTHER: "h7Q-Ub2mE_x9GsRk4WnVzf"}


def in_place(make):
    """The recorded request of what `make` gives for one id, and whether another id gets its own back."""
    before, now = make(ID), make(OTHER)
    clean = recorded(*before)
    return clean, replayed(clean, now) == [each.response.body for each in now]


@pytest.mark.parametrize(
    ("make", "place"),
    [
        (lambda v: asked("PUT", f"/orders/{v}", b"{}", b'{"id": "%s"}' % v.encode()), "/orders/XXX[order_id.new-uuid]"),
        (lambda v: asked("PUT", f"/v1/bucket/{v}/a.txt", b"{}"), "/v1/bucket/XXX[bucket_id.new-uuid]/a.txt"),
        (lambda v: asked("POST", f"/jobs?run={v}", b"", v.encode()), "/jobs?run=XXX[run.new-uuid]"),
        (lambda v: asked("POST", "/a", b"key=1&ref=%s" % v.encode(), headers=FORM), b"key=1&ref=XXX[ref.new-uuid]"),
        (
            lambda v: asked("POST", "/a", b'{"a": [{"ref": "x-%s"}]}' % v.encode()),
            b'{"a": [{"ref": "x-XXX[ref.new-uuid]"}]}',
        ),
        (
            lambda v: asked("POST", "/a", b"<o><ref>%s</ref></o>" % v.encode(), headers=()),
            b"<o><ref>XXX[ref.new-uuid]</ref></o>",
        ),
        (lambda v: asked("POST", "/a", b'{"nonce": "%s"}' % v.encode()), b'{"nonce": "XXX[nonce.new-uuid]"}'),
        (
            lambda v: asked("POST", "/a", b'{"at": "urn:%s", "b": "%s"}' % (v.encode(), v.encode())),
            b'{"at": "urn:XXX[at.new-uuid]", "b": "XXX[at.new-uuid]"}',
        ),
        (lambda v: asked("GET", f"/orders/{v}", status=404), "/orders/XXX[order_id.new-uuid]"),
        (lambda v: asked("POST", f"/jobs?run={RUNS[v]}"), "/jobs?run=XXX[run.new-id]"),
        (lambda v: asked("POST", "/a", b"k=1&ref=%s" % RUNS[v].encode(), headers=FORM), b"k=1&ref=XXX[ref.new-id]"),
        (lambda v: asked("PUT", f"/files/{RUNS[v]}.png"), "/files/XXX[file_id.new-id].png"),
        (
            lambda v: asked("POST", "/a", b'{"to": "user+%s@a.example"}' % RUNS[v].encode()),
            b'{"to": "user+XXX[to.new-id]@a.example"}',
        ),
    ],
    ids=[
        "path",
        "inner path",
        "query",
        "form",
        "json",
        "xml",
        "nonce",
        "twice",
        "absent thing",
        "base64 in a query",
        "base64 in a form",
        "base64 before an ending",
        "base64 in a mail address",
    ],
)
def test_a_fresh_id_is_linked_wherever_a_request_has_it(make, place):
    clean, replays = in_place(lambda value: [make(value)])

    request = clean[0].request
    assert place in ((request.url,) if isinstance(place, str) else (request.body,)) or place in request.url
    assert replays


def test_the_parts_of_a_multipart_body_are_linked_and_its_boundary_is_not():
    kind = ((b"Content-Type", b"multipart/form-data; boundary=4ad8f0c8f3b04a7c9d1e2f3a4b5c6d7e"),)
    body = (
        b'--4ad8f0c8f3b04a7c9d1e2f3a4b5c6d7e\r\nContent-Disposition: form-data; name="ref"\r\n\r\n%s\r\n'
        b"--4ad8f0c8f3b04a7c9d1e2f3a4b5c6d7e--\r\n"
    )
    clean, replays = in_place(lambda value: [asked("POST", "/a", body % value.encode(), b"", headers=kind)])

    assert clean[0].request.body == body % b"XXX[ref.new-uuid]"
    assert replays


NONCE, NEW_NONCE = "Zt+/9fJ0aVb3Kq7YxWm1pA==", "qT8+LrN/2vXc5HsDk0ZwEg=="


@pytest.mark.parametrize(
    "spell",
    [
        str.upper,
        lambda value: value.replace("-", ""),
        lambda value: base64.b64encode(value.encode()).decode(),
        lambda value: f"/a?n={quote(value, safe='')}",
    ],
    ids=["capitals", "no dashes", "base64", "escapes"],
)
@pytest.mark.parametrize("values", [(ID, OTHER), (NONCE, NEW_NONCE)], ids=["uuid", "nonce"])
def test_a_service_may_write_a_value_in_another_way_and_a_client_repeat_that(spell, values):
    def conversation(value):
        other = spell(value)
        return [
            asked("POST", "/a", b'{"nonce": "%s"}' % value.encode(), b'{"id": "%s"}' % other.encode()),
            asked("POST", "/b", b'{"id": "%s"}' % other.encode(), b'["%s"]' % value.encode()),
        ]

    before, now = map(conversation, values)
    assert replayed(recorded(*before), now) == [each.response.body for each in now]


@pytest.mark.parametrize("place", ["query", "form"])
def test_a_value_with_escapes_is_linked_in_a_query_and_a_form(place):
    def ask(value):
        text = f"nonce={quote(value, safe='')}&a=1"
        if place == "query":
            return [asked("POST", f"/a?{text}", b"", b'{"n": "%s"}' % value.encode())]
        return [asked("POST", "/a", text.encode(), b'{"n": "%s"}' % value.encode(), headers=FORM)]

    clean, now = recorded(*ask(NONCE)), ask(NEW_NONCE)
    assert "nonce=XXX[nonce]&a=1" in (clean[0].request.url + clean[0].request.body.decode())
    assert replayed(clean, now) == [each.response.body for each in now]


def test_other_spellings_keep_their_names_with_the_value_when_names_change():
    (clean,) = recorded(asked("POST", "/a", b'{"id": "%s"}' % ID.encode(), b'["%s"]' % ID.upper().encode()))

    (linked,) = link((clean,), {"id.new-uuid"})
    assert linked.request.body == b'{"id": "XXX[id.2.new-uuid]"}'
    assert linked.response.body == b'["XXX[id.2.new-uuid.as-upper]"]'


def test_a_number_is_linked_without_quotes_and_comes_back_from_the_text_of_a_recording():
    def ask(number):
        return [asked("POST", "/a", b'{"at": %s}' % number, b'{"at": %s}' % number)]

    clean = recorded(*ask(b"1794999940123456789"))
    read = load(dump(Recording(interactions=clean))).interactions

    assert clean[0].request.body == b'{"at": XXX[at.new-number]}'
    assert replayed(read, ask(b"1795086400123456789")) == [b'{"at": 1795086400123456789}']


def test_what_a_mail_says_is_linked_but_for_its_message_id():
    said = b"Subject: order %s\r\nMessage-ID: <%s@host>\r\n\r\n%s is paid\r\n.\r\n"
    steps = [
        (Act.SERVER, b"220 hi\r\n"), (Act.CLIENT, b"EHLO x\r\n"), (Act.SERVER, b"250 ok\r\n"),
        (Act.CLIENT, b"MAIL FROM:<a@x.example>\r\n"), (Act.SERVER, b"250 ok\r\n"), (Act.CLIENT, b"DATA\r\n"),
        (Act.SERVER, b"354 go\r\n"), (Act.CLIENT, said % (ID.encode(), OTHER.encode(), ID.encode())),
        (Act.SERVER, b"250 queued %s\r\n" % ID.encode()),
    ]  # fmt: skip
    url = "smtp://mail.example:587"
    (clean,) = recorded(mail_conversation("SMTP", url, tuple(Step(act, data) for act, data in steps), wild=None))

    place = b"XXX[subject.new-uuid]"
    assert [step.data for step in clean.steps[-2:]] == [
        said % (place, OTHER.encode(), place),
        b"250 queued %s\r\n" % place,
    ]


def spoken(protocol, *said):
    """What is recorded of a conversation; what a client says begins with `>`."""
    steps = tuple(
        Step(Act.CLIENT if each[0] == ">" else Act.SERVER, each.lstrip(">").encode() + b"\r\n") for each in said
    )
    (clean,) = recorded(mail_conversation(protocol, f"{protocol.lower()}://a.example:1", steps, wild=None))
    return [step.data.decode().removesuffix("\r\n") for step in clean.steps if step.act is Act.CLIENT]


def test_what_is_made_in_a_mailbox_is_linked_and_what_is_found_there_stays():
    made = ("* OK hi", f">a CREATE e2e-{ID}", "a OK x", f">b SELECT e2e-{ID}", "* 0 EXISTS", "b OK x")
    assert spoken("IMAP", *made) == [
        "a CREATE e2e-XXX[value.new-uuid]",
        "b SELECT e2e-XXX[value.new-uuid]",
    ]
    absent = ("* OK hi", f">a SEARCH SUBJECT {ID}", "* SEARCH", "a OK x")
    assert spoken("IMAP", *absent) == ["a SEARCH SUBJECT XXX[value.new-uuid]"]
    found = ("* OK hi", f">a SEARCH SUBJECT {ID}", "* SEARCH 4", "a OK x")
    assert spoken("IMAP", *found) == [f"a SEARCH SUBJECT {ID}"]


def test_a_mail_that_is_sent_and_then_found_is_linked_wherever_it_was_begun():
    mail = (Act.CLIENT, b"Subject: %s\r\n\r\nhi\r\n.\r\n" % ID.encode())
    sending = [
        (Act.SERVER, b"220 hi\r\n"),
        (Act.CLIENT, b"DATA\r\n"),
        (Act.SERVER, b"354 go\r\n"),
        mail,
        (Act.SERVER, b"250 x\r\n"),
    ]
    looking = [(Act.SERVER, b"* OK hi\r\n"), (Act.CLIENT, b"a SEARCH SUBJECT %s\r\n" % ID.encode()), (Act.SERVER, b"* SEARCH 4\r\n"), (Act.SERVER, b"a OK x\r\n")]  # fmt: skip
    made = [
        mail_conversation(
            protocol, f"{protocol.lower()}://a.example:1", tuple(Step(*each) for each in steps), wild=None
        )
        for protocol, steps in (("IMAP", looking), ("SMTP", sending))
    ]
    looked, sent = recorded(*made)

    assert looked.steps[1].data == b"a SEARCH SUBJECT XXX[value.new-uuid]\r\n"
    assert sent.steps[3].data.startswith(b"Subject: XXX[value.new-uuid]\r\n")


def talk(*said):
    text = "#recproxy 2\n\nGET wss://a.example/s HTTP/1.1\n\n====\nHTTP/1.1 101 Switching Protocols\n\n"
    (read,) = load((text + "".join(f"{each}\n" for each in said) + "=======\n").encode()).interactions
    read = replace(read, request=replace(read.request, wild=None), response=replace(read.response, wild=None))
    (clean,) = recorded(read)
    return [step.data.decode() for step in clean.steps if step.act is Act.CLIENT]


def test_messages_of_a_websocket_are_linked_unless_values_alone_tell_apart_what_is_answered_differently():
    def sub(value):
        return f'{{"sub": "{value}"}}'

    acknowledged = (f"> {sub(ID)}", f'< {{"ok": "{ID}"}}', f"> {sub(OTHER)}", f'< {{"ok": "{OTHER}"}}')
    assert talk(*acknowledged) == [sub("XXX[sub.new-uuid]"), sub("XXX[sub.2.new-uuid]")]
    known = (f"> {sub(ID)}", '< {"name": "ann"}', f"> {sub(OTHER)}", '< {"name": "bob"}')
    assert talk(*known) == [sub(ID), sub(OTHER)]


def literal(*interactions, **facts):
    """Whether the requests have no named place."""
    return all(
        b"XXX[" not in each.request.body and "XXX[" not in each.request.url for each in recorded(*interactions, **facts)
    )


def order(value, **options):
    return asked("POST", "/orders", b'{"id": "%s"}' % value.encode(), b'{"id": "%s"}' % value.encode(), **options)


@pytest.mark.parametrize(
    "value",
    [
        "3f2c8e6a-9b1d-5e4f-8a7b-6c5d4e3f2a1b",  # the UUID of a name, version 5
        "00000000-0000-4000-8000-000000000000",
        uuid_of(random.Random(1), 7, NOW - 90 * 86400),  # made months ago
        digits_of(int((NOW - 86400) * 1000) << 80, CROCKFORD, 26),
        str(int((NOW - 864000) * 1000 - 1_288_834_974_657) << 22),
        "e83c5163316f89bfbde7d9ab23ca2e25604af290",  # a commit
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "DE89370400440532013000",
        "deadbeefdeadbeef",
        "0123456789abcdef0123456789abcdef",
        "invoice-2024-05-0001",
        "order-12345678",
        "claude-3-5-sonnet-20241022",
        "getUserByIdV2",
        "OAuth2ClientCredentialsGrant1",
        "arn:aws:iam::123456789012:user/Bob",
        "SGVsbG8gV29ybGQ",
        "2026-11-19T12:00:00Z",
        "1795000000",  # a time of now, and a service may say the same second
        "4111111111111111",
        "9780306406157",
        "x86_64-unknown-linux-gnu",
        "Terms-and_Conditions-of-Sale",
        "MyProject_v2-FinalVersion-Draft3",
        "e2e-short1",
    ],
)
def test_what_somebody_chose_or_worked_out_stays(value):
    assert literal(order(value))


def test_what_a_service_hands_out_stays():
    first = asked("POST", "/orders", b'{"amount": 5}', b'{"id": "%s"}' % ID.encode(), status=201)
    then = asked("PUT", f"/orders/{ID}", b'{"id": "%s"}' % ID.encode())

    assert literal(first, then)


def test_what_a_service_hands_out_to_a_fixture_stays_in_the_tests_that_send_it():
    given = set()
    recorded(asked("POST", "/customers", b"{}", b'{"id": "%s"}' % ID.encode(), status=201), given=given)
    (clean,) = recorded(asked("POST", "/orders", b'{"customer": "%s"}' % ID.encode(), status=201), given=given)

    assert clean.request.body == b'{"customer": "%s"}' % ID.encode()


def test_what_a_webhook_brings_and_the_application_repeats_stays():
    sent = Request(
        method="POST", url="webhook://events/hooks", headers=JSON, body=b'{"request_id": "%s"}' % ID.encode(), wild=None
    )
    answer = Response(
        status=200, headers=JSON, body=b'{"request_id": "%s", "new": "%s"}' % (ID.encode(), OTHER.encode()), wild=None
    )
    (clean,) = recorded(as_interaction(SentWebhook(request=sent, answer=answer)))

    assert clean.response.body == b'{"request_id": "%s"}' % ID.encode()
    assert clean.request.body == b'{"request_id": "%s", "new": "XXX[new.new-uuid]"}' % ID.encode()


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PATCH"])
def test_what_is_asked_for_and_found_stays(method):
    assert literal(asked(method, f"/orders/{ID}"))
    assert literal(asked("POST", f"/orders/{ID}/items", b"{}"))


def test_a_digest_of_a_body_and_what_stands_under_the_name_of_one_stay():
    content = b"what is uploaded"
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()

    assert literal(asked("PUT", f"/files/{digest}", content, headers=()))
    assert literal(asked("POST", "/a", b'{"etag": "%s"}' % ID.replace("-", "").encode()))
    assert not literal(asked("PUT", "/files/" + ID.replace("-", ""), content, headers=()))


def test_a_constant_of_the_project_stays_in_each_of_its_spellings():
    written = frozenset(written_tokens(f"CUSTOMER = '{ID.upper()}'\nrun = 'e2e-1f2e3d4c5b6a'".encode()))

    assert literal(order(ID), order(ID.replace("-", "")), order("e2e-1f2e3d4c5b6a"), is_constant=written.__contains__)
    assert not literal(order(OTHER), is_constant=written.__contains__)


def test_an_escape_before_a_value_is_no_part_of_it():
    value = ID.replace("-", "").encode()
    (query,) = recorded(asked("POST", "/a?ref=x%2C" + value.decode()))
    (text,) = recorded(asked("POST", "/a", b'{"ref": "a\\n%s"}' % value))
    written = frozenset(written_tokens(b'"first\\n%s", "second\\n%s"' % (value, OTHER.encode())))

    assert query.request.url.endswith("?ref=x%2CXXX[ref.new-hex]")
    assert text.request.body == b'{"ref": "a\\nXXX[ref.new-hex]"}'
    assert literal(order(ID), order(OTHER), is_constant=written.__contains__)


def test_fields_that_a_profile_lists_stay():
    assert literal(order(ID), constants=frozenset({"id"}))


def test_a_place_takes_no_value_of_another_form_and_none_that_another_place_has():
    clean = recorded(
        order(ID),
        order(OTHER),
        asked("GET", f"/orders/{ID}", b"", b"one"),
        asked("GET", f"/orders/{OTHER}", b"", b"two"),
    )
    third, fourth = str(uuid.UUID(int=5, version=4)), str(uuid.UUID(int=6, version=4))

    asks = [order(third), order(fourth), asked("GET", f"/orders/{fourth}"), asked("GET", f"/orders/{third}")]
    assert replayed(clean, asks)[2:] == [b"two", b"one"]
    # One id for both, and what is none.
    assert replayed(clean, [order(third), order(third), order("latest")])[1:] == [order(third).response.body, None]
    assert replayed(clean, [asked("GET", "/orders/latest")]) == [None]


def find(value, name):
    return asked("POST", "/find", b'{"customer": "%s"}' % value.encode(), b'{"name": "%s"}' % name)


def test_values_that_alone_tell_requests_apart_stay_if_their_answers_differ():
    assert literal(find(ID, b"Ann"), find(OTHER, b"Bob"))
    assert not literal(find(ID, b"Ann"), find(OTHER, b"Ann"))
    assert not literal(find(ID, b"Ann"))


def test_what_the_service_says_it_has_made_is_new_whatever_it_answers():
    def made_order(value, number):
        return asked("POST", "/orders", b'{"id": "%s"}' % value.encode(), b'{"number": %d}' % number, status=201)

    clean = recorded(made_order(ID, 1), made_order(OTHER, 2))

    assert b"XXX[id.new-uuid]" in clean[0].request.body
    assert b"XXX[id.2.new-uuid]" in clean[1].request.body


def test_what_a_fixture_has_made_is_linked_in_the_tests_that_ask_for_it():
    made = set()
    recorded(order(ID, status=201), made=made)

    (asks,) = recorded(asked("GET", f"/orders/{ID}"), made=made)
    assert asks.request.url == "https://api.example/orders/XXX[order_id.new-uuid]"
    assert literal(asked("GET", f"/orders/{OTHER}"), made=made)


def test_a_value_that_is_a_key_of_json_stays_there():
    clean = recorded(
        asked("POST", "/a", b'{"ref": "%s"}' % ID.encode(), b'{"%s": {"id": "%s"}}' % (ID.encode(), ID.encode()))
    )

    assert clean[0].response.body == b'{"%s": {"id": "XXX[ref.new-uuid]"}}' % ID.encode()


def test_correlating_twice_changes_nothing():
    once = recorded(*conversation(ID))

    assert recorded(*once) == once


def test_what_a_stream_both_ways_hands_out_before_its_client_says_it_is_no_value_of_the_client():
    mine, yours = "0b5c4e0e-3d1b-4f61-9a55-7c1d9c0a8f11", "6fa459ea-ee8a-4ca4-894e-db77e160355e"
    body = f'[{{"order": "{mine}"}}, {{"ack_id": "{yours}"}}]'.encode()
    said = f'[{{"for": "{mine}", "ack_id": "{yours}"}}]'.encode()
    request = Request(method="POST", url="https://a.example/Talk", headers=JSON, body=body)
    for after, fresh in (((1, 2), 1), ((0, 2), 0), ((), 2)):
        response = Response(status=200, headers=JSON, body=said, after=after)
        found = redact_scope(
            [Interaction(request=request, response=response)], NO_RULES, correlation=Correlation(now=NOW)
        )
        (call,) = found.interactions
        assert call.request.body.count(b"XXX[") == fresh, (after, call.request.body)
