"""Names of environment variables that are no profile's to give: a run sets them itself, or a process lives by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from recproxy.control.variables import PROXY

__all__ = ["BUNDLES", "PROXIES", "is_reserved", "process_environment"]

#: Variables that name a file of the CAs to trust.
BUNDLES: Final = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "AWS_CA_BUNDLE",
    "PIP_CERT",
    "HTTPLIB2_CA_CERTS",
    "WEBSOCKET_CLIENT_CA_BUNDLE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
    "PERL_LWP_SSL_CA_FILE",
    "HTTPS_CA_FILE",
    "NODE_EXTRA_CA_CERTS",
    "SYSTEM_CERTIFICATE_PATH",
)
#: Variables that name the proxy; each is set in lower case, too.
PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

_SET = (
    *BUNDLES,
    *PROXIES,
    "NO_PROXY",
    "PERL_LWP_ENV_PROXY",
    "MOJO_PROXY",
    "WGETRC",
    "PHP_INI_SCAN_DIR",
    "NODE_OPTIONS",
    "BUN_OPTIONS",
    "JAVA_TOOL_OPTIONS",
    "GUILE_TLS_CERTIFICATE_DIRECTORY",
    "R_PROFILE_USER",
    "PYTHONPATH",
)
#: What programs are found, loaded and started by.
_LIVED_BY = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "PWD", "TMPDIR", "XDG_RUNTIME_DIR", "LD_PRELOAD", "LD_LIBRARY_PATH"),
    *("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV"),
    *("PYTHONDEVMODE", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING", "PYTHONPYCACHEPREFIX"),
    *("PYTHONUNBUFFERED", "PYTHONUTF8", "PYTHONWARNINGS", "PYTHONNOUSERSITE", "PYTHONUSERBASE"),
    "SSL_CERT_DIR",
)
_PROXY_NAMES = (*PROXIES, "NO_PROXY", *(name.lower() for name in (*PROXIES, "NO_PROXY")))
_TAKEN = frozenset((*_SET, *_LIVED_BY, *_PROXY_NAMES, PROXY))
#: What a proxy needs besides: the way to the service, and whom to trust there.
_PROCESS = frozenset((*_LIVED_BY, *_PROXY_NAMES, "SSL_CERT_FILE", "PYTHONPATH"))


def is_reserved(name: str) -> bool:
    """Whether a profile may not give a variable of this name; all that begin with RECPROXY_ are among them."""
    return name in _TAKEN or name.startswith("RECPROXY_")


def process_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that our own processes are started with; no profile's variable is in it."""
    return {name: value for name, value in environment.items() if name in _PROCESS}
