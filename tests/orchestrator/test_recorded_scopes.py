"""What files hold of the scopes that recorded them."""

import pytest

from recproxy.control.outcomes import Outcome, Unused
from recproxy.orchestrator.recorded_scopes import ambiguous_requests, unused_requests
from recproxy.report import Tally
from recproxy.report.run_timeline import TimelineRequest

BLOCK = """
:scope {scope}
GET https://a.example/{path} HTTP/1.1

====
HTTP/1.1 200 OK

{answer}
=======
"""


def recording(folder, *blocks):
    path = folder / "a.rec"
    texts = (BLOCK.format(scope=scope, path=name, answer=answer) for scope, name, answer in blocks)
    path.write_text("#recproxy 2\n" + "".join(texts))
    return str(path)


def asked(path, begun, waited, name="next"):
    return TimelineRequest(
        profile="shop",
        lane="default",
        test="m.test",
        result="recorded",
        begun=begun,
        seconds=9,
        request=f"GET https://a.example/{name}",
        path=path,
        waited=waited,
    )


@pytest.mark.parametrize(
    ("answers", "second", "wanted"),
    [(("1", "2"), 0.5, 1), (("1", "1"), 0.5, 0), (("1", "2"), 1.5, 0)],
)
def test_equal_requests_are_ambiguous_where_one_came_before_the_others_answer(tmp_path, answers, second, wanted):
    path = recording(tmp_path, *(("m.test", "next", answer) for answer in answers), ("m.other", "next", "9"))

    found = [*ambiguous_requests([asked(path, 0, 1), asked(path, second, 1)])]

    assert [each.where for each in found] == [f"{path}:4"] * wanted


def test_other_requests_at_the_same_time_are_clear(tmp_path):
    path = recording(tmp_path, ("m.test", "left", "1"), ("m.test", "right", "2"))

    assert [*ambiguous_requests([asked(path, 0, 1, "left"), asked(path, 0, 1, "right")])] == []


def test_what_is_not_played_is_that_of_the_scope_that_recorded_it(tmp_path):
    path = recording(tmp_path, ("m.one", "a", "1"), ("m.two", "b", "2"))
    unused = tuple(Unused(where=f"{path}:{line}", request="GET", position=n) for n, line in enumerate((4, 12)))
    tally = Tally()
    for profile in ("shop", "bank"):
        tally.enter(profile, "replay")
        tally.add(profile, Outcome(scope="m.one", files=((path, 2),), plays=(0, 0), unused=unused))

    found = [*unused_requests(tally, frozenset(["shop"]))]

    assert [(each.profile, each.scope) for each in found] == [("shop", "m.one"), ("shop", "m.two")]
