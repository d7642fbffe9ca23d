"""Where a key belongs that stands in a wrong table."""

import pytest

from recproxy.config.misplaced import right_place
from recproxy.config.profile import Profile
from recproxy.config.project import Project

OWN = [(Profile, ())]
INLINE = [(Profile, ("profiles", "shop")), (Project, ())]
FILE = [(Profile, ()), (Project, None)]


@pytest.mark.parametrize(
    ("name", "tables", "wanted"),
    [
        ("unused", OWN, "under [match]"),
        ("hosts", OWN, "under [[endpoints]]"),
        ("credentials", OWN, "at the top of the file, above all tables"),
        ("form", OWN, "under [match.ignore] or [redact]"),
        ("nonsense", INLINE, ""),
        ("unused", INLINE, "under [profiles.shop.match]"),
        ("max_age", INLINE, "at the top of the file, above all tables"),
        ("max_age", FILE, "in [tool.recproxy] of pyproject.toml, or in recproxy.toml"),
        ("timeout", [(Project, ("tool", "recproxy"))], "under [tool.recproxy.profiles.NAME.upstream]"),
    ],
)
def test_a_key_belongs_where_a_table_declares_it(name, tables, wanted):
    assert right_place(name, tables) == wanted
