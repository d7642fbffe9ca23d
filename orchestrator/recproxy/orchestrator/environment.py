"""The environment contract: what a test command, and all it starts, finds in its environment.

Which variable reaches which client was measured; see docs/explanation/environment.md. Pure: a folder with the bundle
and addresses in, variables out. Installs never see these.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from recproxy.config.mail_endpoints import MailPlace
from recproxy.config.profile import Profile
from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.reserved_variables import BUNDLES, PROXIES
from recproxy.control.variables import CA, CONTROL, LANE, MODE, R_PROFILE, REDIRECT, SHARD, SPKI, TOKEN
from recproxy.orchestrator.plan import RunPlan

__all__ = ["LaneAddresses", "RunFiles", "lane_variables", "redirect_variables", "run_variables"]

#: Loopback and nothing else, whatever the user had: an inherited `*` would let test traffic out without a word. In all
#: the spellings that clients read; the gateway sends on what comes all the same.
_NO_PROXY = "localhost,.localhost,127.0.0.1,127.0.0.0/8,::1"
#: The client's socket redirect: files that other programs load, never modules of this one.
_REDIRECT_FOLDER = Path(__file__).resolve().parents[1] / "client" / "redirect"


class RunFiles:
    """The files of a run that clients are pointed at: the bundle, and what says so to wget, PHP, node and Python.

    Args:
        folder: where they are written.
        certificates: the bundle, in PEM.
        own: the run's CA alone; clients that keep their own roots get only this on top. Else the bundle serves.
        key_hash: that of the key of all the run's certificates, for browsers.

    One more, `misses`, grows with each miss.
    """

    def __init__(self, folder: Path, certificates: bytes, own: bytes = b"", key_hash: str = "") -> None:
        self.key_hash = key_hash
        self.folder = folder
        self.bundle = folder / "ca.pem"
        self.own = folder / "own.pem"
        self.java = folder / "java.p12"
        self.misses = folder / "misses"
        self.wgetrc = folder / "wgetrc"
        self.php = folder / "php"
        self.misses.write_bytes(b"")
        self.bundle.write_bytes(certificates)
        self.own.write_bytes(own or certificates)
        self.wgetrc.write_text(f"ca_certificate={self.bundle}\n")
        self.php.mkdir()
        (self.php / "recproxy.ini").write_text(f"curl.cainfo={self.bundle}\nopenssl.cafile={self.bundle}\n")


class LaneAddresses:
    """Where a lane is reached: the gateway's port, each endpoint's by its base-URL variable, and those of mail servers.

    `listening` is the address of them all; `user_info` stands before the gateway's. `paths` are what follows the port in the addresses of some endpoints; `variables` lead programs to mail servers.
    """

    def __init__(
        self,
        gateway: int,
        endpoints: Mapping[str, int],
        paths: Mapping[str, str] = MappingProxyType({}),
        *,
        mail: Mapping[MailPlace, int] = MappingProxyType({}),
        variables: Mapping[str, str] = MappingProxyType({}),
        listening: Listening = LOOPBACK,
        user_info: str = "",
    ) -> None:
        self.gateway = gateway
        self.listening = listening
        self.gateway_url = f"http://{user_info}{listening.host}:{gateway}"
        self.base_urls = {
            name: f"http://{listening.host}:{port}{paths.get(name, '')}" for name, port in endpoints.items()
        }
        self.mail = dict(mail)
        self.variables = dict(variables)


def run_variables(
    files: RunFiles,
    profiles: Sequence[Profile],
    *,
    plan: RunPlan,
    control: str,
    token: str,
    environment: Mapping[str, str],
) -> dict[str, str]:
    """The variables that are the same in all lanes."""
    variables = dict.fromkeys(BUNDLES, str(files.bundle))
    no_proxy = ",".join((_NO_PROXY, *plan.listening.names))
    variables |= {
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        "PERL_LWP_ENV_PROXY": "1",
        "MOJO_PROXY": "1",
        "WGETRC": str(files.wgetrc),
        # Guile reads all files with the suffix .pem there.
        "GUILE_TLS_CERTIFICATE_DIRECTORY": str(files.folder),
        "PHP_INI_SCAN_DIR": f"{environment.get('PHP_INI_SCAN_DIR', '')}{os.pathsep}{files.php}",
        MODE: plan.reach,
        CONTROL: control,
        TOKEN: token,
        **({SHARD: plan.shard} if plan.shard else {}),
        **redirect_variables(files, environment),
    }
    for profile in profiles:
        if plan.mode_of(profile.name) in ("replay", "auto"):
            for name, value in profile.placeholders.items():
                if not environment.get(name):
                    variables.setdefault(name, value)
    return variables


def lane_variables(
    lane: str, addresses: LaneAddresses, reached: Sequence[tuple[str, int]], passing: Sequence[str] = ("*",)
) -> dict[str, str]:
    """The variables of one lane: the gateway in all spellings, the endpoints, the socket redirect.

    `reached` are the owned hosts, each with each of its ports. Unless all hosts are `passing`, the redirect refuses those
    that are neither owned nor passing, on every port. Where the gateway has an address of IPv6 there is no redirect.
    """
    variables = {LANE: lane}
    for name in PROXIES:
        variables[name] = variables[name.lower()] = addresses.gateway_url
    variables |= addresses.base_urls
    variables |= addresses.variables
    listening = addresses.listening
    if ":" in listening.address:
        return variables  # the redirect's connections are of IPv4
    target = f"{listening.host}:{addresses.gateway}"
    refuses = "*" not in passing
    # `*` too: a client that ignores proxy variables must not reach a host that no profile owns.
    every = (("*", 80), ("*", 443)) if refuses else ()
    routes = [f"{host}:{port}={target}" for host, port in (*reached, *every)]
    # A mail server speaks first, so a connection to one cannot be sorted by its first bytes.
    routes += [f"{place.host}:{place.port}={listening.host}:{port}" for place, port in addresses.mail.items()]
    if refuses:
        routes += ["*=refuse", *(f"{host}=pass" for host in (*passing, *listening.names))]
    variables[REDIRECT] = ",".join(dict.fromkeys(routes))
    return variables


def redirect_variables(files: RunFiles, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which interpreters load the socket redirect, beside what the user has in them."""
    script = _REDIRECT_FOLDER / "redirect.cjs"
    return {
        "NODE_OPTIONS": _joined(" ", environment.get("NODE_OPTIONS"), f"--require {_quoted(script)}"),
        **_bun(script, environment),
        "PYTHONPATH": _joined(os.pathsep, str(_REDIRECT_FOLDER / "startup"), environment.get("PYTHONPATH")),
        CA: str(files.own),
        SPKI: files.key_hash,
        "R_PROFILE_USER": str(_REDIRECT_FOLDER / "profile.R"),
        # That file loads the user's own.
        **({R_PROFILE: environment["R_PROFILE_USER"]} if environment.get("R_PROFILE_USER") else {}),
    }


def _joined(separator: str, *parts: str | None) -> str:
    return separator.join(part for part in parts if part)


def _bun(script: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The variable for bun, which splits it at white space and knows no quotes: a path with some would stop bun."""
    if any(character.isspace() for character in str(script)):
        return {}
    return {"BUN_OPTIONS": _joined(" ", environment.get("BUN_OPTIONS"), f"--preload={script}")}


def _quoted(path: Path) -> str:
    """A path as one word of NODE_OPTIONS, where backslashes are read only inside double quotes."""
    text = str(path)
    if not any(character in text for character in ' "'):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
