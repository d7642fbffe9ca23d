"""The command that records, for a profile and for one test."""

import pytest

from recproxy.control.record_commands import record_command
from recproxy.control.scope_options import SelectedTest

ONE = SelectedTest(node="tests/test_m.py::test_p[it's]", instead_of=("tests", "more"), keyword="test_m.py and test_p")
UNITTEST = SelectedTest(keyword="*test_m.TestC.test_a")
QUOTED = """'tests/test_m.py::test_p[it'"'"'s]'"""
RUN = "recproxy run --record {profile} -- pytest"


@pytest.mark.parametrize(
    ("template", "selection", "wanted"),
    [
        ("", ONE, ""),
        ("nox -s r -- {profile}", ONE, "nox -s r -- 'a b'"),
        ("nox -s r -- {profile} -- {keyword}", None, "nox -s r -- 'a b'"),
        ("nox -s r -- {profile} -- {keyword}", ONE, "nox -s r -- 'a b' -- -k 'test_m.py and test_p'"),
        ("tox -x e.r={profile} -- {keyword}", UNITTEST, "tox -x e.r='a b' -- -k '*test_m.TestC.test_a'"),
        ("tox -x e.r={profile} -- {keyword}", None, "tox -x e.r='a b'"),
        (f"{RUN} -q tests -x more {{node}}", None, "recproxy run --record 'a b' -- pytest -q tests -x more"),
        (
            f"{RUN} -q tests -x more {{node}}",
            ONE,
            """recproxy run --record 'a b' -- pytest -q 'tests/test_m.py::test_p[it'"'"'s]' -x""",
        ),
        (
            f"{RUN} -m 'a b' {{node}}",
            SelectedTest(node="t.py::t"),
            f"{RUN} -m 'a b' t.py::t".replace("{profile}", "'a b'"),
        ),
        (f"{RUN} -m tests tests {{node}}", ONE, f"{RUN} -m tests {QUOTED}".replace("{profile}", "'a b'")),
        (f"{RUN} -k tests {{node}}", ONE, f"{RUN} -k tests {QUOTED}".replace("{profile}", "'a b'")),
        (f"{RUN} --cov more more {{node}}", ONE, f"{RUN} --cov more {QUOTED}".replace("{profile}", "'a b'")),
        (f"{RUN} -q {{node}}", UNITTEST, "recproxy run --record 'a b' -- pytest -q"),
        ("M=record python -m unittest {keyword}", UNITTEST, "M=record python -m unittest -k '*test_m.TestC.test_a'"),
        ("M=record python -m unittest {keyword}", None, "M=record python -m unittest"),
        (f"{RUN} {{node}}", SelectedTest(node="t.py::t", command="M=record pytest t.py::t"), "M=record pytest t.py::t"),
    ],
)
def test_a_template_is_filled_with_the_profile_and_the_test(template, selection, wanted):
    assert record_command(template, ("a b",), selection) == wanted


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        (f"{RUN} -q {{node}}", f"recproxy run --record a --record b -- pytest -q {QUOTED}"),
        ("recproxy run --record {profile} -- COMMAND", "recproxy run --record a --record b -- COMMAND"),
        ("nox -s r -- {profile} -- {keyword}", "nox -s r -- a b -- -k 'test_m.py and test_p'"),
        ("tox -e r -- {profile} -- {keyword}", "tox -e r -- a b -- -k 'test_m.py and test_p'"),
        ("tox -e r -x env.r.recproxy_record={profile}", "tox -e r -x env.r.recproxy_record=a,b"),
        ("pytest --recproxy-mode=record tests {node}", f"pytest --recproxy-mode=record {QUOTED}"),
    ],
)
def test_each_form_of_the_command_names_all_profiles(template, wanted):
    assert record_command(template, ("a", "b"), ONE) == wanted
