"""Hosts of several profiles: the most specific wins and is told, equal ones are refused."""

import pytest

from recproxy.config.overlap import check_overlap, equal_hosts, settled
from recproxy.config.profile import Endpoint, Profile
from recproxy.errors import ProfileError


def profile(name, *hosts, base_url=""):
    return Profile(name=name, endpoints=(Endpoint(hosts=hosts, base_url=base_url),))


def test_two_owners_of_one_host_are_refused():
    with pytest.raises(ProfileError) as caught:
        check_overlap([profile("shop", "a.example"), profile("bank", "b.example", "a.example")])

    assert caught.value.message == "profiles 'shop' and 'bank' both own host 'a.example': choose one with --profile"


def test_a_variable_of_two_profiles_is_refused():
    shop, bank = profile("shop", "a.example", base_url="API_URL"), profile("bank", "b.example", base_url="API_URL")

    with pytest.raises(ProfileError, match="'shop' and 'bank' both have base_url 'API_URL'"):
        check_overlap([shop, bank])
    check_overlap([shop, profile("bank", "b.example", base_url="BANK_URL"), profile("rest", "c.example")])


def test_a_host_named_twice_by_one_profile_has_one_owner():
    assert list(equal_hosts([profile("shop", "a.example", "a.example")])) == []


def test_a_name_wins_over_a_wildcard_and_is_told_once():
    shop, bank, rest = (
        profile("shop", "a.x.example", "*.x.example"),
        profile("bank", "pay.x.example"),
        profile("rest", "*"),
    )

    check_overlap([shop, bank, rest])

    assert settled([shop, bank, rest]) == (
        "host 'pay.x.example' belongs to 'bank', although 'shop' owns '*.x.example': the most specific wins",
    )


def test_wildcards_cover_one_label_and_do_not_overlap_each_other():
    assert settled([profile("shop", "*.example"), profile("bank", "*.b.example", "a.b.example")]) == ()
