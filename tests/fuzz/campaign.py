"""Runs fuzz targets for some seconds and writes what they found: `python tests/fuzz/campaign.py SECONDS [TARGET...]`.

Where atheris is installed, coverage guides for half of the time which inputs are kept, and changed again. For a third of it
these are changed at random, which is faster; for the rest, inputs of 100 KB. Each target runs in a process of its own. What
is trouble is written to tests/fuzz/corpus/TARGET, where the tests try it from then on.
"""

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "helpers")]
HAS_ATHERIS = importlib.util.find_spec("atheris") is not None
#: A process that needs more has found something.
MOST_MEMORY = 2 << 30
#: The shares of a target's time: guided by coverage, at random, and at random as large as they may be.
SHARES = {"guided": 0.5, "random": 0.35, "large": 0.15}
_EXECUTED = re.compile(r"stat::number_of_executed_units: +(\d+)")


class Trouble:
    """What was found in this process: one input for each kind, the smallest."""

    def __init__(self, target, folder):
        self._target = target
        self._folder = folder
        self._seen = {}

    def try_input(self, data, seconds):
        """Run the target, and write what is trouble."""
        found = self._found(data, seconds)
        if found is None:
            return
        if found.kind not in self._seen and found.kind != "slow":
            data, found = self._shrunk(data, found, seconds)
        if len(data) < self._seen.get(found.kind, len(data) + 1):
            self._seen[found.kind] = len(data)
            self._write(found, data)

    def _found(self, data, seconds):
        from fuzz_target import Found, try_input

        try:
            try_input(self._target, data, seconds)
        except Found as found:
            return found
        return None

    def _shrunk(self, data, found, seconds):
        """The same trouble with less, and what it says: pieces are left out, ever smaller ones."""
        size, tries = len(data) // 2, 400
        while size and tries > 0:
            start = 0
            while start < len(data) and tries > 0:
                less = data[:start] + data[start + size :]
                again = self._found(less, seconds)
                tries -= 1
                if again is not None and again.kind == found.kind:
                    data, found = less, again
                else:
                    start += size
            size //= 2
        return data, found

    def _write(self, found, data):
        name = hashlib.sha256(found.kind.encode()).hexdigest()[:12]
        (self._folder / name).write_bytes(data)
        (self._folder / f"{name}.json").write_text(json.dumps([found.kind, str(found)[:300]]))


def guided(target, trouble, seconds, folder):
    """Inputs guided by coverage. Does not return: libFuzzer ends the process."""
    import atheris
    import mutation

    seeds = folder / "seeds"
    seeds.mkdir()
    known = [*target.seeds, *target.corpus]
    for number, data in enumerate(known):
        (seeds / str(number)).write_bytes(data)

    def changed(data, size, seed):
        source = random.Random(seed)
        if source.random() < 0.3:
            return atheris.Mutate(data, size)
        return mutation.mutated(target, data, source, known)[:size]

    words = [
        f"-max_total_time={seconds}",
        "-print_final_stats=1",
        "-max_len=8192",
        "-rss_limit_mb=2048",
        "-timeout=120",
    ]
    # What coverage costs is counted as well: four times the seconds.
    atheris.Setup([sys.argv[0], *words, str(seeds)], lambda data: trouble.try_input(data, 4.0), custom_mutator=changed)
    atheris.Fuzz()


def unguided(target, trouble, seconds, folder, *, large):
    """Inputs changed at random, as they are or made as large as they may be; how many there were."""
    import mutation
    from fuzz_target import SIZE

    kept = [path.read_bytes() for path in sorted((folder / "seeds").glob("*"))]
    known = kept or [*target.seeds, *target.corpus]
    source = random.Random(seconds)
    end = time.monotonic() + seconds
    count = 0
    while time.monotonic() < end:
        data = mutation.mutated(target, source.choice(known), source, known)
        if large:
            data = mutation.stretched(data, source, SIZE)[:SIZE]
        trouble.try_input(data, target.seconds)
        count += 1
    return count


def one(name, seconds, folder, kind):
    """Fuzz one target in this process."""
    warnings.simplefilter("error")  # a warning is a line of its own for a user
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY * 4, MOST_MEMORY * 4))
    if kind == "guided":
        import atheris

        with atheris.instrument_imports(include=["recproxy"]):
            import targets
    else:
        import targets
    target = targets.TARGETS[name]
    trouble = Trouble(target, folder)
    if kind == "guided":
        guided(target, trouble, seconds, folder)
    count = unguided(target, trouble, seconds, folder, large=kind == "large")
    print(f"stat::number_of_executed_units: {count}")


def run(name, seconds, folder, kind):
    """Fuzz one target in a process of its own: how many inputs it tried, and the most memory it had in MB."""
    command = [sys.executable, __file__, str(seconds), name, "--kind", kind, "--folder", str(folder)]
    before = time.monotonic()
    process = subprocess.Popen(
        command,
        env=os.environ | {"TMPDIR": str(folder)},  # libFuzzer ends a process before it can clear up
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    counted = _EXECUTED.search(said)
    if process.returncode or counted is None:
        sys.exit(
            f"{name}: the process ended with {process.returncode} after {time.monotonic() - before:.0f} s:\n{said[-3000:]}"
        )
    return int(counted[1]), usage.ru_maxrss // 1024


def keep(name, folder):
    """Put what was found into the corpus: a line for each."""
    for about in sorted(folder.glob("*.json")):
        kind, why = json.loads(about.read_text())
        place = HERE / "corpus" / name / f"found-{about.stem}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((folder / about.stem).read_bytes())
        yield f"{name}: {kind}: {why}: {place.relative_to(HERE.parents[1])}"


def fuzz(name, seconds):
    """Fuzz a target for some seconds: how many inputs there were of each kind, the most memory in MB, lines of trouble."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        counts, most = {}, 0
        for kind, share in SHARES.items():
            usable = kind if kind != "guided" or HAS_ATHERIS else "random"
            count, memory = run(name, max(round(seconds * share), 1), folder, usable)
            counts[usable] = counts.get(usable, 0) + count
            most = max(most, memory)
        return counts, most, list(keep(name, folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seconds", type=float, help="how long in all")
    parser.add_argument("targets", nargs="*", help="these targets only")
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kind:
        one(options.targets[0], round(options.seconds), options.folder, options.kind)
        return
    import targets

    if unknown := [name for name in options.targets if name not in targets.TARGETS]:
        parser.error(f"no target is named {unknown[0]}: targets are {', '.join(targets.TARGETS)}")
    names = options.targets or list(targets.TARGETS)
    print("inputs are guided by coverage" if HAS_ATHERIS else "atheris is not installed: inputs are changed at random")
    total, problems = 0, []
    for name in names:
        counts, memory, found = fuzz(name, options.seconds / len(names))
        total += sum(counts.values())
        problems += found
        said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
        print(f"{name:26} {sum(counts.values()):10,} inputs ({said}); {memory} MB; {len(found)} found", flush=True)
        for line in found:
            print(f"  {line}", flush=True)
    print(f"{total:,} inputs, {len(problems)} found")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
