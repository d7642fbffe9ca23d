"""The page of a mutation run: a table that loads nothing, and in which traffic is text."""

from recproxy.report.mutation_page import mutation_page
from recproxy.report.mutation_report import MutationTrial
from recproxy.report.sweep_result import SweepResult


def page(place, result="unnoticed"):
    trial = MutationTrial(
        key="1", profile="shop", request="GET https://api.shop.example/item", where="a.rec:3", kind="drop", place=place,
        tests=("test_a",), result=SweepResult(result),
    )  # fmt: skip
    return mutation_page([trial], command=["pytest", "tests"], seconds=2.0)


def test_it_tells_what_is_worth_a_test_and_the_score():
    text = page("json /price")

    assert "Worth a test: no test notices when json /price is missing" in text
    assert "<td><code>json /price</code></td><td><code>drop</code></td><td><code>test_a</code></td>" in text
    assert "Score: 0%." in text
    assert "All changes are noticed." in page("json /price", "noticed")


def test_what_traffic_says_is_text_and_nothing_is_loaded():
    text = page("json /<script>alert(1)</script>\x1b")

    assert "<script" not in text
    assert "json /&lt;script&gt;" in text
    assert "\x1b" not in text
    assert "default-src 'none'" in text


def test_where_nothing_was_to_be_changed_it_does_not_say_that_all_changes_are_noticed():
    text = mutation_page([], command=["true"], seconds=2.0)

    assert "<p>The command got no recorded answer to change.</p>" in text
    assert "noticed." not in text
