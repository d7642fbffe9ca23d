"""Profiles that nobody asked: what is said of which."""

import dataclasses
from pathlib import Path

import pytest

from recproxy.config.profile import Endpoint, Match, Profile
from recproxy.config.project import Project
from recproxy.control.outcomes import Missed, Outcome, Unused
from recproxy.orchestrator import unasked as module
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.unasked import add_unasked, is_only_installed
from recproxy.play.library import Library
from recproxy.report import Tally

UNUSED = tuple(Unused(where=f"a.rec:{number}", request="GET /", position=number) for number in range(2))
IN_PLAY = {"scope": "run", "plays": (0, 0), "files": (("a.rec", 2),)}
ASKED = "profile 'shop' was never asked, although 2 recorded interactions were in play; "
IF = "if your program calls the service, its client does not use the proxy: "


@pytest.fixture(autouse=True)
def linux(monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "linux")


def shop(base_url="SHOP_BASE_URL", unused="report"):
    return Profile(
        name="shop", endpoints=(Endpoint(hosts=("a.example",), base_url=base_url),), match=Match(unused=unused)
    )


def said(outcome, profile=None, *, mode="replay", java=False, environment=None, **more):
    """The lines about a run of this one outcome, and whether they fail it."""
    profile = profile or shop()
    project = Project(root=Path("/project"), java=java)
    plan = RunPlan(project=project, mode=mode, profiles=(profile,), library=Library(Path("/project"), {}), **more)
    tally = Tally()
    tally.enter("shop", plan.mode_of("shop"))
    tally.add("shop", outcome)
    add_unasked(tally, [profile], plan, environment or {})
    return list(tally.unasked.values()), tally.unasked_fails


def test_what_was_in_play_and_not_asked_is_said_with_what_clients_need():
    assert said(Outcome(**IN_PLAY, unused=UNUSED)) == (
        [
            ASKED
            + IF
            + "give it the address in SHOP_BASE_URL, or set java = true if it is a Java program, or run with "
            "--isolate"
        ],
        False,
    )


def test_what_is_set_already_is_not_proposed():
    lines, _ = said(Outcome(**IN_PLAY, unused=UNUSED), shop(base_url=""), java=True, isolate=True)

    assert lines == [ASKED + IF + "set base_url in the profile and give it the address in that variable"]


def test_a_base_url_is_proposed_with_a_host_that_it_can_have():
    every = Profile(name="shop", endpoints=(Endpoint(hosts=("*.a.example",)),))

    lines, _ = said(Outcome(**IN_PLAY, unused=UNUSED), every, java=True, isolate=True)

    assert lines == [
        ASKED + IF + "name the service's host and a base_url in a profile and give it the address in that variable"
    ]


@pytest.mark.parametrize(
    ("hosts", "is_told"), [(("127.0.0.1", "localhost"), True), (("127.0.0.1", "a.example"), False)]
)
def test_clients_use_no_proxy_on_this_machine_whatever_else_is_set(hosts, is_told):
    local = Profile(name="shop", endpoints=(Endpoint(hosts=hosts),))
    told = (
        "profile 'shop' was never asked, although 2 recorded interactions were in play: clients use no proxy on "
        "loopback; set base_url in a profile for the service, and give the client the address in that variable"
    )

    assert (said(Outcome(**IN_PLAY, unused=UNUSED), local)[0] == [told]) is is_told


@pytest.mark.parametrize(
    ("variables", "way"),
    [
        ("MAIL", "give it the address in MAIL_HOST and MAIL_PORT"),
        ("", "set variables in the profile's endpoint and give it the address in those"),
    ],
)
def test_a_mail_server_on_this_machine_is_reached_by_variables(variables, way):
    local = Profile(name="shop", endpoints=(Endpoint(protocol="smtp", hosts=("localhost",), variables=variables),))

    assert said(Outcome(**IN_PLAY, unused=UNUSED), local, java=True, isolate=True)[0] == [ASKED + IF + way]


