"""Many rows in one test, for rows that are found, not written: each module, each line of a page.

A test for each of them costs pytest more than the row itself costs. Where a row is written by hand, or needs a fixture, it is
a test of its own by `pytest.mark.parametrize`.
"""

import pytest
from _pytest.mark.structures import ParameterSet
from _pytest.outcomes import Skipped


def for_each(rows):
    """Check each row in one test. It fails once, with what went wrong in each row, under the name of the row.

    A row is a `pytest.param` with an id, or one value.
    """

    def decorate(check):
        def test():
            assert rows
            failures = []
            for row in rows:
                values, name = (row.values, row.id) if isinstance(row, ParameterSet) else ((row,), row)
                try:
                    check(*values)
                except Exception as failure:  # noqa: BLE001 - told below
                    failure.add_note(f"in the row {name}")
                    failures.append(failure)
                except Skipped:
                    pytest.fail(f"the row {name} is skipped: make it a test of its own")
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(rows)} rows", failures)

        # Not by functools.wraps: pytest would ask for fixtures with the names of the row's values.
        test.__name__, test.__qualname__, test.__module__ = check.__name__, check.__qualname__, check.__module__
        test.__doc__ = check.__doc__
        test.place_as = check  # where pytest says that the test stands
        return test

    return decorate
