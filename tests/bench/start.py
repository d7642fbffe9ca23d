"""What a run costs that does nothing: `recproxy run -- true` with three profiles."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNT = 3
RECPROXY = (sys.executable, "-m", "recproxy")
PROFILES = ("a", "b", "c")
PROFILE = """
[tool.recproxy.profiles.{name}]
[[tool.recproxy.profiles.{name}.endpoints]]
hosts = ["api.{name}.example"]
base_url = "{variable}_BASE_URL"
"""


def times(root: Path, count: int = COUNT) -> tuple[list[float], list[float]]:
    """Seconds of each run: of the clock, and of CPU with all processes of the run."""
    (root / "pyproject.toml").write_text("".join(PROFILE.format(name=name, variable=name.upper()) for name in PROFILES))
    words = [word for name in PROFILES for word in ("--profile", name)]
    clock, cpu = [], []
    for _ in range(count):
        before, begun = os.times(), time.perf_counter()
        subprocess.run([*RECPROXY, "run", *words, "--", "true"], cwd=root, check=True, stderr=subprocess.DEVNULL)
        clock.append(time.perf_counter() - begun)
        after = os.times()
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return clock, cpu


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        clock, cpu = times(Path(folder))
    return {
        "a run that does nothing, s": statistics.median(clock),
        "a run that does nothing, s of CPU": statistics.median(cpu),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock, cpu = times(Path(folder), 11)
    print(
        f"a run that does nothing  {min(clock):8.3f} s at best, {statistics.median(clock):.3f} s median, "
        f"{statistics.median(cpu):.3f} s of CPU, {len(PROFILES)} profiles"
    )


if __name__ == "__main__":
    main()