def test_elsewhere_isolation_is_not_proposed(monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "darwin")

    assert "--isolate" not in said(Outcome(**IN_PLAY, unused=UNUSED))[0][0]


@pytest.mark.parametrize(
    "more", [{"played": 1}, {"missed": (Missed(method="GET", url="/", text="x"),)}, {"failures": ("x",)}]
)
def test_one_request_is_enough(more):
    assert said(Outcome(**IN_PLAY | {"plays": (1, 0)}, unused=UNUSED[1:], **more)) == ([], False)


def test_a_profile_without_recordings_in_play_is_nobodys_business():
    assert said(Outcome(scope="run")) == ([], False)


@pytest.mark.parametrize("mode", ["replay", "auto"])
def test_a_credential_without_a_placeholder_may_have_ended_the_program(mode):
    lacking = dataclasses.replace(shop(), credentials=("SHOP_ID", "SHOP_KEY", "SHOP_X"), placeholders={"SHOP_X": "x"})
    end = "; SHOP_ID and SHOP_KEY are not set: if the program ended for lack of them, write placeholders in the profile"

    assert said(Outcome(**IN_PLAY, unused=UNUSED), lacking, mode=mode)[0][0].endswith("--isolate" + end)
    one = said(Outcome(**IN_PLAY, unused=UNUSED), lacking, mode=mode, environment={"SHOP_ID": "1", "SHOP_KEY": ""})
    assert one[0][0].endswith(
        "; SHOP_KEY is not set: if the program ended for lack of it, write a placeholder in the profile"
    )
    set_all = {"SHOP_ID": "1", "SHOP_KEY": "2"}
    assert said(Outcome(**IN_PLAY, unused=UNUSED), lacking, mode=mode, environment=set_all)[0][0].endswith("--isolate")
    whole = dataclasses.replace(lacking, placeholders=dict.fromkeys(lacking.credentials, "x"))
    assert said(Outcome(**IN_PLAY, unused=UNUSED), whole, mode=mode)[0][0].endswith("--isolate")


@pytest.mark.parametrize("placeholders", [{}, {"SHOP_KEY": "x"}])
def test_where_a_credential_is_needed_it_is_to_be_set_and_no_placeholder_is_proposed(placeholders):
    lacking = dataclasses.replace(shop(), credentials=("SHOP_KEY",), placeholders=placeholders)
    end = "--isolate; SHOP_KEY is not set: if the program ended for lack of it, set it"

    assert said(Outcome(scope="run"), lacking, modes={"shop": "record"})[0][0].endswith(end)
    [line], _ = said(Outcome(scope="run"), lacking, modes={"shop": "record"}, environment={"SHOP_KEY": "1"})
    assert line.endswith("--isolate")


def test_unused_that_fails_a_test_fails_a_run_that_nobody_asked():
    assert said(Outcome(**IN_PLAY, unused=UNUSED), shop(unused="fail"))[1]


def test_a_recording_that_was_asked_for_and_got_nothing_is_said():
    lines, fails = said(Outcome(scope="run"), shop(unused="fail"), modes={"shop": "record"})

    assert lines[0].startswith("profile 'shop' was never asked, so nothing was recorded; if your program calls")
    assert not fails


def test_where_everything_is_recorded_and_nothing_was_asked_what_is_the_projects_is_said(monkeypatch):
    [line], fails = said(Outcome(scope="run"), mode="record")

    assert line.startswith("profile 'shop' was never asked, so nothing was recorded; if your program calls")
    assert not fails
    monkeypatch.setattr(module, "offers", lambda: {"shop": None})
    assert said(Outcome(scope="run"), mode="record") == ([], False)


