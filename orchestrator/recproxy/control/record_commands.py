"""The command that records: a template in which words stand for a profile and for a test. Pure.

nox, tox, `recproxy run` and pytest make it; messages name it, for the test that they are about.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from recproxy.control.scope_options import SelectedTest

__all__ = ["KEYWORD_WORD", "NODE_WORD", "PROFILE_WORD", "command_for_test", "record_command", "with_profiles"]

#: Stands in the command for the names of profiles.
PROFILE_WORD: Final = "{profile}"
#: The last word where a test is chosen by words of its own: `-k NAME`. A `--` before it goes where there is no test.
KEYWORD_WORD: Final = "{keyword}"
#: The last word where the id of a test takes the place of the paths that were typed.
NODE_WORD: Final = "{node}"

#: Options of pytest whose value is often the name of a folder, too.
_CHOICES = ("-k", "-m")


def record_command(template: str, profiles: Sequence[str], selection: SelectedTest | None = None) -> str:
    """The command that records profiles, for one test if the template has a place for it."""
    return with_profiles(command_for_test(template, selection), profiles)


@lru_cache(maxsize=16)  # of one test, each profile is told its own
def command_for_test(template: str, selection: SelectedTest | None) -> str:
    """The template with a test in the place that it may have for one; that for profiles stays. Or the test's own command."""
    if selection is not None and selection.command:
        return selection.command
    body, blank, last = template.rpartition(" ")
    if not blank or last not in (KEYWORD_WORD, NODE_WORD):
        return template
    chosen = ""
    if last == KEYWORD_WORD:
        if selection is not None and selection.keyword:
            chosen = shlex.join(("-k", selection.keyword))
        else:
            body = body.removesuffix(" --")
    elif selection is not None and selection.node:
        body = shlex.join(_with_node(shlex.split(body), selection))
    # Only now: a word with braces would have been quoted.
    return f"{body.replace(shlex.quote(PROFILE_WORD), PROFILE_WORD)} {chosen}".rstrip()


def with_profiles(text: str, profiles: Sequence[str]) -> str:
    """The text with all names: an option is repeated for each, a setting takes a list, and arguments follow each other."""
    names = [shlex.quote(each) for each in profiles]
    option = f"--record {PROFILE_WORD}"
    text = text.replace(option, " ".join(f"--record {each}" for each in names))
    return text.replace(f"={PROFILE_WORD}", f"={','.join(names)}").replace(PROFILE_WORD, " ".join(names))


def _with_node(words: Sequence[str], selection: SelectedTest) -> Iterator[str]:
    """The words with the id of a test in the place of those that name files; at the end where none does."""
    named = {number for number, word in enumerate(words) if word in selection.instead_of}
    values = {number for number in named if words[number - 1].startswith("-")}
    # `-x tests` names a file, `-m tests` does not; in `--cov shop shop` the second does.
    named -= {each for each in values if words[each - 1] in _CHOICES or words.count(words[each]) > 1}
    is_there = False
    for number, word in enumerate(words):
        if number not in named:
            yield word
        elif not is_there:
            is_there = True
            yield selection.node
    if not is_there:
        yield selection.node
