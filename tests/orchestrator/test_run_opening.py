"""What a run says of its profiles when it opens."""

from types import SimpleNamespace

from recproxy.config.mail_endpoints import mail_places
from recproxy.config.profile import Endpoint, Profile
from recproxy.orchestrator import run_opening
from recproxy.orchestrator.environment import LaneAddresses
from recproxy.orchestrator.run_opening import openings
from recproxy.report.opening import ProfileOpening


def test_a_profile_has_its_mode_address_and_number_of_recordings(tmp_path, monkeypatch):
    monkeypatch.setattr(run_opening, "is_only_installed", lambda name, _: name == "mail")
    for name in ("project/shop/a.rec", "project/shop/m/b.rec", "project/shop/m/b.failed.rec", "package/c.rec"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shop = Profile(
        name="shop",
        recordings=str(tmp_path / "package"),
        endpoints=(Endpoint(hosts=("a.example",), base_url="SHOP_BASE_URL"),),
    )
    post = Profile(name="post", endpoints=(Endpoint(protocol="smtp", hosts=("mail.example",)),))
    bank = Profile(name="bank", endpoints=(Endpoint(hosts=("b.example",)),))
    plan = SimpleNamespace(
        library=SimpleNamespace(folder=tmp_path / "project"),
        mode_of=lambda name: "record" if name == "bank" else "replay",
    )
    place = next(mail_places(post))

    found = openings(
        [shop, Profile(name="mail"), post, bank], plan, LaneAddresses(9, {"SHOP_BASE_URL": 1}, mail={place: 2})
    )

    assert [*found] == [
        ProfileOpening(name="shop", mode="replay", address="SHOP_BASE_URL=http://127.0.0.1:1", recordings=3),
        ProfileOpening(name="post", mode="replay", address=f"mail.example:{place.port} at 127.0.0.1:2", recordings=0),
        ProfileOpening(name="bank", mode="record", address="through the proxy at 127.0.0.1:9", recordings=0),
    ]
