"""Names of wild places that were there before stay when their requests are recorded again."""

import pytest

from recproxy.matching.rules import Rules
from recproxy.play.kept_names import with_kept_names
from recproxy.play.merging import TimedInteraction, merge
from recproxy.recording import Interaction, Recording, Request, Response


def call(name, method, said="ok", *, wild="XXX", header=None):
    place = f"{wild}[{name}]" if wild else name
    body = f'{{"jsonrpc": "2.0", "id": {place}, "method": "{method}"}}'.encode()
    return Interaction(
        request=Request(
            method="POST",
            url="https://api.example/rpc",
            headers=() if header is None else ((b"X-Request-Id", f"{wild}[{header}]".encode()),),
            body=body,
            wild=wild,
        ),
        response=Response(status=200, body=f'{{"id": {place}, "result": "{said}"}}'.encode(), wild=wild),
        scope="s",
    )


def again(before, *new):
    taken = [TimedInteraction(each, float(place), place + 0.5) for place, each in enumerate(new)]
    return merge(Recording(interactions=tuple(before)), frozenset("s"), taken, Rules()).interactions


@pytest.mark.parametrize("said", ["ok", "changed"])
def test_a_name_that_somebody_wrote_stays(said):
    assert again([call("order", "a")], call("id", "a", said)) == (call("order", "a", said),)


def test_a_new_request_in_front_renames_none_and_its_own_name_gives_way():
    before = [call("id", "a"), call("id.2", "b")]
    new = [call("id", "first"), call("id.2", "a"), call("id.3", "b")]

    assert again(before, *new) == (call("id.4", "first"), call("id", "a"), call("id.2", "b"))


def test_one_name_for_two_values_is_kept_for_the_first():
    before = [call("order", "a"), call("order", "b")]

    assert again(before, call("id", "a"), call("id.2", "b")) == (call("order", "a"), call("id.2", "b"))


def test_names_that_changed_places_are_changed_back():
    before = [call("id", "a"), call("id.2", "b")]

    assert again(before, call("id", "b"), call("id.2", "a")) == (call("id.2", "b"), call("id", "a"))


def test_the_name_of_a_variable_is_not_replaced():
    assert again([call("token", "a")], call("SHOP_KEY", "a")) == (call("SHOP_KEY", "a"),)


def test_a_name_in_a_header_stays():
    ((new, _),) = with_kept_names([(call("id", "a", header="x"), call("id", "a", header="mine"))], Rules())

    assert new == call("id", "a", header="mine")


def test_a_value_that_was_written_out_becomes_the_named_place_and_stays_where_it_was():
    before = [call("7", "a", wild=None), call("8", "b", wild=None)]
    new = [TimedInteraction(call("id", "b"), 0.0, 3.0), TimedInteraction(call("id.2", "a"), 1.0, 2.0)]

    merged = merge(Recording(interactions=tuple(before)), frozenset("s"), new, Rules())

    assert merged.interactions == (call("id.2", "a"), call("id", "b"))
