"""Who is in a run: owners, certificates, and what a proxy is told at first."""

from types import SimpleNamespace

import pytest

from recproxy.config.profile import Endpoint, Profile, RedactTable
from recproxy.config.project import Project
from recproxy.orchestrator.authority import CertificateAuthority
from recproxy.orchestrator.plan import UNLISTED, RunPlan
from recproxy.orchestrator.roster import Roster
from recproxy.play.library import Library


def proxy(name, *hosts, **values):
    """The roster asks a proxy for its profile alone."""
    return SimpleNamespace(profile=Profile(name=name, endpoints=(Endpoint(hosts=hosts),), **values))


SHOP = proxy(
    "shop", "shop.example", "*.shop.example", credentials=("KEY", "OTHER"), redact=RedactTable(variables=("MORE",))
)
REST = proxy("rest", "*")


@pytest.fixture(scope="module")
def authority():
    return CertificateAuthority()


@pytest.fixture
def roster(authority, tmp_path):
    def make(*proxies, environment=None, **keys):
        project = Project(root=tmp_path, recordings=tmp_path, inline={}, **keys)
        profiles = tuple(each.profile for each in proxies if each.profile.name != UNLISTED)
        plan = RunPlan(
            project=project, mode="replay", modes={"rest": "live"}, profiles=profiles, library=Library(tmp_path, {})
        )
        return Roster(plan, proxies, authority, environment or {})

    return make


def test_the_most_specific_host_wins(roster):
    made = roster(REST, SHOP)

    assert [made.owner(host) for host in ("shop.example", "www.shop.example", "other.example")] == [SHOP, SHOP, REST]
    assert roster(SHOP).owner("other.example") is None


def test_a_host_that_the_project_lets_pass_goes_before_all_hosts(roster):
    made = roster(REST, SHOP, pass_hosts=("cdn.example", "shop.example"))

    assert [made.owner(host) for host in ("cdn.example", "other.example", "shop.example")] == [None, REST, SHOP]
    assert made.passes("cdn.example")


def test_update_hosts_of_tools_and_those_that_the_project_lists_are_blocked(roster):
    made = roster(SHOP, unlisted="pass", block_hosts=("*.beacon.example", "www.shop.example"))
    hosts = ("update.googleapis.com", "a.beacon.example", "beacon.example", "www.shop.example")

    assert [made.blocks(host) for host in hosts] == [True, True, False, False]
    assert [made.passes(host) for host in ("update.googleapis.com", "beacon.example")] == [False, True]


def test_a_profile_or_the_project_can_allow_an_update_host(roster):
    deno = proxy("deno", "dl.deno.land")

    assert not roster(deno).blocks("dl.deno.land")
    assert not roster(SHOP, pass_hosts=("dl.deno.land",)).blocks("dl.deno.land")
    assert roster(REST).blocks("dl.deno.land")
    assert roster(REST).owner("dl.deno.land") is None


def test_a_proxy_that_joins_owns_its_hosts(roster):
    made, late = roster(SHOP), proxy("late", "late.example")

    made.add(late)

    assert made.owner("late.example") is late
    assert made.patterns() == {"shop.example": "shop", "*.shop.example": "shop", "late.example": "late"}


def test_what_passes_has_a_proxy_of_its_own_that_owns_nothing(roster):
    passer = proxy(UNLISTED, "*.cdn.example")
    made = roster(SHOP, passer, pass_hosts=("*.cdn.example",))

    assert (made.passer, list(made.proxies)) == (passer, ["shop"])
    assert made.owner("a.cdn.example") is None
    assert made.patterns()["*.cdn.example"] == UNLISTED
    assert [made.passes(host) for host in ("a.cdn.example", "cdn.example", "shop.example")] == [True, False, False]


def test_a_proxy_gets_its_certificates_ahead_and_the_values_of_its_credentials(roster):
    made = roster(SHOP, environment={"KEY": "one", "MORE": "two", "UNRELATED": "three"})

    setup = made.setup(SHOP.profile)

    assert set(setup.certificates) == {"shop.example", "*.shop.example"}
    assert (setup.secrets, setup.unset, setup.mode) == (("one", "two"), ("OTHER",), "replay")
    assert setup.environment == {"KEY": "one", "MORE": "two"}
    assert setup.key == made.authority.key
    assert Profile.restore(setup.profile) == SHOP.profile


def test_a_name_is_shown_without_the_values_of_any_credential(roster):
    made = roster(SHOP, REST, environment={"KEY": "one-of-many", "UNRELATED": "three-of-many"})

    shown = made.shown(REST.profile, "test_login[one-of-many-three-of-many]")

    assert shown == "test_login[XXX-three-of-many]"


def test_only_a_host_that_everything_covers_gets_a_certificate_at_hand_over(roster):
    made = roster(SHOP, REST)

    assert made.setup(REST.profile).certificates == {}
    assert made.setup(REST.profile).mode == "live"
    assert made.certificate("www.shop.example") == b""
    assert made.certificate("other.example").startswith(b"-----BEGIN CERTIFICATE-----")
    assert made.certificate("other.example") is made.certificate("other.example")


def test_a_hint_names_the_profiles_and_the_line_to_write(roster):
    assert roster(SHOP).hint("other.example") == (
        "this run has shop: choose the profile that owns it with --profile, write one in "
        '[profiles.NAME] of recproxy.toml with hosts = ["other.example"], or list it in pass_hosts'
    )
