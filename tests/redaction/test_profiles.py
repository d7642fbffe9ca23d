"""What the profiles of this repository mask: each row of profiles.txt, and what is written of it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from tables import DATA, exchange, place

from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError
from recproxy.redaction.rules import NO_RULES, RedactionRules
from recproxy.redaction.scope import redact_scope

PROFILES = Path(__file__).parents[2] / "profiles"
KINDS = {"json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain"}


@dataclass(frozen=True)
class Row:
    side: str
    place: str
    text: str
    written: str


def table():
    """By profile, its rows."""
    found = {}
    rows = []
    for line in (DATA / "profiles.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = found[line[3:]] = []
        elif line.startswith(("<", ">")):
            side, where, text = line.split(" ", 2)
            rows.append(Row({"<": "response", ">": "request"}[side], where, text, ""))
        elif line.startswith("  "):
            rows[-1] = Row(rows[-1].side, rows[-1].place, rows[-1].text, line.strip())
    return found


def rules_of(name):
    file = PROFILES / name / f"recproxy_{name}" / "profile.toml"
    return parse_profile(read_toml(file, ProfileError)).redaction()


TABLE = table()
LINKS = RedactionRules(json=tuple(name for each in TABLE for name in rules_of(each).json if name.endswith("_url")))
SHAPES = RedactionRules(shapes=tuple(shape for name in TABLE for shape in rules_of(name).shapes))


def planted(row):
    if row.place == "url":
        return exchange(url=row.text)
    name = "header" if row.place == "header" else "body"
    return place(exchange(), row.side, KINDS.get(row.place, ""), name, row.text.encode())


def written(interaction, row):
    block = getattr(interaction, row.side)
    if row.place == "url":
        return block.url
    return b": ".join(block.headers[-1]).decode() if row.place == "header" else block.body.decode()


@pytest.mark.parametrize("name", TABLE)
def test_what_a_profile_masks_is_what_the_table_says(name):
    rules = rules_of(name)
    masked = []
    for row in TABLE[name]:
        scope = redact_scope([planted(row)], rules)
        masked.append((row.text, written(scope.interactions[0], row)))
        again = redact_scope(scope.interactions, rules)
        assert (again.interactions, again.findings, scope.refusals) == (scope.interactions, (), ())
        # A scan may be made without the profile, where only others are installed, or with the links of others.
        for others in (NO_RULES, SHAPES, LINKS):
            assert (row.text, redact_scope(scope.interactions, others).findings) == (row.text, ())

    assert masked == [(row.text, row.written or row.text) for row in TABLE[name]]
