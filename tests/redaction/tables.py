"""Reads the tables in data/: a row becomes a case, interactions with values planted in them.

Nothing of the engine is used: a case says what must not be found in what is written of its interactions.
"""

from __future__ import annotations

import dataclasses
import hashlib
import html
import itertools
import json
import random
import re
import string
from pathlib import Path
from urllib.parse import quote

import layers

from recproxy.recording import Interaction, Request, Response
from recproxy.redaction.rules import RedactionRules

DATA = Path(__file__).parent / "data"
#: A beginning that every escape changes; letters after it make the value unique.
AWKWARD = 'Pa+s/w=rd é"&'
SIDES = {">": ("request",), "<": ("response",), "=": ("request", "response")}
RULES = RedactionRules(values=("nobody-sends-this-" + "value-0",))


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of a table: the section's place and content type, the side, and the text with the spots in it."""

    place: str
    kind: str
    sides: tuple[str, ...]
    text: str


@dataclasses.dataclass(frozen=True)
class Case:
    """Interactions with planted values: `id` says place, layer, kind and side."""

    id: str
    interactions: tuple[Interaction, ...]
    secrets: tuple[str, ...]
    rules: RedactionRules = RULES
    may_be_refused: bool = False


def rows(name):
    place = kind = ""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            place, _, kind = line[3:].partition(" | ")
        elif line and not line.startswith("#"):
            yield Row(place.strip(), kind.strip(), SIDES[line[0]], line[2:].replace("⏎", "\n"))


def token(seed, length=30):
    """A value that looks like a token; unique to the seed."""
    return "Zk1" + hashlib.sha256(seed.encode()).hexdigest()[: length - 3]


def password(seed):
    """Words that nobody would take for a token; unique to the seed."""
    source = random.Random(seed)
    words = ["".join(source.choice("bcdfglmnprstv") + source.choice("aeiou") for _ in range(4)) for _ in range(3)]
    return "-".join(words)


def number(seed):
    return str(random.Random(seed).randrange(10**11, 10**12))


def short_token(seed):
    """Eight letters and digits in turns, as short as tokens are made."""
    source = random.Random(seed)
    return "".join(source.choice(letters) for letters in ("kqvz", "235679", "KQVZ", "bdfh") * 2)


def words(seed):
    """Two words with digits behind them, as somebody thinks of: `Lomba_nurip47`."""
    first, _, second = password(seed).split("-")
    return f"{first.capitalize()}_{second}{random.Random(seed).randrange(10, 100)}"


def card(seed):
    """The number of a card, with its check digit."""
    digits = [int(digit) for digit in f"4{random.Random(seed).randrange(10**13, 10**14)}"]
    total = sum(digit if at % 2 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(digits[::-1]))
    return "".join(map(str, (*digits, -total % 10)))


#: What stands for a value in a row, and how the value is made of the name of the case.
SPOTS = {"§": token, "¶": password, "№": number, "◊": short_token, "‡": words, "¤": card}


def render(text, spots):
    """The bytes of a row: spots filled in, layers put on from the innermost outwards."""
    pieces, depth = [["", b""]], 0
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "‹":
            end = text.index(":", at)
            pieces.append([text[at + 1 : end], b""])
            depth, at = depth + 1, end
        elif letter == "›":
            layer, inner = pieces.pop()
            pieces[-1][1] += layers.ALL[layer](inner)
        else:
            pieces[-1][1] += spots[letter] if letter in spots else letter.encode()
        at += 1
    ((_, done),) = pieces
    return done


def place(interaction, side, kind, name, text):
    """The interaction with the text put in a place of one side."""
    block = getattr(interaction, side)
    if name == "target":
        block = dataclasses.replace(block, url=text.decode("utf-8", "surrogateescape"))
    elif name in ("header", "trailer"):
        line = text.partition(b": ")
        lines = ((line[0], line[2]),)
        block = dataclasses.replace(block, **{f"{name}s": (*getattr(block, f"{name}s"), *lines)})
    elif name == "reason":
        block = dataclasses.replace(block, reason=text)
    else:
        body, kind = text, kind.encode()
        if name in ("multipart", "mail"):
            body = text if b"\0" in text or b"\xff" in text else text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if name == "multipart":
            kind += b"; boundary=outer"
            body = b'--outer\r\nContent-Disposition: form-data; name="id"\r\n\r\n7\r\n--outer\r\n' + _crlf_head(text)
            body += b"\r\n--outer--\r\n"
        block = dataclasses.replace(block, headers=(*block.headers, (b"Content-Type", kind)), body=body)
    return dataclasses.replace(interaction, **{side: block})


