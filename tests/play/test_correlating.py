"""Whether what a program makes anew is linked: the profile says so, and a recording for itself."""

import dataclasses

import pytest

from recproxy.config.profile import Match, Profile
from recproxy.play.correlating import Correlating
from recproxy.play.written_values import WrittenValues

PLAIN = "GET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n"


@pytest.mark.parametrize("profile", [True, False])
@pytest.mark.parametrize(("line", "own"), [("", None), (":correlate no\n", False), (":correlate yes\n", True)])
def test_a_recording_decides_before_its_profile(tmp_path, profile, line, own):
    path = tmp_path / "a.rec"
    path.write_text(f"#recproxy 2\n{line}\n{PLAIN}")
    correlating = Correlating(Profile(match=Match(correlate=profile)), WrittenValues(""))

    assert (correlating.of(str(path)) is not None) == (profile if own is None else own)
    assert (correlating.of(str(tmp_path / "new.rec")) is not None) == profile


def test_a_recording_that_cannot_be_read_leaves_it_to_the_profile(tmp_path):
    path = tmp_path / "a.rec"
    path.write_text("#recproxy 2\n:correlate maybe\n")

    assert Correlating(Profile(), WrittenValues("")).of(str(path)) is not None


def test_the_constants_of_a_profile_and_of_the_project_are_known():
    match = dataclasses.replace(Match(), constants=("Order_Id",))
    known = Correlating(Profile(match=match), WrittenValues("")).of("")

    assert known.constants == {"order_id"}
    assert not known.is_constant(b"anything")
