"""Names of variables that no profile may give."""

import pytest

from recproxy.control.reserved_variables import BUNDLES, PROXIES, is_reserved, process_environment


@pytest.mark.parametrize(
    "name", [*BUNDLES, *PROXIES, "http_proxy", "no_proxy", "PATH", "HOME", "PROXY", "RECPROXY_ANYTHING"]
)
def test_what_a_run_sets_and_a_process_lives_by_is_taken(name):
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["TWITTER_BASE_URL", "HTTP_PROXY_URL", "AWS_ENDPOINT_URL", ""])
def test_a_name_of_the_services_own_is_free(name):
    assert not is_reserved(name)


def test_our_processes_get_what_they_live_by_and_no_variable_that_a_profile_may_have():
    ours = {"PATH": "/bin", "LANG": "C", "https_proxy": "http://proxy.example", "SSL_CERT_FILE": "/ca.pem"}

    found = process_environment(ours | {"TWITTER_TOKEN": "secret", "RECPROXY_MODE": "replay", "NODE_OPTIONS": "-x"})

    assert found == ours
    assert [name for name in found if not is_reserved(name)] == []
