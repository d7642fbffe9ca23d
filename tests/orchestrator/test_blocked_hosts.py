"""The hosts that tools ask on their own account."""

from recproxy.config.project import find_project
from recproxy.control.host_names import normal_host
from recproxy.http import fits
from recproxy.orchestrator.blocked_hosts import BACKGROUND_HOSTS


def test_they_are_written_as_hosts_are_compared():
    assert [normal_host(host.removeprefix("*.")) for host in BACKGROUND_HOSTS] == [
        host.removeprefix("*.") for host in BACKGROUND_HOSTS
    ]
    assert len(set(BACKGROUND_HOSTS)) == len(BACKGROUND_HOSTS)


def test_no_shipped_profile_has_one_of_them(tmp_path):
    project = find_project(tmp_path)
    owned = [host for name in ("bitly", "facebook", "gmail", "twitter") for host in project.profile(name).hosts]

    assert [host for host in owned for blocked in BACKGROUND_HOSTS if fits(blocked, host)] == []
