"""Profiles that nobody asked although they had something to answer or to record: what their clients may need. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from recproxy.config.installed import offers
from recproxy.config.loopback_hosts import unreachable_hosts
from recproxy.config.mail_endpoints import MAIL_PROTOCOLS, mail_variables
from recproxy.config.profile import Profile
from recproxy.orchestrator.plan import RunPlan
from recproxy.recording.counting import counted
from recproxy.report import Row, Tally

__all__ = ["add_unasked", "is_only_installed"]


def add_unasked(
    tally: Tally, profiles: Iterable[Profile], plan: RunPlan, environment: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Add a line for each profile that was not asked; `unused = "fail"` counts what was in play.

    `environment` are the variables that the run was started with.

    Nothing is added if a request was refused, since its client uses the proxy, or if a test named a recording that is
    missing, since that test never asked. If all profiles record, one request to any of them is enough.
    """
    if tally.refusals or tally.scope_refused:
        return
    has_asked = any(row.asked for row in tally.rows.values())
    for profile in profiles:
        row = tally.rows[profile.name]
        if tally.misses and row.idle and not row.unused:  # tests that missed failed before they came to ask it
            continue
        if line := _line(profile, row, plan, environment, has_asked=has_asked):
            tally.unasked[profile.name] = line
            tally.unasked_fails |= row.idle > 0 and profile.match.unused == "fail"


def is_only_installed(profile: str, plan: RunPlan) -> bool:
    """Whether a profile is in the run only because it is installed: nobody named it or has recordings of it here."""
    project = plan.project
    if plan.chosen or project.profiles or profile in {*project.inline, *plan.modes, *plan.recordings}:
        return False
    return profile in offers() and not (plan.library.folder / profile).is_dir()


def _line(profile: Profile, row: Row, plan: RunPlan, environment: Mapping[str, str], *, has_asked: bool) -> str | None:
    """What to say of a profile that was never asked; None where that is no surprise."""
    if row.asked:
        return None
    if row.idle:
        are = "was" if row.idle == 1 else "were"
        what = f"although {counted(row.idle, 'recorded interaction')} {are} in play"
    elif _was_to_record(profile.name, plan, has_asked=has_asked):
        what = "so nothing was recorded"
    else:
        return None
    if all(unreachable_hosts(endpoint) == endpoint.hosts for endpoint in profile.endpoints):
        return (
            f"profile {profile.name!r} was never asked, {what}: clients use no proxy on loopback; set base_url in a "
            "profile for the service, and give the client the address in that variable"
        )
    return (
        f"profile {profile.name!r} was never asked, {what}; if your program calls the service, its client does not use "
        f"the proxy: {_ways(profile, plan)}{_lacking(profile, plan, environment)}"
    )


def _lacking(profile: Profile, plan: RunPlan, environment: Mapping[str, str]) -> str:
    """What else may be the cause: a program that ends before it asks, because a variable is not set."""
    played = plan.mode_of(profile.name) in ("replay", "auto")
    given = profile.placeholders if played else ()
    names = [name for name in profile.credentials if name not in given and not environment.get(name)]
    if not names:
        return ""
    are, it, what = ("is", "it", "a placeholder") if len(names) == 1 else ("are", "them", "placeholders")
    mend = f"write {what} in the profile" if played else f"set {it}"
    return f"; {' and '.join(names)} {are} not set: if the program ended for lack of {it}, {mend}"


def _was_to_record(profile: str, plan: RunPlan, *, has_asked: bool) -> bool:
    """Whether somebody expects recordings of a profile: it was named, or the run records what the project has."""
    if profile in plan.modes:
        return plan.modes[profile] == "record"
    return plan.mode == "record" and not has_asked and not is_only_installed(profile, plan)


def _ways(profile: Profile, plan: RunPlan) -> str:
    """How a client that reads no proxy variable is brought to the run."""
    addresses = [endpoint.base_url or " and ".join(mail_variables(endpoint)) for endpoint in profile.endpoints]
    variables = list(filter(None, dict.fromkeys(addresses)))
    if variables:
        ways = [f"give it the address in {' or '.join(variables)}"]
    elif all(endpoint.protocol in MAIL_PROTOCOLS for endpoint in profile.endpoints):
        ways = ["set variables in the profile's endpoint and give it the address in those"]
    elif not any("*" not in host for endpoint in profile.endpoints for host in endpoint.hosts):
        ways = ["name the service's host and a base_url in a profile and give it the address in that variable"]
    else:
        ways = ["set base_url in the profile and give it the address in that variable"]
    if not plan.project.java:
        ways.append("set java = true if it is a Java program")
    if not plan.isolate and sys.platform == "linux":
        ways.append("run with --isolate")
    return ", or ".join(ways)
