"""Names of variables that no profile may give."""

import pytest

from recproxy.control.reserved_variables import BUNDLES, PROXIES, is_reserved


@pytest.mark.parametrize(
    "name", [*BUNDLES, *PROXIES, "http_proxy", "no_proxy", "PATH", "HOME", "PROXY", "RECPROXY_ANYTHING"]
)
def test_what_a_run_sets_and_a_process_lives_by_is_taken(name):
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["TWITTER_BASE_URL", "HTTP_PROXY_URL", "AWS_ENDPOINT_URL", ""])
def test_a_name_of_the_services_own_is_free(name):
    assert not is_reserved(name)
