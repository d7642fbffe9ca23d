"""What this checkout costs beside another one, in one run: each measurement is made of both in turns.

    python tests/bench/compare.py OTHER_PYTHON [NAME ...]

OTHER_PYTHON is the interpreter of an environment in which the other checkout is installed. The programs that measure
are those of this checkout for both. A measurement is lower where it is better. Of each pair, made one right after the
other in random order, the ratio counts: it stays true while the load of the machine changes. For the same reason the
programs measure CPU time where they can. Printed are the median of
each side, the median of the ratios, and the quartiles of the ratios. What the other checkout cannot do is left out, with a line.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

#: The programs, and how many pairs of each: more of those that take little time, because they vary more.
ROUNDS = {
    "start": 11,
    "first_answer": 5,
    "record": 5,
    "replay": 7,
    "client": 5,
    "scopes": 7,
    "import_cassette": 5,
    "redaction": 5,
    "scan": 5,
    "imap": 3,
    "smtp": 5,
}


def main(other: str, *chosen: str) -> None:
    if unknown := set(chosen) - set(ROUNDS):
        sys.exit(f"no measurement is named {', '.join(sorted(unknown))}; there are: {', '.join(ROUNDS)}")
    pythons = {"this": sys.executable, "other": other}
    print(f"{'':51} {'this':>10} {'other':>10}   ratio (quartiles), pairs")
    with tempfile.TemporaryDirectory() as cache:
        # Both find their modules compiled, whatever the user keeps.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "PYTHON"))}
        environment["PYTHONPYCACHEPREFIX"] = cache
        for name in chosen or ROUNDS:
            try:
                for line in compared(pythons, name, environment):
                    print(line, flush=True)
            except CannotMeasureError as problem:
                print(problem, flush=True)


class CannotMeasureError(Exception):
    """The other checkout lacks what a program measures."""


def compared(pythons: dict[str, str], name: str, environment: dict[str, str]) -> Iterator[str]:
    """A line for each thing that a program measures."""
    for python in pythons.values():
        measured(python, name, environment)  # compiles what is not compiled yet
    got: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for _ in range(ROUNDS[name]):
        for side in random.sample(list(pythons), 2):
            for what, value in measured(pythons[side], name, environment).items():
                got[what][side].append(value)
    for what, sides in got.items():
        ratios = [this / other for this, other in zip(sides["this"], sides["other"], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        medians = " ".join(f"{statistics.median(sides[side]):10.3f}" for side in pythons)
        yield f"{what:51} {medians}   {middle:.2f} ({low:.2f} to {high:.2f}), {len(ratios)}"


def measured(python: str, name: str, environment: dict[str, str]) -> dict[str, float]:
    """What one program measures with this interpreter, by name."""
    done = subprocess.run(
        [python, __file__, "--measure", name], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode and python != sys.executable:
        raise CannotMeasureError(
            f"{name}: the other cannot measure it: {done.stderr.partition('Traceback')[0].strip()}"
        )
    if done.returncode:
        sys.exit(f"{name} cannot be measured:\n{done.stderr}")
    values: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return values


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--measure":
        sys.path.insert(0, str(Path(__file__).parent))
        print(json.dumps(importlib.import_module(sys.argv[2]).measure()))
    else:
        main(*sys.argv[1:])
