"""A project in a temporary folder: a profile, recordings and test files, run by commands as a user runs them."""

import os
import re
import subprocess
import sys

import prestarted
from deadlines import seconds
from plugins import WITHOUT_PLUGINS
from prestarted_starts import can_run

PROFILE = """\
schema = 1
name = "{name}"

[[endpoints]]
hosts = ["{host}"]
base_url = "{variable}"

[match]
{match}
"""
GET = '''\
import functools
import os
import ssl
import urllib.error
import urllib.request


@functools.cache
def trust(bundle):
    """A context is made once for each bundle: reading all roots takes longer than everything else a request does."""
    return ssl.create_default_context()


def get(path):
    """The body of an answer; a program that swallows errors."""
    context = trust(os.environ.get("SSL_CERT_FILE"))
    try:
        with urllib.request.urlopen(f"https://api.shop.example/{path}", context=context) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return f"swallowed {error.code}"
'''


class ClientProject:
    """A folder with the profile `shop`; `match` are lines for its `[match]`.

    A run starts a process for each profile, so only tests that are about two services add the `bank`.
    """

    #: A command may take so long.
    seconds = 110
    #: What pytest finds imported when it runs.
    imported = ()
    #: A folder with the pytest of this project, where that is another one than is installed.
    other_pytest = ""

    def __init__(self, root, match=""):
        self.root = root
        self.write("recproxy.toml", 'profiles = ["shop/profile.toml"]\nrecordings = "recordings"\n')
        self.write(
            "shop/profile.toml",
            PROFILE.format(name="shop", host="api.shop.example", variable="SHOP_BASE_URL", match=match),
        )
        self.write("asking.py", GET)

    def add_bank(self):
        """Have a second service, `bank.example`."""
        self.write(
            "recproxy.toml", 'profiles = ["shop/profile.toml", "bank/profile.toml"]\nrecordings = "recordings"\n'
        )
        self.write(
            "bank/profile.toml",
            PROFILE.format(name="bank", host="bank.example", variable="BANK_BASE_URL", match=""),
        )

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def record(self, name, *answers, host="api.shop.example"):
        """A recording: each answer is a path and a body."""
        blocks = [
            f"GET https://{host}/{path} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\nContent-Type: text/plain\n\n{body}\n=======\n"
            for path, body in answers
        ]
        return self.write(name, "#recproxy 2\n\n" + "\n".join(blocks))

    def _environment(self, changes):
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("RECPROXY", "PYTEST")) and name not in ("PROXY", "CI")
        }
        path = os.pathsep.join(filter(None, (self.other_pytest, str(self.root))))
        usual = {"PYTEST_ADDOPTS": WITHOUT_PLUGINS, "PYTHONPATH": path, "PYTHONWARNINGS": "error"}
        return inherited | usual | changes

    def start(self, *words, **environment):
        return prestarted.popen()(
            [sys.executable, *words],
            cwd=self.root,
            env=self._environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def python(self, *words, **environment):
        """Run Python; the exit code and what it said."""
        environment = self._environment(environment)
        if can_run(words, environment, self.other_pytest):
            done = prestarted.run(
                words[1],
                words[2:],
                cwd=self.root,
                environment=environment,
                timeout=self.seconds,
                merged=True,
                also=self.imported,
                pytest=self.other_pytest,
            )
            return done.returncode, done.stdout
        process = self.start(*words, **environment)
        try:
            out, _ = process.communicate(timeout=self.seconds)
        except subprocess.TimeoutExpired:
            process.terminate()  # a run takes what it started along
            out, _ = process.communicate(timeout=seconds(20))
            raise AssertionError(f"it did not end: {out}") from None
        return process.returncode, out

    def unittest(self, *words, **environment):
        return self.python("-m", "unittest", *words, **environment)

    def pytest(self, *words, run=False, **environment):
        """Run pytest, plainly or under `recproxy run`; its outcomes by word, and what it said."""
        command = ["-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *words]
        if run:
            command = ["-m", "recproxy", "run", "--mode", "replay", "--", sys.executable, *command]
        code, out = self.python(*command, **environment)
        return Outcomes(code, out)


class Outcomes:
    """What pytest said, and its counts: `outcomes.passed`, `outcomes.failed`."""

    def __init__(self, code, out):
        self.code = code
        self.out = out
        lines = [line for line in out.splitlines() if re.search(r" in [0-9.]+s( \(.*\))? ?=*$", line)]
        self.counts = {
            word.rstrip("s"): int(count) for count, word in re.findall(r"(\d+) (\w+)", lines[-1] if lines else "")
        }

    def of(self, file):
        """The counts of one file, and what was said of its failures, where pytest was run with `-rA`."""
        *sections, summary = re.split(r"^=+ .*short test summary info.* =+$", self.out, flags=re.MULTILINE)
        rows = re.findall(r"^([A-Z]+) (\S+?)::(.+?)(?: - .*)?$", summary, re.MULTILINE)
        names = {row[2].replace("::", ".") for row in rows if row[1] == file}
        made = Outcomes(self.code, "")
        words = [row[0].lower().replace("xfail", "xfailed") for row in rows if row[1] == file]
        made.counts = {word: words.count(word) for word in words}
        parts = re.split(r"^_+ (?:ERROR at \w+ of )?(.+?) _+$", sections[0], flags=re.MULTILINE)
        made.out = "".join(text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name in names)
        return made

    def __eq__(self, other):
        return {word: count for word, count in self.counts.items() if word != "deselected"} == other

    def __repr__(self):
        return f"{self.counts}\n{self.out}"

    __hash__ = None
