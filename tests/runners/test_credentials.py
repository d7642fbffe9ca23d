"""Credentials that a suite lacks."""

import pytest

from recproxy.runners.credentials import missing_credentials

PROJECT = """
[profiles.shop]
credentials = ["SHOP_KEY", "SHOP_SECRET"]
[[profiles.shop.endpoints]]
hosts = ["api.shop.example"]
[profiles.bank]
[[profiles.bank.endpoints]]
hosts = ["bank.example"]
[profiles.post]
credentials = ["POST_KEY"]
[[profiles.post.endpoints]]
hosts = ["post.example"]
"""


@pytest.mark.parametrize(
    ("asked", "environment", "wanted"),
    [
        (
            {"record": ["shop"]},
            {},
            "profile 'shop' cannot be run in mode record: set SHOP_KEY, SHOP_SECRET in the environment",
        ),
        (
            {"live": ["shop", "bank"]},
            {"SHOP_KEY": "x"},
            "profile 'shop' cannot be run in mode live: set SHOP_SECRET in the environment",
        ),
        ({"record": ["shop"]}, {"SHOP_KEY": "x", "SHOP_SECRET": "y"}, ""),
        ({"record": ["bank"], "live": ["nobody"]}, {}, ""),
        ({"record": []}, {}, ""),
        (
            {"record": ["shop", "bank", "post"]},
            {"SHOP_KEY": "x"},
            (
                "profile 'shop' cannot be run in mode record: set SHOP_SECRET; "
                "profile 'post' cannot be run in mode record: set POST_KEY in the environment"
            ),
        ),
    ],
)
def test_all_that_is_missing_is_one_line(tmp_path, asked, environment, wanted):
    (tmp_path / "recproxy.toml").write_text(PROJECT)

    assert missing_credentials(tmp_path, asked, environment) == wanted
