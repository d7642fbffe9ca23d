"""The misses as the end of a run lists them: by test, equal ones once, and those of a renamed module as one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from recproxy.control.outcomes import MODULE_RENAMED, NO_TEST, ONE_TEST_ALONE
from recproxy.recording.counting import counted

__all__ = ["listed_misses"]

_PREFIX = "recproxy: "


def listed_misses(misses: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A title and a text for each: of pairs of a test and the text of its miss, the test may be empty.

    What one `recproxy mv` mends for a whole module is listed once, with the first of its requests and the count.
    """
    tests: dict[str, Counter[str]] = {}
    for test, text in misses:
        tests.setdefault(test, Counter())[text.removeprefix(_PREFIX)] += 1
    modules: dict[str, list[tuple[str, str]]] = {}
    for test, counts in tests.items():
        for text in counts:
            if command := _command(text):
                modules.setdefault(command, []).append((test, text))
    return [*_listed(tests, modules)]


def _listed(tests: dict[str, Counter[str]], modules: dict[str, list[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    for test, counts in tests.items():
        where = f" in {test}" if test not in ("", NO_TEST) else ""
        for text, count in counts.items():
            own_line = f"\n  test     {test}\n"  # said before it
            own = text.replace(own_line, "\n", 1) if where else text
            together = modules.get(_command(text), [])
            if len(together) < 2:
                yield f"miss{where}{_times(count)}", own
            elif (test, text) == together[0]:
                yield _of_module(where, own, together)


def _of_module(where: str, text: str, together: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The first miss of a renamed module, for all that are mended with it; what mends one test alone is left out."""
    others = len({test for test, _ in together}) - 1
    lines = [line for line in text.splitlines() if not line.startswith(ONE_TEST_ALONE)]
    more = f"  and      {counted(len(together) - 1, 'more request')} that this command mends"
    lines.insert(lines.index(_command(text)) - 1, more)  # before the gap
    tests = f" and {counted(others, 'more test')}" if others else ""
    return f"miss{where}{tests}", "".join(f"{line}\n" for line in lines)


def _command(text: str) -> str:
    """The line of a miss with the command that moves a module; empty where there is none."""
    return next((line for line in text.splitlines() if line.startswith(MODULE_RENAMED)), "")


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""
