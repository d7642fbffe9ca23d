"""The page of profiles is made from the packages, and no two of them claim a host."""

import itertools

import pytest
from profile_page import PAGE, packages, page

from recproxy.config.overlap import check_overlap, settled
from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError
from recproxy.http import fits

HOSTS = {
    "acme.openai.azure.com": ["openai"],
    "eu.api.openai.com": ["openai"],
    "api.openai.com": ["openai"],
    "oaidalleapiprodscus.blob.core.windows.net": ["openai"],
    "acme.services.ai.azure.com": [],
    "acme.cognitiveservices.azure.com": [],
    "acme.blob.core.windows.net": [],
    "api.anthropic.com": ["anthropic"],
    "api.github.com": ["github"],
    "uploads.github.com": ["github"],
    "docs.github.com": [],
    "api.stripe.com": ["stripe"],
    "files.stripe.com": ["stripe"],
    "dashboard.stripe.com": [],
    "slack.com": ["slack"],
    "files.slack.com": ["slack"],
    "hooks.slack.com": ["slack"],
    "acme.slack.com": ["slack"],
    "wss-primary.slack.com": ["slack"],
    "acme.enterprise.slack.com": ["slack"],
    "api.x.com": ["twitter"],
    "gmail.googleapis.com": ["gmail"],
}


@pytest.fixture(scope="module")
def profiles():
    return [parse_profile(read_toml(package / "profile.toml", ProfileError)) for package in packages()]


def test_the_page_is_made_from_the_packages():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python tests/helpers/profile_page.py"


def test_every_recording_of_a_package_is_in_its_table():
    for package in packages():
        listed = (package / "recordings/README.md").read_text(encoding="utf-8")
        missing = [path.name for path in (package / "recordings").glob("*.rec") if f"| `{path.name}` |" not in listed]
        assert (package.name, missing) == (package.name, [])


def test_all_profiles_go_together_and_no_host_needs_a_choice(profiles):
    check_overlap(profiles)

    assert settled(profiles) == ()


def test_no_pattern_of_a_profile_covers_a_name_of_another(profiles):
    for one, other in itertools.permutations(profiles, 2):
        shared = [(host, name) for host in one.hosts for name in other.hosts if fits(host, name.replace("*", "any"))]
        assert (one.name, other.name, shared) == (one.name, other.name, [])


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_belongs_to_one_profile(profiles, host):
    assert [each.name for each in profiles if any(fits(pattern, host) for pattern in each.hosts)] == HOSTS[host]
