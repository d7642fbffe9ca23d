"""What a run says of the tokens that it replayed."""

from recproxy.config.profile import Endpoint, Profile
from recproxy.config.report_table import ReportTable, TokenTable
from recproxy.control.outcomes import Outcome
from recproxy.orchestrator.replayed_tokens import add_tokens
from recproxy.report import Tally, TokenCount

ONE = """
POST https://a.example/{} HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{{"model": "{}", "usage": {{"in": 5, "cached": 2, "out": 3}}}}
=======
"""
TOKENS = TokenTable(model=("/model",), input=("/usage/in",), cached=("/usage/cached",), output=("/usage/out",))


def counted(tmp_path, *scopes, tokens=TOKENS):
    """The tokens after scopes with these plays of a recording of two models."""
    file = tmp_path / "a.rec"
    file.write_text("#recproxy 2\n" + "".join(ONE.format(*each) for each in enumerate(("small", "large", "small"))))
    endpoints = (Endpoint(hosts=("a.example",)),)
    profile = Profile(name="model", endpoints=endpoints, report=ReportTable(tokens=tokens))
    tally = Tally()
    tally.enter("model", "replay")
    for plays in scopes:
        tally.add("model", Outcome(scope="s", plays=plays, files=((str(file), 3),)))
    add_tokens(tally, [profile, Profile(name="shop", endpoints=endpoints)])
    return tally.tokens


def test_tokens_add_up_by_model_as_often_as_they_were_played(tmp_path):
    assert counted(tmp_path, (1, 2, 0), (1, 0, 1)) == [
        TokenCount(profile="model", model="large", responses=2, input=10, cached=4, output=6),
        TokenCount(profile="model", model="small", responses=3, input=15, cached=6, output=9),
    ]


def test_what_was_not_played_or_has_no_declared_place_counts_nothing(tmp_path):
    assert counted(tmp_path, (0, 0, 0)) == []
    assert counted(tmp_path, (1, 1, 1), tokens=TokenTable()) == []


def test_a_recording_that_is_gone_meanwhile_counts_nothing(tmp_path):
    tally = Tally()
    tally.enter("model", "replay")
    tally.add("model", Outcome(scope="s", plays=(1,), files=((str(tmp_path / "gone.rec"), 1),)))

    add_tokens(tally, [Profile(name="model", report=ReportTable(tokens=TOKENS))])

    assert tally.tokens == []