def _crlf_head(text):
    head, _, content = text.partition(b"\n\n")
    return head.replace(b"\n", b"\r\n") + b"\r\n\r\n" + content


def exchange(method="POST", url="https://api.example.com/v1/things?id=7"):
    """A live exchange in which nothing is secret."""
    return Interaction(
        request=Request(method=method, url=url, wild=None),
        response=Response(status=200, reason=b"OK", wild=None),
    )


#: Content types of places whose rows do not say one.
TYPES = {
    "form": "application/x-www-form-urlencoded",
    "json": "application/json",
    "text": "text/plain",
    "xml": "application/xml",
    "html": "text/html",
    "multipart": "multipart/form-data",
}
_PROFILE = {"headers": "header", "query": "target", "patterns": "text"}


def by_name():
    """by_name.txt: names that give a value away, and what a profile adds to them."""
    for row in rows("by_name.txt"):
        for side in row.sides:
            case = f"{row.place} | {_short(row.text)} | by name | {side}"
            values = {spot: made(case) for spot, made in SPOTS.items()}
            name, rules = row.place, RULES
            if name.startswith("profile "):
                _, section, word = name.split()
                rules = dataclasses.replace(RULES, **{section: (word,)})
                name = _PROFILE.get(section, section)
            text = render(row.text, {spot: value.encode() for spot, value in values.items()})
            planted = place(exchange(), side, row.kind, name, text)
            yield Case(case, (planted,), tuple(v for spot, v in values.items() if spot in row.text), rules)


_NUMBERED = re.compile("([§¶№])([2-9])")


def services():
    """services.txt: what services say, with a value of its own for every spot."""
    for row in rows("services.txt"):
        for side in row.sides:
            case = f"{row.place} | {_short(row.text)} | of a service | {side}"
            # A spot is one letter: those with a digit get letters that no row has.
            spots = {found[0]: chr(0xE000 + at) for at, found in enumerate(_NUMBERED.finditer(row.text))}
            text = _NUMBERED.sub(lambda found, spots=spots: spots[found[0]], row.text)
            values = {spot: kind(case) for spot, kind in SPOTS.items() if spot in text}
            values |= {letter: SPOTS[spot[0]](case + spot) for spot, letter in spots.items()}
            rendered = render(text, {spot: value.encode() for spot, value in values.items()})
            yield Case(case, (place(exchange(), side, row.kind, row.place, rendered),), tuple(values.values()))


def _short(text):
    return text.replace("\n", "⏎")


#: How a place writes a value that is text of any letters.
_OWN = {
    "url": lambda data: data if set(data) <= _URL else quote(data, safe="").encode(),
    "word": lambda data: data,
    "line": lambda data: data,
    "lines": lambda data: data,
    "bytes": lambda data: data,
    "grpc": lambda data: data,
    "json": lambda data: json.dumps(data.decode(), ensure_ascii=False)[1:-1].encode(),
    "xml": lambda data: html.escape(data.decode()).encode(),
}
_URL = frozenset(b"%+/=-_.~" + (string.ascii_letters + string.digits).encode())
#: Places that are tried with every layer; the others with the plain value and some of the layers in turn.
_EVERY_LAYER = (
    "https://api.example.com/v1/§",
    "https://api.example.com/?thing=§&n=1",
    "X-Thing: v=§; n=1",
    '{"thing": "§", "n": 1}',
    "<r><a>§</a><b/></r>",
)
_SOME = ("none", "percent", "json, every letter", "html, hex", "base64", "base64url, shifted", "hex", "base64 of json")


def places():
    for row in rows("places.txt"):
        takes, _, text = row.text.partition(" ")
        yield dataclasses.replace(row, text=text), takes


