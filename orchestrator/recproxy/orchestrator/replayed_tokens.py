"""The tokens of language models that a run has replayed: what it would have used without recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from recproxy.config.profile import Profile
from recproxy.errors import RecproxyError
from recproxy.report import Tally, TokenCount

__all__ = ["add_tokens"]


def add_tokens(tally: Tally, profiles: Iterable[Profile]) -> None:
    """Add the tokens of what was played, by profile and model.

    Reads the files that were played once more, when the run has ended, so that no request waits for it, and only runs
    with a profile that declares tokens pay for it.
    """
    tables = {profile.name: profile.report.tokens for profile in profiles if profile.report.tokens.model}
    plays = tally.plays() if tables else {}
    if not any(plays.get(name) for name in tables):
        return
    from recproxy.play.reading import read_recording  # noqa: PLC0415 - few runs need it
    from recproxy.play.response_tokens import response_tokens  # noqa: PLC0415

    for name, table in tables.items():
        sums: dict[str, Counter[str]] = {}
        counts = plays.get(name, Counter())
        for path in sorted({path for path, _ in counts}):
            try:
                interactions = read_recording(path).interactions
            except RecproxyError:  # it was changed meanwhile
                continue
            for number, each in enumerate(interactions):
                times = counts.get((path, number), 0)
                found = response_tokens(table, each.response) if times else None
                if found is not None:
                    each_time = {"responses": 1, "input": found.input, "cached": found.cached, "output": found.output}
                    sums.setdefault(found.model, Counter()).update(
                        {kind: count * times for kind, count in each_time.items()}
                    )
        tally.tokens += (TokenCount(profile=name, model=model, **sums[model]) for model in sorted(sums))
