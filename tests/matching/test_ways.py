"""What a person is told to write, and the command that records."""

from __future__ import annotations

import tomllib

from recproxy.matching.ways import Ways


def test_the_command_records_the_profile_those_with_it_and_those_that_its_test_needs():
    assert Ways().recording("shop") == "recproxy run --record shop -- COMMAND"
    assert Ways(together=("shop", "bank")).recording("shop", ("mail", "bank")).count("--record") == 3
    known = Ways().of_test("nox -s record", ("shop",), any_format=True)
    assert (known.record, known.together, known.any_format) == ("nox -s record", ("shop",), True)
    assert known.of_test("", ()) is known


def test_a_table_can_be_pasted_and_says_where():
    ways = Ways(file="recproxy.toml", keys=("profiles", "shop"), tables=("match",), after="a commit")

    first, *lines = ways.toml("match", 'repeat = "last"').splitlines()
    assert first == "in recproxy.toml, which has this table already:"
    assert tomllib.loads("\n".join(lines)) == {"profiles": {"shop": {"match": {"repeat": "last"}}}}
    assert ways.toml("redact").startswith("in recproxy.toml, after a commit:\n")


def test_paths_are_shown_from_the_folder_and_packaged_ones_are_known():
    ways = Ways(folder="/srv/shop/tests", package="/site/shop")

    assert ways.shown("/srv/shop/tests/a.rec:3") == "a.rec:3"
    assert ways.is_packaged("/site/shop/a.rec")
    assert not ways.is_packaged("/site/shopping/a.rec")