def known():
    """places.txt x layers.py: values that the rules name, wherever they stand."""
    for number_of_row, (row, takes) in enumerate(places()):
        for side in row.sides:
            for layer in _layers(row, takes, number_of_row):
                yield _known(row, takes, side, layer)


def _layers(row, takes, turn):
    if takes == "bytes":
        return ["none", *layers.BYTES]
    if takes == "grpc":
        return list(layers.GRPC)
    every = [*layers.TEXT, *(layers.LINES if takes in ("json", "xml", "lines") else ())]
    if "Cookie" in row.text or "; " in row.text:
        every = [layer for layer in every if "html" not in layer]  # their semicolons would end the field
    if row.text in _EVERY_LAYER:
        return every
    return list(
        dict.fromkeys(
            (*(some for some in _SOME if some in every), *(every[(turn * 2 + step) % len(every)] for step in range(2)))
        )
    )


def _known(row, takes, side, layer):
    case = f"{row.place} | {_short(row.text)} | {layer} | known value | {side}"
    tail = token(case)
    value = tail if takes == "word" else AWKWARD + tail
    text = render(row.text, {"§": _OWN[takes](layers.ALL[layer](value.encode()))})
    planted = place(exchange(), side, row.kind, row.place, text)
    refused = layers.MAY_BE_REFUSED.search(layer) is not None
    return Case(case, (planted,), (tail,), _rules(value), refused)


def _rules(*values):
    return dataclasses.replace(RULES, values=values)


def coded():
    """Bodies with a content coding, a known value or a name in them."""
    for coding, pack in layers.CODINGS.items():
        for side in SIDES["="]:
            for kind, name in (("known value", "thing"), ("by name", "password")):
                case = f"json | content coding {coding} | {kind} | {side}"
                value = token(case)
                body = pack(json.dumps({name: value}).encode())
                planted = place(exchange(), side, "application/json", "json", body)
                planted = place(planted, side, "", "header", b"Content-Encoding: " + coding.encode())
                rules = _rules(value) if kind == "known value" else RULES
                yield Case(case, (planted,), (value,), rules, "," in coding)


def short():
    """Known values under eight letters: they count as a whole field."""
    for row in rows("short.txt"):
        for side in row.sides:
            case = f"{row.place} | {_short(row.text)} | none | short known value | {side}"
            value = token(case, 9)[3:]
            planted = place(exchange(), side, row.kind, row.place, render(row.text, {"§": value.encode()}))
            yield Case(case, (planted,), (value,), _rules(value))


_LETTERS = {
    "alnum": string.ascii_letters + string.digits,
    "word": string.ascii_letters + string.digits + "_-",
    "lower": string.ascii_lowercase + string.digits,
    "letters": string.ascii_letters,
    "upper": string.ascii_uppercase + "234567",
    "hex": "0123456789abcdef",
    "digits": "0123456789",
    "base64": string.ascii_letters + string.digits + "+/",
}
_SPOT = re.compile(r"\{(\w+):(\d+)\}")
_SHAPE_PLACES = (
    ("text", "see § for more"),
    ("json", '{"thing": "§"}'),
    ("json", '{"a": [{"message": "sent § today"}]}'),
    ("header", "X-Odd: §"),
    ("target", "https://api.example.com/?thing=§&n=1"),
    ("form", "thing=§&n=1"),
    ("xml", "<r><a>§</a></r>"),
    ("html", "<p>use § here</p>"),
)


def shapes():
    """shapes.txt: values whose form gives them away, each in three places."""
    for turn, line in enumerate(shape_lines()):
        name, _, pattern = line.partition(" | ")
        for step in range(3):
            where, text = _SHAPE_PLACES[(turn + step) % len(_SHAPE_PLACES)]
            side = "response" if (turn + step) % 2 and where != "target" else "request"
            case = f"{where} | {text} | by shape: {name} | {side}"
            value, secrets = shaped(pattern, case)
            value = value.encode() if where in ("text", "header") else _OWN[_takes(where)](value.encode())
            planted = place(exchange(), side, TYPES.get(where, ""), where, render(text, {"§": value}))
            yield Case(case, (planted,), secrets)


