"""What a run says of its profiles when it opens: the mode of each, where it is reached, and what there is to play."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from recproxy.config.mail_endpoints import mail_places
from recproxy.config.profile import Profile
from recproxy.orchestrator.environment import LaneAddresses
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.unasked import is_only_installed
from recproxy.play.recording_names import recordings_below
from recproxy.report.opening import ProfileOpening

__all__ = ["openings"]


def openings(profiles: Iterable[Profile], plan: RunPlan, addresses: LaneAddresses) -> Iterator[ProfileOpening]:
    """What is said of each profile; the recordings are those of the project and those of the profile's package.

    Of those that are only installed nothing is said, as in the table at the end if nobody asks them.
    """
    for profile in profiles:
        if is_only_installed(profile.name, plan):
            continue
        folders = [plan.library.folder / profile.name, *([Path(profile.recordings)] if profile.recordings else [])]
        yield ProfileOpening(
            name=profile.name,
            mode=plan.mode_of(profile.name),
            address=", ".join(_addresses(profile, addresses))
            or f"through the proxy at {addresses.listening.host}:{addresses.gateway}",
            recordings=sum(len(recordings_below(folder)) for folder in dict.fromkeys(folders)),
        )


def _addresses(profile: Profile, addresses: LaneAddresses) -> Iterator[str]:
    """Where a profile's endpoints are reached that have an address of their own."""
    for endpoint in profile.endpoints:
        if endpoint.base_url in addresses.base_urls:
            yield f"{endpoint.base_url}={addresses.base_urls[endpoint.base_url]}"
    for place in mail_places(profile):
        if place in addresses.mail:
            yield f"{place.host}:{place.port} at {addresses.listening.host}:{addresses.mail[place]}"
