"""A Dovecot of its own for a test: on loopback, with mail in a temporary folder, ended with the block."""

import contextlib
import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from fixed_ports import fixed_port

_PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PASSWORD = "dovecot-pass-4711"
_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = recproxy-tests
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
mail_plugins = zlib
protocol imap {{
  mail_plugins = zlib imap_zlib
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def is_installed():
    return _PROGRAM is not None


class Dovecot:
    """A server that runs: any user, one password."""

    def __init__(self, port, tls_port, process):
        self.port = port
        self.tls_port = tls_port
        self._process = process

    def stop(self):
        self._process.terminate()
        self._process.wait(20)

    def deliver(self, user, message, mailbox="INBOX"):
        """Put a message into a mailbox, as a delivery does."""
        with imaplib.IMAP4("127.0.0.1", self.port) as client:
            client.login(user, PASSWORD)
            client.create(mailbox)
            assert client.append(mailbox, None, None, message)[0] == "OK"


@contextlib.contextmanager
def dovecot(certificate=None, key=None):
    """A Dovecot, with TLS where it has a certificate and a key. The test is skipped where it is not installed."""
    if _PROGRAM is None:
        pytest.skip("dovecot is not installed")
    # Dovecot answers as nobody where root starts it, and its sockets have short paths.
    account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    server = None
    try:
        folder.chmod(0o755)
        for each in (folder, *(folder / name for name in ("run", "state", "mail"))):
            each.mkdir(exist_ok=True)
            os.chown(each, account.pw_uid, account.pw_gid)
        for _ in range(5):  # another process may take a port before it does
            server = _started(folder, account, certificate, key)
            if server is not None:
                break
        assert server is not None, (folder / "log").read_text()
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder, account, certificate, key):
    tls = "ssl = no"
    if certificate is not None:
        for name, source in (("cert.pem", certificate), ("key.pem", key)):
            shutil.copy(source, folder / name)
            os.chown(folder / name, account.pw_uid, account.pw_gid)
        tls = f"ssl = yes\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem"
    port, tls_port = fixed_port(), fixed_port()
    (folder / "conf").write_text(
        _CONFIGURATION.format(
            folder=folder,
            tls=tls,
            user=account.pw_name,
            group=grp.getgrgid(account.pw_gid).gr_name,
            uid=account.pw_uid,
            gid=account.pw_gid,
            password=PASSWORD,
            port=port,
            tls_port=tls_port if certificate is not None else 0,
        )
    )
    as_other = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    process = subprocess.Popen([_PROGRAM, "-F", "-c", folder / "conf"], stderr=subprocess.DEVNULL, **as_other)
    log = folder / "log"
    while process.poll() is None:
        with contextlib.suppress(OSError, imaplib.IMAP4.abort), imaplib.IMAP4("127.0.0.1", port, timeout=10):
            return Dovecot(port, tls_port, process)
        if log.exists() and "Address already in use" in log.read_text():
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    return None
