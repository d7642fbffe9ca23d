"""The folder of a run: the files that clients are pointed at, which go with the run."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from recproxy.errors import ConfigurationError
from recproxy.orchestrator.authority import CertificateAuthority
from recproxy.orchestrator.ca_bundle import bundle
from recproxy.orchestrator.environment import RunFiles
from recproxy.orchestrator.java import trust_store

__all__ = ["make_run_files"]


def make_run_files(
    authority: CertificateAuthority,
    environment: Mapping[str, str],
    entrust: Callable[[Path], None],
    *,
    roots: bool,
    java: bool,
) -> RunFiles:
    """Make the folder and its files.

    Args:
        authority: the run's.
        environment: names more certificates to trust, and Java's.
        entrust: is told the folder before it is made, so that it is removed whenever this process is killed.
        roots: trust public authorities, too.
        java: make a trust store for JVMs.

    Raises:
        ConfigurationError: the files cannot be written; nothing is left of them.
    """
    certificates = bundle(authority.certificate, environment, roots=roots)
    folder = None
    try:
        folder = Path(tempfile.gettempdir(), f"recproxy-{secrets.token_hex(8)}").absolute()
        entrust(folder)
        folder.mkdir(mode=0o700)
        files = RunFiles(folder, certificates, authority.certificate, authority.key_hash)
        if java:
            files.java.write_bytes(trust_store(certificates))
    except OSError as problem:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        place = folder or os.environ.get("TMPDIR", "the temporary folder")
        raise ConfigurationError(
            f"{place}: cannot be written: {problem.strerror}: set TMPDIR to a folder that has room"
        ) from None
    return files
