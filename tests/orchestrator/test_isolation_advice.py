"""What would allow namespaces, told from /proc."""

import pytest

from recproxy.orchestrator.isolation_advice import isolation_advice

SECCOMP = "start the container with seccomp=unconfined, or a seccomp profile that allows unshare, mount and setns"
APPARMOR = "start the container with apparmor=unconfined, or an AppArmor profile that allows userns and mount"
UBUNTU = "sysctl kernel.apparmor_restrict_unprivileged_userns=0"


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"sys/user/max_user_namespaces": "0\n"}, "sysctl user.max_user_namespaces=10000"),
        ({"sys/kernel/unprivileged_userns_clone": "0\n"}, "sysctl kernel.unprivileged_userns_clone=1"),
        ({"sys/kernel/apparmor_restrict_unprivileged_userns": "1\n", "self/attr/current": "unconfined\n"}, UBUNTU),
        (
            {
                "sys/kernel/apparmor_restrict_unprivileged_userns": "1\n",
                "self/attr/current": "unprivileged_userns (enforce)\n",
            },
            UBUNTU,
        ),
        ({"self/status": "Name:\tpython\nSeccomp:\t2\nSeccomp_filters:\t1\n"}, SECCOMP),
        (
            {"self/status": "Seccomp:\t2\n", "self/attr/current": "docker-default (enforce)\n"},
            f"{SECCOMP} and {APPARMOR}",
        ),
    ],
)
def test_the_setting_that_refuses_is_named(tmp_path, files, wanted):
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    assert isolation_advice(tmp_path) == wanted


def test_where_none_is_seen_all_are_named(tmp_path):
    assert isolation_advice(tmp_path) == f"sysctl kernel.unprivileged_userns_clone=1, {UBUNTU}; {SECCOMP}"