def test_where_everything_is_recorded_one_profile_that_was_asked_is_enough():
    tally = Tally()
    project = Project(root=Path("/project"))
    other = Profile(name="bank", endpoints=(Endpoint(hosts=("bank.example",)),))
    plan = RunPlan(project=project, mode="record", profiles=(shop(), other), library=Library(Path("/project"), {}))
    for name, outcome in (("shop", Outcome(scope="run")), ("bank", Outcome(scope="run", recorded=1))):
        tally.enter(name, "record")
        tally.add(name, outcome)

    add_unasked(tally, [shop(), other], plan)

    assert tally.unasked == {}


def test_nothing_is_said_where_a_test_named_what_is_missing():
    project = Project(root=Path("/project"))
    plan = RunPlan(project=project, mode="replay", profiles=(shop(),), library=Library(Path("/project"), {}))
    tally = Tally(scope_refused=True)
    tally.enter("shop", "replay")
    tally.add("shop", Outcome(**IN_PLAY, unused=UNUSED))

    add_unasked(tally.so_far(), [shop()], plan)
    add_unasked(tally, [shop(unused="fail")], plan)

    assert (tally.unasked, tally.unasked_fails) == ({}, False)


def test_nothing_is_said_where_a_request_was_refused():
    project = Project(root=Path("/project"))
    plan = RunPlan(project=project, mode="replay", profiles=(shop(),), library=Library(Path("/project"), {}))
    tally = Tally()
    tally.enter("shop", "replay")
    tally.add("shop", Outcome(**IN_PLAY, unused=UNUSED))
    tally.refuse([Missed(method="CONNECT", url="b.example:443", text="no profile owns b.example")])

    add_unasked(tally, [shop(unused="fail")], plan)

    assert (tally.unasked, tally.unasked_fails) == ({}, False)


def test_what_was_in_play_of_a_failed_test_was_not_asked_either():
    tally = Tally()
    tally.enter("shop", "replay")
    tally.add("shop", Outcome(**IN_PLAY, unused=UNUSED), passed=False)
    project = Project(root=Path("/project"))
    plan = RunPlan(project=project, mode="replay", profiles=(shop(),), library=Library(Path("/project"), {}))

    add_unasked(tally, [shop()], plan)

    assert tally.unasked["shop"].startswith(ASKED)


def test_a_test_that_missed_may_have_failed_before_it_came_to_ask():
    tally = Tally()
    tally.enter("shop", "replay")
    tally.add("shop", Outcome(**IN_PLAY, unused=UNUSED), passed=False)
    tally.misses.append(Missed(method="GET", url="https://bank.example/", text="a miss"))
    project = Project(root=Path("/project"))
    plan = RunPlan(project=project, mode="replay", profiles=(shop(),), library=Library(Path("/project"), {}))

    add_unasked(tally, [shop()], plan)

    assert tally.unasked == {}


@pytest.mark.parametrize(
    ("variables", "way"),
    [
        ("SHOP_SMTP", "give it the address in SHOP_SMTP_HOST and SHOP_SMTP_PORT"),
        ("", "set variables in the profile's endpoint and give it the address in those"),
    ],
)
def test_a_mail_client_is_led_by_its_own_variables(variables, way):
    mail = Profile(name="shop", endpoints=(Endpoint(protocol="smtp", hosts=("a.example",), variables=variables),))

    [line], _ = said(Outcome(**IN_PLAY, unused=UNUSED), mail)

    assert way in line


def test_a_profile_is_only_installed_if_nothing_here_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "offers", lambda: dict.fromkeys(("shop", "mail", "maps", "bank", "news")))
    (tmp_path / "maps").mkdir()

    def only_installed(*profiles, **more):
        project = Project(root=tmp_path, inline={"shop": {}}, profiles=profiles)
        plan = RunPlan(
            project=project, mode="replay", modes={"bank": "record"}, profiles=(), library=Library(tmp_path, {}), **more
        )
        names = ("shop", "mail", "maps", "bank", "news", "a.example")
        return [name for name in names if is_only_installed(name, plan)]

    assert only_installed(recordings={"news": ("a.rec",)}) == ["mail"]
    assert (only_installed("mail"), only_installed(chosen=True)) == ([], [])
