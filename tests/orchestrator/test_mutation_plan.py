"""Which mutations are played, to which tests: equal answers once, and a sample that its seed decides."""

from recproxy.control.outcomes import Outcome
from recproxy.orchestrator.mutation_plan import MutationOptions, planned_mutations, sampled

TEXT = """#recproxy 2

GET https://api.shop.example/item?id=1 HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{"id": 1}
=======

GET https://api.shop.example/other HTTP/1.1

====
HTTP/1.1 204 No Content

=======
"""


def ended(path, *plays):
    return {"shop": Outcome(scope="", played=sum(plays), plays=plays, files=((str(path), 2),))}


def test_equal_answers_are_one_and_what_was_not_played_is_none(tmp_path):
    for name in ("a.rec", "b.rec"):
        (tmp_path / name).write_text(TEXT)
    played = {
        ("slow", "slow"): ended(tmp_path / "a.rec", 1, 0),
        ("quick", "quick"): ended(tmp_path / "b.rec", 2, 0),
        ("quick", "fixture"): ended(tmp_path / "b.rec", 1, 0),
    }

    planned = planned_mutations(played, {"slow": 2.0, "quick": 0.1})

    assert {f"{each.trial.kind} {each.trial.place}" for each in planned} == {
        "status 429", "status 500", "drop json /id", "null json /id", "type json /id", "empty json /id",
        "drop header Content-Type",
    }  # fmt: skip
    assert {each.trial.tests for each in planned} == {("quick", "slow")}
    assert {tuple(use.test for use in each.uses) for each in planned} == {("quick", "slow")}
    assert {each.trial.request for each in planned} == {"GET https://api.shop.example/item"}
    assert len({each.trial.key for each in planned}) == len(planned)


def test_a_sample_is_that_of_its_seed(tmp_path):
    (tmp_path / "a.rec").write_text(TEXT)
    planned = planned_mutations({("a", "a"): ended(tmp_path / "a.rec", 1, 1)}, {})

    def keys(**options):
        return [each.trial.key for each in sampled(planned, MutationOptions(**options))]

    assert keys(sample=3, seed=1) == keys(sample=3, seed=1) == keys(seed=1)[:3]
    assert keys(seed=1) != keys(seed=2)
    assert sorted(keys(seed=1)) == sorted(each.trial.key for each in planned)