def shape_lines():
    for line in (DATA / "shapes.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def shaped(pattern, seed):
    """A value of the pattern, and the parts of it that nobody may see."""
    source, secrets = random.Random(seed), []

    def made(found):
        part = "".join(source.choice(_LETTERS[found[1]]) for _ in range(int(found[2])))
        if len(part) >= 16:
            secrets.append(part)
        return part

    return _SPOT.sub(made, pattern), tuple(secrets)


def _takes(where):
    return {"target": "url", "form": "url", "xml": "xml", "html": "xml"}.get(where, "json")


def sessions():
    """sessions.txt: what one interaction teaches, another holds. Once in this order, once the other way round."""
    for title, lines in blocks("sessions.txt"):
        case = f"{title} | learned"
        values = {spot: made(case) for spot, made in SPOTS.items()}
        spots = {spot: value.encode() for spot, value in values.items()}
        secrets = tuple(v for spot, v in values.items() if any(spot in line for line in lines))
        said = tuple(_line(line, spots) for line in lines)
        for order, interactions in (("first", said), ("last", said[::-1])):
            yield Case(f"{case} {order}", interactions, secrets)


def blocks(name):
    title, lines = "", []
    for line in [*(DATA / name).read_text(encoding="utf-8").splitlines(), "## "]:
        if line.startswith("## "):
            if lines:
                yield title, lines
            title, lines = line[3:], []
        elif line and not line.startswith("#"):
            lines.append(line)


def _line(line, spots):
    """An interaction of a session: `SIDE PLACE TEXT`, and after `  <>  ` the other side's PLACE and TEXT."""
    done = exchange()
    first, _, second = line[2:].partition("  <>  ")
    sides = SIDES["="] if line[0] == ">" else SIDES["="][::-1]
    for side, piece in zip(sides, (first, second), strict=True):
        if piece:
            where, _, text = piece.partition(" ")
            done = place(done, side, TYPES.get(where, ""), where, render(text.replace("⏎", "\n"), spots))
    return done


GIVES = (
    ("json", '{"access_token": "§"}'),
    ("json", '{"data": {"token": "§"}}'),
    ("header", "X-Auth-Token: §"),
    ("header", "Set-Cookie: sid=§; Path=/"),
    ("xml", "<r><SessionToken>§</SessionToken></r>"),
    ("html", '<input type="hidden" name="csrf_token" value="§">'),
    ("form", "oauth_token=§&oauth_token_secret=x"),
    ("header", "Location: /cb#access_token=§"),
)
SENDS = (
    ("header", "Authorization: Bearer §"),
    ("header", "X-Api-Key: §"),
    ("header", "Authorization: Basic ‹base64:me:§›"),
    ("json", '{"user": "me", "password": "§"}'),
    ("form", "user=me&password=§"),
    ("header", "Cookie: sid=§"),
    ("target", "https://api.example.com/?api_key=§"),
)


def linked():
    """Values that one side hands out and that come again in any place, with a layer in turn; learned first or last."""
    turns = itertools.count()
    for row, takes in places():
        for side in row.sides:
            for kind, givers in (("handed out", GIVES), ("sent", SENDS)):
                turn = next(turns)
                where, giver = givers[turn % len(givers)]
                layer = _SOME[turn // 2 % len(_SOME)]
                if takes in ("bytes", "grpc") or ("html" in layer and ("Cookie" in row.text or "; " in row.text)):
                    layer = "none"
                case = f"{row.place} | {_short(row.text)} | {layer} | {kind} as {giver} | {side}"
                value = token(case)
                giving = "response" if kind == "handed out" else "request"
                first = place(exchange(), giving, TYPES.get(where, ""), where, render(giver, {"§": value.encode()}))
                text = render(row.text, {"§": _OWN[takes](layers.ALL[layer](value.encode()))})
                second = place(exchange(), side, row.kind, row.place, text)
                order = "first" if turn % 3 else "last"
                interactions = (first, second) if order == "first" else (second, first)
                yield Case(f"{case}, learned {order}", interactions, (value,))
