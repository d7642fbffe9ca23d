"""The tutorials, done word for word: each block is a file that is written, a command that is run, or what it says.

A block in a programming language is a file, named in the sentence before it; `Add to` adds to it. A shell block is
run; a line with & at its end stays up until `kill %1`. The text block that follows must stand in what was said, but for
times and the folder.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds, wait_until
from fixed_ports import fixed_port
from plugins import WITHOUT_PLUGINS

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Reader:
    """Does what a page says, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.said = ""
        self.background = None
        self.port = str(fixed_port())
        outside = {name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "NOX", "CI"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{outside['PATH']}"
        # Plugins that happen to be here are not the reader's.
        quiet = f"{WITHOUT_PLUGINS} -p no:randomly -p no:cacheprovider"
        self.environment = outside | {"PATH": path, "PYTEST_ADDOPTS": quiet}

    def write(self, paragraph, text):
        name = re.findall(r"`([\w./-]+\.\w+)`", paragraph)[-1]
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = f"{path.read_text()}\n" if "Add to" in paragraph else ""
        path.write_text(before + text.replace("8765", self.port))

    def run(self, text):
        self.said = ""
        for line in text.splitlines():
            if line == "kill %1":
                self.stop()
            elif line.endswith("&"):
                self.background = subprocess.Popen(
                    line.removesuffix("&").split(),
                    cwd=self.folder,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                self.wait_for_the_service()
            else:
                if line.startswith("nox -s"):
                    self.lend(".nox/functional-replay")
                self.said += self.done(line.replace("nox -s", "nox -R -s"))  # what is lent is not installed again

    def done(self, line):
        """What this line of a shell says: variables and words."""
        words = shlex.split(line)
        begin = next(number for number, word in enumerate(words) if "=" not in word)
        environment = self.environment | dict(word.split("=", 1) for word in words[:begin])
        where = {"cwd": self.folder, "timeout": seconds(60)}
        if words[begin] in ("nox", "recproxy"):
            program, *rest = words[begin:]
            return prestarted.run(program, rest, environment=environment, merged=True, **where).stdout
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.run(line, shell=True, env=self.environment, text=True, **streams, **where).stdout

    def wait_for_the_service(self):
        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", int(self.port))) == 0

        wait_until(answers, process=self.background)

    def stop(self):
        if self.background is not None:
            self.background.terminate()
            self.background.wait(seconds(20))
            self.background = None

    def lend(self, name):
        """An environment with what is installed here, since no index can be reached."""
        where = {"cwd": self.folder, "environment": self.environment, "timeout": seconds(60)}
        made = prestarted.run("virtualenv", ("-q", "--no-seed", name), **where)
        assert made.returncode == 0, made.stderr
        environment = self.folder / name
        site = next(environment.glob("lib/python*/site-packages"))
        (site / "lent.pth").write_text(f"import site; site.addsitedir({str(Path(pytest.__file__).parents[1])!r})\n")
        for word in ("pytest", "recproxy"):
            script = environment / "bin" / word
            script.write_text(f'#!/bin/sh\nexec "{environment}/bin/python" -m {word} "$@"\n')
            script.chmod(0o755)

    def check(self, text):
        told = [self.plain(line) for line in self.said.splitlines()]
        for line in text.splitlines():
            assert not line.strip() or any(self.plain(line) in other for other in told), (
                f"{line}\n\nnot in\n\n{self.said}"
            )

    def plain(self, line):
        line = re.sub(r"\d+\.\d+ s\b", "", line.replace(f"{self.folder}/", ""))
        return re.sub(r"-+$", "", " ".join(line.split())).rstrip()


@pytest.fixture
def reader(tmp_path):
    made = Reader(tmp_path.resolve())
    yield made
    made.stop()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", sorted(path.stem for path in ROOT.glob("docs/tutorial/*.md")))
def test_a_tutorial_works_word_for_word(reader, page):
    text = (ROOT / "docs/tutorial" / f"{page}.md").read_text()
    done = []

    for match in BLOCK.finditer(text):
        language, block = match.groups()
        if language == "sh":
            reader.run(block)
        elif language == "text":
            reader.check(block)
        else:
            reader.write(text[: match.start()].split("\n\n")[-2], block)
        done.append(language)

    assert len(done) == len(re.findall(r"^```", text, re.MULTILINE)) // 2
    assert {"sh", "text", "python"} <= set(done)
