"""The index against a matcher that knows no index and shares no code with it: each pair compared plainly."""

from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from itertools import permutations
from urllib.parse import unquote_to_bytes

import pytest

from recproxy.matching import compare
from recproxy.matching.compare import difference
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.recording import dump, load, locate
from recproxy.recording.values import Interaction, Recording, Request, Response

FORM = "application/x-www-form-urlencoded"
WORDS = ["a", "b", "ab", "a b", "é", "1", "2", "x/y", "a-1", "a-2-b", "", "a&b", "~"]
NAMES = ["a", "b", "id", "q"]
HOSTS = ["api.example.com", "www.example.com"]


# -- the plain matcher


def fits_text(recorded: bytes, live: bytes) -> bool:
    return re.fullmatch(b".*".join(map(re.escape, recorded.split(b"XXX"))), live, re.DOTALL) is not None


def parameters(text: bytes) -> list[tuple[bytes, bytes]]:
    pairs = [piece.partition(b"=") for piece in text.replace(b"+", b"%20").split(b"&") if piece]
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]


def fits_parameters(recorded: bytes, live: bytes) -> bool:
    wanted, got = parameters(recorded), parameters(live)
    rest = b"XXX" in recorded.split(b"&")
    if rest:
        wanted.remove((b"XXX", b""))
    written = {name for name, _ in wanted if b"XXX" not in name}
    for name in written:
        left = [value for key, value in wanted if key == name]
        right = [value for key, value in got if key == name]
        if len(left) != len(right) or not all(map(fits_text, left, right)):
            return False
    loose = [pair for pair in wanted if pair[0] not in written]
    others = [pair for pair in got if pair[0] not in written]
    if len(loose) > len(others) or (len(loose) < len(others) and not rest):
        return False
    return any(
        all(fits_text(l[0], o[0]) and fits_text(l[1], o[1]) for l, o in zip(loose, chosen))  # noqa: B905, E741
        for chosen in permutations(others, len(loose))
    )


def segments(path: bytes) -> list[bytes]:
    return [unquote_to_bytes(re.sub(rb"%2[fF]", b"%252F", piece)) for piece in (path or b"/").split(b"/")]


def fits_path(recorded: bytes, live: bytes) -> bool:
    wanted, got = segments(recorded), segments(live)
    if len(wanted) == len(got):
        return all(map(fits_text, wanted, got))
    return len(wanted) < len(got) and fits_text(b"/".join(wanted), b"/".join(got))


class Pairs(list):
    """The members of a JSON object, a key perhaps twice."""


NOT_JSON = object()


def parsed(body: bytes):
    try:
        return json.loads(body, parse_int=Decimal, parse_float=Decimal, object_pairs_hook=Pairs)
    except ValueError:
        return NOT_JSON


def fits_value(wanted, got) -> bool:
    if isinstance(wanted, str) and "XXX" in wanted:
        if wanted == "XXX":
            return True
        return isinstance(got, str) and fits_text(wanted.encode(), got.encode())
    if type(wanted) is not type(got):
        return False
    if isinstance(wanted, Pairs):
        return fits_members(wanted, got)
    if isinstance(wanted, list):
        return len(wanted) == len(got) and all(map(fits_value, wanted, got))
    return wanted == got


def fits_members(wanted: Pairs, got: Pairs) -> bool:
    written = {key for key, _ in wanted if "XXX" not in key}
    for key in written:
        left = [value for name, value in wanted if name == key]
        right = [value for name, value in got if name == key]
        if len(left) != len(right) or not all(map(fits_value, left, right)):
            return False
    loose = [pair for pair in wanted if pair[0] not in written]
    others = [pair for pair in got if pair[0] not in written]
    return len(loose) == len(others) and any(
        all(fits_text(l[0].encode(), o[0].encode()) and fits_value(l[1], o[1]) for l, o in zip(loose, chosen))  # noqa: B905, E741
        for chosen in permutations(others)
    )


def kind(request: Request) -> str:
    declared = next((value.decode() for name, value in request.headers if name == b"Content-Type"), "")
    if not request.body or request.body == b"XXX":
        return "bytes"
    if declared == "application/json":
        return "bytes" if parsed(request.body) is NOT_JSON else "json"
    return "form" if declared == FORM else "bytes"


def fits(recorded: Request, live: Request) -> bool:
    host, path, query = re.fullmatch(r"https?://([^/?]*)([^?]*)\??(.*)", recorded.url).groups()
    live_host, live_path, live_query = re.fullmatch(r"https?://([^/?]*)([^?]*)\??(.*)", live.url).groups()
    if recorded.method != live.method or not fits_text(host.encode(), live_host.encode()):
        return False
    if not fits_path(path.encode(), live_path.encode()):
        return False
    if not (query == "XXX" or fits_parameters(query.encode(), live_query.encode())):
        return False
    if kind(recorded) != kind(live):
        return fits_text(recorded.body, live.body)
    if kind(recorded) == "form":
        return fits_parameters(recorded.body, live.body)
    if kind(recorded) == "json":
        return fits_value(parsed(recorded.body), parsed(live.body))
    return fits_text(recorded.body, live.body)


