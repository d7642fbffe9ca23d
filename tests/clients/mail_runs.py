"""Runs a mail client under `recproxy run`: recorded once from a server, then replayed in three ways without it."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from client_runs import RUN, Bench, Outcome, run

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
import dovecot
import mail_server
import trustme

HOST = "mail.shop.example"
PROJECT = """
[project]
name = "demo"
[tool.recproxy]
{project}
[tool.recproxy.profiles.shop]
credentials = ["SHOP_PASSWORD"]
placeholders.SHOP_PASSWORD = "placeholder"
upstream.ca = "{folder}/ca.pem"
[[tool.recproxy.profiles.shop.endpoints]]
protocol = "{protocol}"
hosts = ["mail.shop.example"]
ports = ["{port}"]
variables = "SHOP_MAIL"
address = "127.0.0.1:{address}"
"""


class MailBench(Bench):
    """A folder with a project, in which one mail client is run."""

    def build(self) -> str:
        """Compile the program and record it, by the variables; what was said, if one of them failed."""
        if problem := super().build():
            return problem
        shutil.rmtree(self._folder / "tests")
        with self._server() as (port, password):
            words = {"folder": self._folder, "protocol": self._client.protocol, "port": self._client.port}
            project = PROJECT.format(project=self._client.project, address=port, **words)
            (self._folder / "pyproject.toml").write_text(project)
            secret = f"SHOP_PASSWORD={password}"
            done = run(["env", secret, *RUN, "--record", "shop", "--", *self._by_variables()], self._folder)
        self._recorded = done.stdout
        return (
            "" if done.returncode == 0 and done.stdout else f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
        )

    def environment(self) -> Outcome:
        """By the server's name and port."""
        return self._replayed(self._by_name())

    def base_url(self) -> Outcome:
        """By the variables with the local address."""
        return self._replayed(self._by_variables())

    def isolated(self) -> Outcome:
        """By the server's name and port, with --isolate."""
        return self._replayed(self._by_name(), "--isolate")

    @contextlib.contextmanager
    def _server(self) -> Iterator[tuple[int, str]]:
        """The port of a server, and the password."""
        if self._client.protocol == "smtp":
            with mail_server.mail_server(self._folder) as (port, _):
                yield port, mail_server.PASSWORD
            return
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self._folder / "ca.pem"))
        certificate, key = self._folder / "cert.pem", self._folder / "key.pem"
        issued = authority.issue_cert(HOST)
        issued.cert_chain_pems[0].write_to_path(str(certificate))
        issued.private_key_pem.write_to_path(str(key))
        with dovecot.dovecot(certificate, key) as server:
            server.deliver("joe", b"Subject: first\r\n\r\nhello\r\n")
            yield server.tls_port if self._client.port == "993" else server.port, dovecot.PASSWORD

    def _by_name(self) -> list[str]:
        return ["env", f"MAIL_HOST={HOST}", f"MAIL_PORT={self._client.port}", *self._filled(self._client.command, "")]

    def _by_variables(self) -> list[str]:
        script = 'export MAIL_HOST=$SHOP_MAIL_HOST MAIL_PORT=$SHOP_MAIL_PORT; exec "$@"'
        return ["sh", "-c", script, "sh", *self._filled(self._client.command, "")]

    def _replayed(self, words: list[str], *options: str) -> Outcome:
        done = run([*RUN, *options, "--", *words], self._folder)
        word = "yes" if (done.returncode, done.stdout) == (0, self._recorded) else "no"
        return Outcome(word=word, output=f"exit code {done.returncode}\n{done.stdout}{done.stderr}")
