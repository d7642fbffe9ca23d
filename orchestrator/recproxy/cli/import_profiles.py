"""The profiles that an import sorts by; where there is none, the step that defines one for the hosts of the sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from recproxy.cli.import_sources import ImportSource
from recproxy.config.installed import offers
from recproxy.config.profile import Profile
from recproxy.config.project import Project, is_profile_path
from recproxy.errors import ConfigurationError, ProfileError, RecproxyError
from recproxy.http import split_authority
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.reading import read_loaded

__all__ = ["import_profiles"]

#: Sources that are read for their hosts, and hosts that are shown.
_MOST_SOURCES = 50
_MOST_HOSTS = 5  # a suggestion is one command that somebody reads
#: Hosts that a command can name as they are.
_PLAIN = lazy_pattern(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")

#: Labels before the last one of a host that name no service.
_SUFFIXES = frozenset(("ac", "co", "com", "edu", "gov", "net", "org"))


def import_profiles(project: Project, name: str | None, sources: Sequence[ImportSource]) -> tuple[Profile, ...]:
    """The profile of this name, or those of the project.

    Raises:
        ConfigurationError: there is none; the message has the command that defines it.
        ProfileError: there is none of this name, or it is wrong.
    """
    if name is None:
        profiles = project.load(project.default_profiles())
        if not profiles:
            raise ConfigurationError(
                f"no profile is installed or inline: {_step('', sources)}, or name one with --profile, as a name or a path"
            )
        return profiles
    try:
        return (project.profile(name),)
    except ProfileError:
        if is_profile_path(name) or name in project.inline or name in offers():
            raise
        raise project.unknown(name, _step(name, sources)) from None


def _step(name: str, sources: Sequence[ImportSource]) -> str:
    """The command that defines a profile of this name, or one for each host."""
    addresses = _addresses(sources)
    chosen: dict[str, str] = {}
    for host in addresses:
        chosen.setdefault(name or _name_for(host), host)
    words = (
        " ".join(f"--profile {each}={addresses[host]}" for each, host in chosen.items())
        or f"--profile {name or 'NAME'}=HOST"
    )
    others = [host for host in addresses if host not in chosen.values()]
    more = f" and add the other hosts to its endpoint ({', '.join(others)})" if others else ""
    return f"run recproxy init --runner none {words}{more}"


def _addresses(sources: Sequence[ImportSource]) -> dict[str, str]:
    """The hosts that the sources ask most, with what init takes for each; what cannot be read is passed over."""
    found, addresses = Counter[str](), dict[str, str]()
    for source in sources[:_MOST_SOURCES]:
        try:
            interactions = read_loaded(str(source.path)).recording.interactions
        except RecproxyError:
            continue
        for each in interactions:
            scheme, _, rest = each.request.url.partition("://")
            try:
                host, port = split_authority(rest.partition("/")[0].partition("?")[0])
            except ValueError:
                continue
            if _PLAIN.fullmatch(host):
                found[host] += 1
                addresses.setdefault(host, f"{scheme}://{host}:{port}" if port not in (None, 80, 443) else host)
    return {host: addresses[host] for host, _ in found.most_common(_MOST_HOSTS)}


def _name_for(host: str) -> str:
    """A name for the service of a host: shop for api.shop.example."""
    labels = [each for each in host.split(".")[:-1] if each not in _SUFFIXES] or [host.partition(".")[0]]
    name = labels[-1]
    return name if name[:1].isalpha() else "service"
