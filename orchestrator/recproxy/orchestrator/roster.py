"""Who is in the run: the proxies, the hosts they own, and their certificates."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from recproxy.config.mail_endpoints import mail_places
from recproxy.config.profile import Profile
from recproxy.config.variables import own_variables, secret_values
from recproxy.control.messages import Setup
from recproxy.control.modes import UNLISTED
from recproxy.control.open_connections import CROWDED
from recproxy.control.record_commands import command_for_test
from recproxy.control.redaction_messages import RedactionSetup
from recproxy.control.scope_options import SelectedTest
from recproxy.http import Owners, fits
from recproxy.orchestrator.access import Access
from recproxy.orchestrator.authority import CertificateAuthority
from recproxy.orchestrator.blocked_hosts import BACKGROUND_HOSTS
from recproxy.orchestrator.plan import RunPlan, unset_credentials
from recproxy.orchestrator.proxy import Proxy
from recproxy.orchestrator.recorded_clock import RecordedClock, uses_recorded_clock
from recproxy.redaction.rules import RedactionRules
from recproxy.report.run_timeline import MOST_TIMED

__all__ = ["Roster"]

_LOCAL = ("127.0.0.1", "localhost")


class Roster:
    """The proxies of a run by profile name, who owns what, and the authority that vouches for them."""

    def __init__(
        self,
        plan: RunPlan,
        proxies: Sequence[Proxy],
        authority: CertificateAuthority,
        environment: Mapping[str, str],
        *,
        misses: str = "",
    ) -> None:
        self.plan = plan
        #: The file that grows with each miss.
        self.misses = misses
        self._environment = environment
        #: Serves plain HTTP to hosts that pass; TLS to them is tunnelled untouched.
        self.passer = next((proxy for proxy in proxies if proxy.profile.name == UNLISTED), None)
        self.proxies = {proxy.profile.name: proxy for proxy in proxies if proxy is not self.passer}
        self.authority = authority
        #: Who may ask.
        self.access = Access(plan.listening)
        self._issued: dict[str, bytes] = {}
        #: By profile: names are shown for each scope, and what is secret stays the same for the whole run.
        self._rules: dict[str, RedactionRules] = {}
        self._known_secrets: dict[str, tuple[str, ...]] = {}
        self._owners = Owners(self._owned())
        self._begun = time.time()
        #: The ports at which this run is reached: nobody is forwarded to them.
        self.ports: set[int] = set()
        #: What is told of the tests' time.
        self.clock = RecordedClock(plan)
        #: Lines about the run that no profile tells.
        self.notes: dict[str, None] = {}

    def crowded(self) -> None:
        """Remember that an idle connection had to go, because no more can be open."""
        self.notes[CROWDED] = None

    def patterns(self) -> dict[str, str]:
        """Host patterns and the profiles that own them, or that pass them on."""
        passing = self.passer.profile.hosts if self.passer is not None else ()
        return dict.fromkeys(passing, UNLISTED) | self._owned()

    def _owned(self) -> dict[str, str]:
        return {host: proxy.profile.name for proxy in self.proxies.values() for host in proxy.profile.hosts}

    def add(self, proxy: Proxy) -> None:
        """Take a proxy in that joined later."""
        self.proxies[proxy.profile.name] = proxy
        self._owners = Owners(self._owned())

    def owner(self, host: str) -> Proxy | None:
        """The proxy that owns a host, or None."""
        name = self._owners.owner(host)
        if name is None or (self._owners.pattern(host) == "*" and (self._named_to_pass(host) or self.blocks(host))):
            return None
        return self.proxies[name]

    @property
    def all_hosts(self) -> Proxy | None:
        """The proxy that owns all hosts that no other does, where there is one."""
        name = self._owners.patterns.get("*")
        return None if name is None else self.proxies[name]

    def setup(self, profile: Profile) -> Setup:
        """The first order for the proxy of a profile."""
        return Setup(
            profile=self.clock.as_played(profile).plain(),
            owners=self.patterns(),
            mode=self.plan.mode_of(profile.name),
            certificates=self._certificates(profile),
            key=self.authority.key,
            secrets=self._secrets(profile),
            unset=self.unset(profile),
            environment=own_variables(profile, self._environment),
            idle_timeout=self.plan.project.idle_timeout,
            record=self.record_command(profile),
            shown_from=self.plan.shown_from,
            recordings=str(self.plan.library.folder),
            root=str(self.plan.project.root),
            timed=MOST_TIMED if self.plan.timed else 0,
            listening=self.plan.listening,
            recorded_clock=uses_recorded_clock(self.plan),
            misses=self.misses,
        )

    def _certificates(self, profile: Profile) -> dict[str, bytes]:
        """A certificate for each host; programs also reach a mail server by the address in its variables."""
        if profile.name == UNLISTED:
            return {}
        mail = {each.host for each in mail_places(profile)}
        return {
            host: self.authority.issue(host, also=(*_LOCAL, *self.plan.listening.names) if host in mail else ())
            for host in profile.hosts
            if host != "*"
        }

    def unset(self, profile: Profile) -> tuple[str, ...]:
        """The credentials of a profile that have no value and that its service needs."""
        return unset_credentials(self.plan, profile, self._environment)

    def record_command(self, profile: Profile, selection: SelectedTest | None = None, uses: Sequence[str] = ()) -> str:
        """The command that records a profile. It is the user's own, and rarely has a secret in it."""
        return self._masked(profile, self.plan.record_command(profile.name, selection, uses))

    def record_words(
        self, profile: Profile, selection: SelectedTest | None, uses: Sequence[str], *, hides: bool = False
    ) -> dict[str, Any]:
        """The same for a test, as an order has it: with a place for profiles, and those that are recorded together.

        `hides`: the name of the test holds a secret, and the command names the test.
        """
        command = command_for_test(self.plan.record, selection)
        command = self.shown(profile, command) if hides else self._masked(profile, command)
        return {
            "record": command,
            "together": self.plan.recorded_together(profile.name, uses),
            "records_any_format": selection is not None and bool(selection.command),
        }

    def _masked(self, profile: Profile, command: str) -> str:
        has_secret = any(secret in command for secret in self._secrets(profile))
        return self.shown(profile, command) if has_secret else command

    def redaction(self, profile: Profile) -> RedactionSetup:
        """The first order for a process that redacts what is recorded of a profile."""
        from recproxy.play.written_values import written_digests  # noqa: PLC0415 - most runs record nothing

        return RedactionSetup(
            profile=profile.plain(),
            secrets=self._secrets(profile),
            environment=own_variables(profile, self._environment),
            folder=str(self.plan.project.root),
            begun=self._begun,
            written=written_digests(self._environment.values()),
        )

    def shown(self, profile: Profile, text: str) -> str:
        """A text of the user's, the name of a test say, without the secrets in it: it is written and reported."""
        rules = self._rules.get(profile.name)
        if rules is None:
            rules = self._rules[profile.name] = profile.redaction(self._secrets(profile))
        from recproxy.redaction.scope import redact_text  # noqa: PLC0415 - most runs record nothing

        return redact_text(text, rules)

    def _secrets(self, profile: Profile) -> tuple[str, ...]:
        known = self._known_secrets.get(profile.name)
        if known is None:
            known = secret_values((*self.plan.profiles, profile), self._environment)
            self._known_secrets[profile.name] = known
        return known

    def certificate(self, host: str, fault: str = "") -> bytes:
        """A certificate for a host that only `*` covers, or one with a fault; empty where the proxy has one already."""
        if fault:
            return self.authority.issue(host, fault) if fault != "cut" else b""
        if self._owners.pattern(host) not in ("*", None):
            return b""
        if host not in self._issued:
            try:
                self._issued[host] = self.authority.issue(host)
            except ValueError:  # no name that a certificate can hold
                return b""
        return self._issued[host]

    def passes(self, host: str) -> bool:
        """Whether a host that nobody owns may be reached."""
        return any(fits(pattern, host) for pattern in self.plan.passing) and not self.blocks(host)

    def blocks(self, host: str) -> bool:
        """Whether a host that nobody owns by name is refused without failing the run."""
        if self._named_to_pass(host) or self._owners.pattern(host) not in (None, "*"):
            return False
        return any(fits(pattern, host) for pattern in (*self.plan.project.block_hosts, *BACKGROUND_HOSTS))

    def _named_to_pass(self, host: str) -> bool:
        """Whether the project lists a host: that goes before a profile of all hosts."""
        return any(fits(pattern, host) for pattern in self.plan.project.pass_hosts)

    def hint(self, host: str) -> str:
        """What to do about a host that nobody owns; about a connection that names none, if it is empty."""
        if not host:
            return "a client that connects to an address says no name: have it connect by name, or through $HTTPS_PROXY"
        names = ", ".join(self.proxies)
        return (
            f"this run has {names}: choose the profile that owns it with --profile, write one in "
            f'{self.plan.project.place_of_new()} with hosts = ["{host}"], or list it in pass_hosts'
        )
