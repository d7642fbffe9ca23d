"""A suite that uses vcrpy in all of its ways passes unedited over real sockets."""

import json

import pytest
from vcrpy_project import interaction

TESTS = 21


def form(body):
    return {"body": body, "headers": {"Content-Type": ["application/x-www-form-urlencoded"]}, "method": "POST"}


@pytest.fixture
def vcrpy_suite(suite):
    suite.cassette("cassettes/items.yaml", interaction("item?a=1&b=2", "first"), interaction("item?a=1&b=2", "second"))
    suite.cassette("cassettes/other.yaml", interaction("item?a=1&b=2", "other"))
    for name, said in (
        ("test_a_decorator_without_arguments", "by the name of the function"),
        ("test_a_decorator_with_no_argument", "by the name of another function"),
        ("library/by_test_path_generator.yaml", "generated"),
        ("library/TestCase.test_by_its_name.yaml", "of a case"),
    ):
        suite.cassette(name, interaction("item?a=1&b=2", said))
    orders = [
        interaction("orders?page=1", '{"form": 1}', **form("token=HIDDEN&item=1")),
        interaction(
            "orders",
            '{"json": 1}',
            method="POST",
            body='{"item": "1", "size": 2}',
            headers={"Content-Type": ["application/json"]},
        ),
    ]
    suite.write("library/orders.json", json.dumps({"version": 1, "interactions": orders}))
    suite.write("test_suite.py", suite.copy("suite_of_vcrpy.py").read_text())
    return suite


def test_it_passes_under_vcrpy_and_under_the_bridge(vcrpy_suite):
    by_vcrpy = vcrpy_suite.run("test_suite.py", bridge=False)
    bridged = vcrpy_suite.run("test_suite.py", bridge=True)

    assert by_vcrpy == {"passed": TESTS}
    assert bridged == {"passed": TESTS}
    assert "not honoured" not in bridged.out
    assert "23 cassettes, 29 requests played, 0 recorded, 0 missed" in bridged.out
