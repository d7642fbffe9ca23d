"""What `recproxy init` asks, and what the words mean that it is given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from recproxy.cli.starter import ChosenProfile
    from recproxy.config.project import Project

__all__ = ["RUNNERS", "ask_profiles", "ask_runner", "choose_profile"]

RUNNERS = ("nox", "tox", "none")


def ask_runner(default: str) -> str:
    """The runner that the user chooses; another word is asked for again."""
    answer: str = click.prompt("Test runner", type=click.Choice(RUNNERS), default=default, err=True)
    return answer


def ask_profiles(project: Project) -> tuple[ChosenProfile, ...]:
    """The profiles that the user chooses, at least one. A wrong word is asked for again, and the others are kept."""
    from recproxy.errors import ProfileError

    known = project.default_profiles()
    print(f"Profiles here: {', '.join(known) or 'none'}. Write NAME=HOST for your own service.", file=sys.stderr)
    chosen: dict[str, ChosenProfile] = {}
    while not chosen:
        waiting = _words(click.prompt("Profiles of the suite", default=" ".join(known) or None, err=True))
        while waiting:
            word = waiting.pop(0)
            try:
                found = choose_profile(project, word)
            except ProfileError as problem:
                print(f"{problem.message}", file=sys.stderr)
                again = click.prompt(
                    f"Instead of {word} (Enter leaves it out)", default="", show_default=False, err=True
                )
                waiting[:0] = _words(again)
            else:
                chosen[found.profile.name] = found
    return tuple(chosen.values())


def _words(answer: str) -> list[str]:
    return answer.replace(",", " ").split()


def choose_profile(project: Project, word: str) -> ChosenProfile:
    """The profile that a word means: NAME, or NAME=HOST.

    Raises:
        ProfileError: there is none, or name or host is wrong.
    """
    from recproxy.cli.starter import ChosenProfile, requirement
    from recproxy.config.installed import distribution_of
    from recproxy.config.profile_reading import parse_profile
    from recproxy.config.project import is_profile_path
    from recproxy.config.toml_files import TomlFile
    from recproxy.errors import ProfileError

    name, equals, address = word.partition("=")
    host, upstream = _host(address)
    if not equals and is_profile_path(word):
        raise ProfileError(f"--profile {word}: pass the name of an installed profile, not a path")
    if equals:
        protocol = _protocol(address)
        if protocol == "mail":
            raise ProfileError(
                f"--profile {word}: {host} may be a mail server or a website: "
                f"write {name}=smtp://{host}, {name}=imap://{host} or {name}=https://{host}"
            )
        endpoint = {"hosts": [host]} if protocol == "http" else _mail_endpoint(name, protocol, host, upstream)
        upstream = upstream if protocol == "http" else ""
        file = TomlFile(path=f"--profile {word}", text="", error=ProfileError, values={"endpoints": [endpoint]})
        return ChosenProfile(profile=parse_profile(file, name=name), host=host, upstream=upstream)
    distribution = distribution_of(name)
    return ChosenProfile(profile=project.profile(name), requirement=requirement(distribution) if distribution else "")


def _host(word: str) -> tuple[str, str]:
    """The host of an address, as it is pasted from a browser, and the address itself if it has a port."""
    from recproxy.control.host_names import is_loopback

    scheme, _, rest = word.rpartition("://")
    authority = rest.partition("/")[0]
    host, _, port = (
        authority.rpartition(":") if authority[-1:].isdigit() and "]" not in authority else (authority, "", "")
    )
    if not host or not port.isdigit():
        return authority, ""
    return host, f"{scheme or ('http' if is_loopback(host) else 'https')}://{authority}"


def _protocol(address: str) -> str:
    """The protocol of an address, by its scheme, its port or the beginning of its host; `mail` may be any of them."""
    from recproxy.config.mail_endpoints import MAIL_PORTS

    scheme, separator, rest = address.lower().rpartition("://")
    if separator:
        return scheme if scheme.removesuffix("s") in MAIL_PORTS else "http"
    host, _, port = rest.partition("/")[0].partition(":")
    by_port = next((protocol for protocol, ports in MAIL_PORTS.items() if port in ports), "")
    by_name = host.partition(".")[0] if "." in host else ""
    return by_port or (by_name if by_name in ("smtp", "imap", "mail") else "http")


def _mail_endpoint(name: str, protocol: str, host: str, address: str) -> dict[str, object]:
    """The endpoint of a mail server; `address` holds the port if there is one."""
    from recproxy.config.mail_endpoints import MAIL_TLS_PORTS

    plain = protocol.removesuffix("s")
    variables = name.upper().replace("-", "_")
    variables = f"_{variables}" if variables[:1].isdigit() else variables
    if not variables.endswith(plain.upper()):
        variables = f"{variables}_{plain.upper()}"
    endpoint: dict[str, object] = {"protocol": plain, "hosts": [host], "variables": variables}
    port = address.rpartition(":")[2] or (MAIL_TLS_PORTS[plain][0] if protocol != plain else "")
    if port:
        endpoint["ports"] = [port]
        if protocol != plain and port not in MAIL_TLS_PORTS[plain]:
            endpoint["tls_ports"] = [port]
    return endpoint