# -- requests made by chance; the live ones out of recorded ones, so that many fit


class Maker:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def word(self) -> str:
        return self.chance.choice(WORDS)

    def wild(self, text: str) -> str:
        """The text with some of it wild, now and then."""
        if self.chance.random() > 0.12:
            return text
        start, end = sorted(self.chance.randrange(len(text) + 1) for _ in "12")
        once = text[:start] + "XXX" + text[end:]
        return self.wild(once) if self.chance.random() < 0.3 else once

    def spelt(self, text: str) -> str:
        """Percent-encoded in one of the ways that say the same."""
        out = ""
        for byte in text.encode():
            plain = chr(byte)
            if plain.isascii() and (plain.isalnum() or plain in "-._~"):
                out += plain if self.chance.random() > 0.1 or plain == "X" else f"%{byte:02x}"
            else:
                out += f"%{byte:02X}" if self.chance.random() < 0.5 else f"%{byte:02x}"
        return out

    def parameters(self, *, recorded: bool) -> list[tuple[str, str]]:
        pairs = [(self.chance.choice(NAMES), self.word()) for _ in range(self.chance.randrange(4))]
        if not recorded:
            return pairs
        return [(self.wild(name) if self.chance.random() < 0.3 else name, self.wild(value)) for name, value in pairs]

    def value(self, depth: int = 0):
        roll = self.chance.randrange(9 if depth < 2 else 6)
        if roll < 2:
            return self.word()
        if roll < 6:
            return self.chance.choice([1, 1.0, 0, True, None, 10**20, 0.1, -0.0, False])
        if roll == 6:
            return [self.value(depth + 1) for _ in range(self.chance.randrange(3))]
        return {self.chance.choice(NAMES): self.value(depth + 1) for _ in range(self.chance.randrange(3))}

    def wild_value(self, value):
        if self.chance.random() < 0.08:
            return "XXX"
        if isinstance(value, str):
            return self.wild(value)
        if isinstance(value, list):
            return [self.wild_value(one) for one in value]
        if isinstance(value, dict):
            return {
                self.wild(key) if self.chance.random() < 0.2 else key: self.wild_value(one)
                for key, one in value.items()
            }
        return value

    def dumped(self, value) -> str:
        """One of the texts of a value: keys in any order, now and then one twice, numbers spelt otherwise."""
        if isinstance(value, dict):
            members = [f"{json.dumps(key)}: {self.dumped(one)}" for key, one in value.items()]
            if members and self.chance.random() < 0.05:
                members.append(self.chance.choice(members))
            self.chance.shuffle(members)
            return "{" + ",".join(members) + "}"
        if isinstance(value, list):
            return "[" + " ,".join(map(self.dumped, value)) + "]"
        if value == 1 and not isinstance(value, bool):
            return self.chance.choice(["1", "1.0", "1e0", "10E-1"])
        return json.dumps(value, ensure_ascii=self.chance.random() < 0.5)

    def drawn(self) -> dict:
        """What a request says, before it is spelt."""
        return {
            "method": self.chance.choice(["GET", "POST"]),
            "host": self.chance.choice(HOSTS),
            "path": [self.word() for _ in range(self.chance.randrange(1, 4))],
            "query": self.parameters(recorded=False),
            "kind": self.chance.choice(["", "", "json", "form", "text"]),
            "form": self.parameters(recorded=False),
            "json": self.value(),
            "text": self.word() + self.word(),
        }

    def recorded(self, said: dict) -> Request:
        wild = dict(said)
        wild["path"] = [self.wild(one) for one in said["path"]]
        wild["host"] = self.wild(said["host"]) if self.chance.random() < 0.1 else said["host"]
        for part in ("query", "form"):
            wild[part] = [
                (self.wild(name) if self.chance.random() < 0.15 else name, self.wild(value))
                for name, value in said[part]
            ]
            if self.chance.random() < 0.05:
                wild[part] = [*wild[part][:-1], ("XXX", None)]
        wild["json"] = self.wild_value(said["json"])
        wild["text"] = self.wild(said["text"])
        return self.request(wild, word="XXX")

    def live(self, said: dict, other: dict) -> Request:
        """What was said, or one thing of it otherwise."""
        changed = dict(said)
        if self.chance.random() < 0.4:
            part = self.chance.choice(list(said))
            changed[part] = other[part]
        return self.request(changed, word=None)

    def request(self, said: dict, word: str | None) -> Request:
        path = "/".join(map(self.spelt, said["path"]))
        query = self.joined(said["query"])
        body, content_type = b"", None
        if said["kind"] == "json":
            body, content_type = self.dumped(said["json"]).encode(), "application/json"
        elif said["kind"] == "form":
            body, content_type = self.joined(said["form"]).encode(), FORM
        elif said["kind"] == "text":
            body, content_type = said["text"].encode(), "text/plain"
        if content_type is not None and self.chance.random() < 0.05:
            content_type = self.chance.choice(["application/json", FORM, "text/plain"])
        headers = ((b"Content-Type", content_type.encode()),) if content_type else ()
        return Request(
            method=said["method"],
            url=f"{self.chance.choice(['http', 'https'])}://{said['host']}/{path}{'?' + query if query else ''}",
            headers=headers,
            body=body,
            wild=word,
        )

    def joined(self, pairs: list) -> str:
        pairs = list(pairs)
        names = [name for name, _ in pairs]
        if len(set(names)) == len(names):
            self.chance.shuffle(pairs)
        return "&".join(
            self.spelt(name)
            if value is None or (not value and name != "XXX" and self.chance.random() < 0.3)
            else f"{self.spelt(name)}={self.spelt(value).replace('%20', '+')}"
            for name, value in pairs
        )


