"""Looks through the workflows of the docs with zizmor: `python workflows.py FOLDER` writes them into that folder first."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

DOCS = Path(__file__).parents[2] / "docs"
SETTINGS = {
    "rules": {
        # An example names a version, which its readers know, not the hash of a commit.
        "unpinned-uses": {"config": {"policies": {"*": "ref-pin"}}},
        # The jobs that push a branch need the token that the check-out keeps.
        "artipacked": {"ignore": ["ci-1.yml", "ci-3.yml"]},
        # A fork has no secrets. The job that runs its code starts by the label of a maintainer and has no right to write.
        "dangerous-triggers": {"ignore": ["ci-3.yml"]},
    }
}


def workflows():
    """The workflows of GitHub in the docs, by page and number. Each block of YAML must parse."""
    for page in sorted(DOCS.rglob("*.md")):
        blocks = re.findall(r"^```ya?ml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        for number, block in enumerate(blocks, 1):
            value = yaml.safe_load(block)
            if isinstance(value, dict) and "jobs" in value:
                yield f"{page.stem}-{number}.yml", block


def main(folder):
    place = folder / ".github/workflows"
    place.mkdir(parents=True, exist_ok=True)
    for name, block in workflows():
        (place / name).write_text(block, encoding="utf-8")
    settings = folder / "zizmor.yml"
    settings.write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    words = ["zizmor", "--offline", "--no-progress", "--quiet", "--config", str(settings), str(folder)]
    sys.exit(subprocess.run(words).returncode)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
