"""Records, records again, runs live and replays what an SDK does, against the stand-in of its service."""

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from origins.server import Origin, Trust
from sdk_table import SCENARIOS
from stand_ins.anthropic import Anthropic
from stand_ins.bitly import Bitly
from stand_ins.github import GitHub
from stand_ins.google import Google, account_file
from stand_ins.graph import Graph
from stand_ins.openai import OpenAI
from stand_ins.slack import Slack
from stand_ins.stripe import Stripe
from stand_ins.x import X

STAND_INS = {
    "twitter": X,
    "bitly": Bitly,
    "gmail": Google,
    "facebook": Graph,
    "openai": OpenAI,
    "anthropic": Anthropic,
    "slack": Slack,
    "github": GitHub,
    "stripe": Stripe,
}
SECONDS = 300
ORDERS = ("as recorded", "reversed", "shuffled")
PROJECT = """
[tool.recproxy.profiles.{profile}.upstream]
address = "127.0.0.1:{port}"
ca = {ca}
"""


@dataclass
class Outcome:
    """What came of each scenario: `columns` by its name, the words of a table; `problems` in full."""

    columns: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)

    def note(self, scenario, column, problem=""):
        self.columns.setdefault(scenario, {})[column] = "differs" if problem else "equal"
        if problem:
            self.problems.append(f"{scenario}, {column}: {problem}")


def started(words, folder, environment):
    """Start recproxy as a user does, and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "recproxy", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


class Bench:
    """A folder with a project in which one SDK is run; `start` runs recproxy there."""

    def __init__(self, sdk, folder, packages, start=started):
        self.start = start
        self.sdk = sdk
        self.folder = folder
        self.recordings = folder / "tests/functional/recordings" / sdk.profile
        for file in SCENARIOS.iterdir():
            if file.is_file():
                shutil.copy(file, folder)
        self.more = {"SDK_PROFILE": sdk.profile}
        if sdk.profile == "gmail":
            self.more["SUITE_SERVICE_ACCOUNT"] = json.dumps(account_file())
        if (packages / "node_modules").is_dir():
            (folder / "node_modules").symlink_to(packages / "node_modules")

    def tried(self, names=()):
        """Everything, in turn: an Outcome."""
        outcome = Outcome()
        with Origin(Trust(self.folder), STAND_INS[self.sdk.profile]()) as origin:
            ca = json.dumps(str(self.folder / "origins-ca.pem"))
            text = PROJECT.format(profile=self.sdk.profile, port=origin.port, ca=ca)
            (self.folder / "pyproject.toml").write_text(text)
            recorded = self.run(outcome, "recorded", "record", names, dict(origin.service.environment))
            first = self.files()
            self.look(outcome, first, origin.service.secrets)
            again = self.run(outcome, "recorded again", "record", names, dict(origin.service.environment))
            self.compare(outcome, "recorded again", recorded, again)
            second = self.files()
            for name in sorted(first.keys() | second.keys()):
                if first.get(name) != second.get(name):
                    outcome.note(
                        Path(name).stem,
                        "recorded again",
                        f"the recording changed: {_change(first.get(name), second.get(name))}",
                    )
            live = self.run(outcome, "live", "live", names, dict(origin.service.environment))
            self.compare(outcome, "live", recorded, live)
            assert self.files() == second, "a live run changed a recording"
            asked = len(origin.asked)
        for number, column in enumerate(ORDERS):
            order = list(recorded)
            if number == 1:
                order.reverse()
            elif number:
                random.Random(4711).shuffle(order)
            replayed = self.run(outcome, column, "replay", order, {"SDK_DAYS": str(number + 1)})
            self.compare(outcome, column, recorded, replayed)
        assert len(origin.asked) == asked, "a replay reached the service"
        return outcome

    def run(self, outcome, column, mode, names, environment):
        """Run the program in a mode: by scenario, what it said."""
        interpreter = sys.executable if self.sdk.registry == "pypi" else "node"
        words = [
            "run",
            "--profile",
            self.sdk.profile,
            f"--{mode}={self.sdk.profile}" if mode != "replay" else "--mode=replay",
        ]
        words += "--", interpreter, self.sdk.program, *names
        done = self.start(words, self.folder, _inherited() | environment | self.more)
        (self.folder / f"{column}.log").write_text(done.stdout + done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"scenario"')]
        if done.returncode and not any("error" in line or line["misses"] for line in lines):
            outcome.problems.append(f"{column}: exit code {done.returncode}\n{done.stderr[-3000:]}")
        for line in lines:
            problem = line.get("error", "") + "\n".join(map(str, line["misses"]))
            outcome.note(line["scenario"], column, problem)
        return {line["scenario"]: line.get("result") for line in lines}

    def compare(self, outcome, column, recorded, replayed):
        """The results of the SDK must be what they were."""
        for scenario, result in recorded.items():
            if scenario not in replayed:
                outcome.note(scenario, column, "did not run")
            elif replayed[scenario] != result:
                outcome.note(scenario, column, f"recorded {result!r}, got {replayed[scenario]!r}")

    def files(self):
        return {
            path.relative_to(self.recordings).as_posix(): path.read_text()
            for path in sorted(self.recordings.rglob("*.rec"))
        }

    def look(self, outcome, files, secrets):
        """No recording may hold what the service handed out or was given."""
        for name, text in files.items():
            found = sorted(secret for secret in secrets if len(secret) > 3 and secret in text)
            outcome.note(Path(name).stem, "secrets", f"in clear: {', '.join(found)}" if found else "")


def _inherited():
    return {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV", "HOME") or name.startswith(("XDG_", "LC_"))
    }


def _change(before, after):
    if before is None or after is None:
        return "it is new" if before is None else "it is gone"
    lines = [
        f"{old!r} became {new!r}"
        for old, new in zip(before.splitlines(), after.splitlines(), strict=False)
        if old != new
    ]
    return "; ".join(lines[:3]) or "lines were added"