def interaction(request: Request) -> Interaction:
    return Interaction(request=request, response=Response(status=200))


def places(request: Request) -> int:
    return sum(text.count("XXX") for text in (request.url, request.body.decode()))


def batch(seed: int, size: int) -> tuple[list[Interaction], list[Request]]:
    maker = Maker(seed)
    said = [maker.drawn() for _ in range(size // 2)]
    recorded = [maker.recorded(maker.chance.choice(said)) for _ in range(size)]
    live = [maker.live(maker.chance.choice(said), maker.chance.choice(said)) for _ in range(size)]
    return [interaction(request) for request in recorded], live


@pytest.fixture
def rounds(request) -> range:
    return range(250 if request.config.getoption("--thorough", False) else 50)


@pytest.fixture
def fields_read(monkeypatch):
    """What a comparison has read of each request, which it is not to read again for each pair."""
    read, read_fields = {}, compare.read_fields

    def read_once(request, plan):
        key = id(request), id(plan)
        if key not in read:
            read[key] = request, plan, read_fields(request, plan)
        return read[key][-1]

    monkeypatch.setattr(compare, "read_fields", read_once)
    return read


def test_the_index_the_differences_and_a_plain_matcher_agree_on_every_pair(rounds, fields_read):
    found = wild = 0
    rules = Rules()
    for seed in rounds:
        fields_read.clear()
        recorded, live = batch(seed, 20)
        index = Index([Recording(interactions=tuple(recorded))], rules)
        for request in live:
            wanted = {number for number, one in enumerate(recorded) if fits(one.request, request)}
            tiers = index.find(request).tiers
            got = [number for tier in tiers for number in tier]
            compared = {number for number, one in enumerate(recorded) if not difference(one, request, rules)}
            assert sorted(got) == sorted(wanted), (seed, request, [recorded[at] for at in {*got} ^ wanted])
            assert compared == wanted, (seed, request, [recorded[at] for at in compared ^ wanted])
            found += len(got)
            wild += any(places(recorded[number].request) for number in got)
    pairs = 400 * len(rounds)
    assert found > pairs / 50
    assert wild > pairs / 400


def test_tiers_go_from_the_least_wild_to_the_most(rounds):
    for seed in rounds:
        recorded, live = batch(1000 + seed, 20)
        index = Index([Recording(interactions=tuple(recorded))], Rules())
        for request in live:
            tiers = index.find(request).tiers
            for tier in tiers:
                assert list(tier) == sorted(tier)
            exact = [number for number in (tiers[0] if tiers else ()) if not places(recorded[number].request)]
            later = [number for tier in tiers[1:] for number in tier]
            assert all(places(recorded[number].request) for number in later)
            assert not exact or len(exact) == len(tiers[0])


def test_what_is_read_when_it_is_asked_for_fits_alike_in_any_order(rounds):
    found = 0
    for seed in rounds:
        recorded, live = batch(2000 + seed, 20)
        text = dump(Recording(interactions=tuple(recorded)))
        rules = Rules(match_on=("method", "host", "query", "body")) if seed % 10 == 0 else Rules()
        at_once, later = Index([load(text), load(text)], rules), Index([locate(text), locate(text)], rules)
        random.Random(seed).shuffle(live)
        for request in (*live, *live):
            any_host = ("*",) if seed % 3 == 0 else None
            wanted, got = (index.find(request, any_host=any_host).tiers for index in (at_once, later))
            assert got == wanted, (seed, request)
            found += len(got)
    assert found > 20 * len(rounds)
