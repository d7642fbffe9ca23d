"""The CAs that profiles name."""

import pytest

from recproxy.config.profile import Endpoint, Profile, Upstream
from recproxy.errors import ProfileError
from recproxy.orchestrator.named_files import check_named_files


def profile(ca):
    return Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),), upstream=Upstream(ca=str(ca)))


def test_a_profile_that_names_none_is_well():
    check_named_files((), [profile("")])


def test_a_file_that_is_none_or_not_there_is_named(tmp_path):
    (tmp_path / "empty.pem").write_text("no certificate")

    with pytest.raises(ProfileError, match=r"upstream.ca of profile 'shop': .*empty.pem contains no certificates"):
        check_named_files((), [profile(tmp_path / "empty.pem")])
    with pytest.raises(ProfileError, match=r"gone.pem cannot be read: No such file or directory"):
        check_named_files((), [profile(tmp_path / "gone.pem")])
