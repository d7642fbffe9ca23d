"""What installed packages offer: found without importing them, told apart where two offer one name."""

import shutil
import sys
from importlib import metadata

import pytest

from recproxy.config.installed import GROUP, Offer, distribution_of, offers, only
from recproxy.errors import ProfileError


def install(site, distribution, package, name="shop", version="1.0"):
    """What an installer leaves of a profile package."""
    (site / package).mkdir(parents=True)
    (site / package / "__init__.py").write_text("raise AssertionError('a profile package is not imported')")
    (site / package / "profile.toml").write_text("")
    info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {package}\n")


def test_all_entry_points_of_the_group_are_offered():
    assert set(offers()) == {point.name for point in metadata.entry_points(group=GROUP)}


def test_an_offer_names_its_distribution_and_leads_to_its_file(tmp_path, monkeypatch):
    install(tmp_path, "acme-shop", "acme_shop_profile")
    monkeypatch.syspath_prepend(tmp_path)

    (offer,) = offers()["shop"]

    assert (distribution_of("shop"), distribution_of("nobody's")) == ("acme-shop", "")
    assert (str(offer), offer.package) == ("acme-shop 1.0", "acme_shop_profile")
    assert offer.file() == tmp_path / "acme_shop_profile" / "profile.toml"
    assert "acme_shop_profile" not in sys.modules


def test_two_packages_with_one_name_are_told_in_one_line(tmp_path, monkeypatch):
    install(tmp_path, "acme-shop", "acme_shop_profile")
    install(tmp_path, "best-shop", "best_shop_profile", version="2.0")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ProfileError) as caught:
        only(offers()["shop"])

    assert caught.value.message == (
        "profile 'shop' is installed twice, by acme-shop 1.0 and best-shop 2.0: uninstall one of them"
    )


def test_a_package_without_a_profile_is_told_from_one_that_is_gone(tmp_path, monkeypatch):
    install(tmp_path, "acme-shop", "acme_shop_profile")
    (tmp_path / "acme_shop_profile" / "profile.toml").unlink()
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ProfileError, match=r"package 'acme_shop_profile' holds no profile\.toml"):
        offers()["shop"][0].file()
    with pytest.raises(ProfileError, match="its package 'gone_profile' cannot be found: install it again"):
        Offer(name="shop", package="gone_profile").file()


def test_what_is_read_is_what_the_standard_library_reads(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    install(first, "acme.shop", "acme_shop_profile")
    install(second, "acme-shop", "a_shop_behind_it")  # the same distribution: the first on the path counts
    install(second, "Best_Shop", "best_shop_profile", version="2.0rc1")
    info = second / "Best_Shop-2.0rc1.dist-info"
    (info / "entry_points.txt").write_text(
        f"[console_scripts]\nshop = best:main\n\n[{GROUP}]\n# a comment\nbest=best_shop_profile\n"
        "more = best_shop_profile.more:thing [extra]\n\n[other]\nshop = other\n"
    )
    (second / "old.egg-info").mkdir()
    (second / "old.egg-info" / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: old\nVersion: 3\n\nName: no\n")
    (second / "old.egg-info" / "entry_points.txt").write_text(f"[{GROUP}]\nold = old_profile\n")
    (second / "damaged-1.dist-info").mkdir()
    (second / "damaged-1.dist-info" / "entry_points.txt").write_bytes(b"\xff")
    (second / "file-1.egg-info").write_text("Metadata-Version: 1.0\nName: file\nVersion: 1\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "none"), str(first), str(second), *sys.path])

    (info.parent / "damaged-1.dist-info" / "entry_points.txt").unlink()
    assert {offer for found in offers().values() for offer in found} == {
        Offer(name=each.name, package=each.module, distribution=each.dist.name, version=each.dist.version)
        for each in metadata.entry_points(group=GROUP)
    }
    assert [str(each) for each in offers()["shop"]] == ["acme.shop 1.0"]


def test_a_distribution_in_a_zip_file_offers_too(tmp_path, monkeypatch):
    install(tmp_path / "site", "acme-shop", "acme_shop_profile")
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "site")
    monkeypatch.syspath_prepend(archive)

    assert [str(each) for each in offers()["shop"]] == ["acme-shop 1.0"]
