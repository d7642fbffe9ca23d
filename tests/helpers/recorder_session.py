"""A recorder for tests, with its own clock and its own redaction."""

import asyncio
import datetime as dt
import functools
import os

from recproxy.control.messages import Recorded
from recproxy.control.redaction_messages import LearnedValue, ScopeRedacted
from recproxy.errors import ProfileError, ProxyError
from recproxy.matching.rules import Rules
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.orchestrator.recorder import Recorder
from recproxy.recording import Interaction, Request, Response, load, pack

__all__ = ["Session", "urls"]


class Session:
    """A recorder, and one clock for what it is given.

    Nothing is secret but what `learn` names from then on, in bodies and names, and `mask` in names; what holds `refused` is not to be
    written, and a second look is refused where `blind`.
    """

    def __init__(self, folder, **options):
        self.folder = folder
        self.day = dt.date(2026, 1, 31)
        self.asked = []
        self.looked = []
        self.learn = ()
        self.mask = ()
        self.blind = False
        self.failures = []
        runtime = folder.parent / f"{folder.name}-runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.keys = JournalKeys(folder, {"XDG_RUNTIME_DIR": str(runtime)})
        self.recorder = Recorder(
            JournalFolders(folder, folder),
            self.keys,
            self.redact,
            self.failures.append,
            today=lambda: self.day,
            **options,
        )
        self.moment = 0.0

    async def redact(self, profile, interactions, lines, secrets=(), /, *, again=False, recording=""):
        if again:
            return self.look_again(interactions, lines)
        self.asked.append((profile, secrets))
        if profile == "gone":
            raise ProfileError("no profile 'gone'")
        kept = [None if b"refused" in each else each for each in interactions]
        refusals = tuple("refused" for each in kept if each is None)
        return ScopeRedacted(
            order=1,
            interactions=tuple(kept),
            lines=(*map(str.upper, lines[:-2]), *(self.masked(line) for line in lines[-2:])),
            refusals=refusals,
            counts={"rule": 2},
            learned=tuple(LearnedValue(value, "handed out", "", False, False) for value in self.learn),
        )

    def masked(self, line):
        return functools.reduce(lambda text, value: text.replace(value.decode(), "XXX"), self.mask, line)

    def look_again(self, interactions, lines):
        """What the run has learned is masked by letters of the same number, and not where it is `stuck`."""
        if self.blind:
            raise ProxyError("nobody looks")
        self.looked.append(lines[0])
        known = [each.value for each in self.recorder.learned.since(0)]
        masked = [
            functools.reduce(lambda text, value: text.replace(value, b"X" * len(value)), known, each)
            for each in interactions
        ]
        found = masked != list(interactions)
        return ScopeRedacted(
            order=1,
            interactions=tuple(None if b"stuck" in each else each for each in masked) if found else (),
            lines=tuple(
                functools.reduce(lambda text, value: text.replace(value.decode(), "XXX"), known, line) for line in lines
            ),
            refusals=("refused again",) * sum(found and b"stuck" in each for each in masked),
            counts={"handed out": 1} if found else {},
        )

    def begin(self, number=1, scope="run", path="shop/default.rec", append=False, profile="shop"):
        self.recorder.begin(profile, number, scope, self.folder / path, Rules(), append=append)

    def message(self, path="/a", body=b"ok", number=1, wild="XXX", reason=b"OK"):
        """An interaction as a proxy sends it."""
        interaction = Interaction(
            request=Request(method="GET", url=f"https://a.example{path}", wild=wild),
            response=Response(status=200, reason=reason, body=body, wild=wild),
        )
        return self._recorded(interaction, number)

    def _recorded(self, interaction, number):
        self.moment += 1
        return Recorded(order=1, scope=number, packed=pack(interaction), begun=self.moment, ended=self.moment + 0.5)

    def keep_websocket(self, steps, number=1, profile="shop"):
        """Keep a conversation."""
        interaction = Interaction(
            request=Request(method="GET", url="wss://a.example/s", wild=None),
            response=Response(status=101, reason=b"Switching Protocols", wild=None),
            steps=steps,
        )
        self.recorder.keep(profile, self._recorded(interaction, number))

    def keep(self, path="/a", body=b"ok", number=1, scope="run", profile="shop", wild="XXX"):
        self.recorder.keep(profile, self.message(path, body, number, wild))

    def end(self, number=1, passed=True, profile="shop", lines=()):
        redacted = asyncio.run(self.recorder.redact(profile, number, lines))
        self.recorder.end(profile, number, passed=passed)
        return redacted

    def recover(self):
        return asyncio.run(self.recorder.recover())

    def close(self):
        asyncio.run(self.recorder.close())

    def die(self):
        """What the kernel does at its death."""
        journals = [self.recorder._journal]
        if "_second_look" in vars(self.recorder):
            journals.append(self.recorder._second_look._journal)
        for journal in journals:
            if journal._file is not None:
                os.close(journal._file)
        for lock in self.recorder._locks._held.values():
            lock.close()

    def record(self, *paths, scope="run", number=1, passed=True, **options):
        """A whole scope."""
        self.begin(number, scope, **options)
        for path in paths:
            self.keep(path, number=number, scope=scope)
        self.end(number, passed=passed)


def urls(path):
    """The paths of the requests of a recording."""
    return [each.request.url.removeprefix("https://a.example") for each in load(path.read_bytes()).interactions]
