"""Where requests go, and that what came of them is safe before the client sees its end."""

import asyncio
import dataclasses

import pytest

from recproxy.config.profile import Endpoint, Profile, ReplayTable, Upstream
from recproxy.control.listening import Listening
from recproxy.control.messages import Kept, Recorded, Setup
from recproxy.http import Head
from recproxy.orchestrator.made_profiles import any_host, of_host
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.route import Route, Target
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import Interaction, Request, Response, unpack

SECRET = "-".join(("the", "value", "of", "a", "credential"))
SHOP = Profile(name="shop", endpoints=(Endpoint(hosts=("*.shop.example", "shop.example")),))


def head(target=b"/a", host=b"shop.example"):
    return Head(b"GET", target, ((b"Host", host),), host, http10=False, expects=False, keep_alive=True)


class Orchestrator:
    """Says what became of an interaction as soon as it was sent."""

    def __init__(self, mode, error=""):
        self.got = []
        self.error = error
        setup = Setup(profile={}, owners={}, mode=mode, secrets=(SECRET,), unset=("SHOP_KEY",))
        self.forwarding = Forwarding(SHOP, setup, self.send)

    def send(self, message):
        self.got.append(message)
        asyncio.get_running_loop().call_soon(self.forwarding.kept, Kept(order=message.order, error=self.error))

    def exchange(self, traffic):
        return self.forwarding.exchange(
            None, Route("https", "shop.example"), head(), BodyFeed(10, lambda: None),
            scope="test_a", traffic=traffic,
        )  # fmt: skip


def keep(orchestrator, traffic, **response):
    async def ran():
        interaction = Interaction(
            request=Request(method="GET", url=f"https://shop.example/a?key={SECRET}", wild=None),
            response=Response(**({"status": 200, "body": SECRET.encode()} | response)),
            scope="test_a",
        )
        async with asyncio.timeout(20):
            await orchestrator.exchange(traffic)._keep(interaction, traffic, 1.5)

    asyncio.run(ran())


def test_what_is_kept_goes_to_the_orchestrator_as_it_came():
    orchestrator, traffic = Orchestrator("record"), Traffic(7)

    keep(orchestrator, traffic)

    (message,) = orchestrator.got
    assert isinstance(message, Recorded)
    interaction = unpack(message.packed)
    assert (message.scope, message.begun, interaction.scope) == (7, 1.5, "test_a")
    assert interaction.request.url == f"https://shop.example/a?key={SECRET}"
    assert interaction.response.body == SECRET.encode()
    assert (traffic.recorded, traffic.failures) == (1, [])


def test_what_could_not_be_put_on_disk_fails_the_request():
    orchestrator, traffic = Orchestrator("record", error="the disk is full"), Traffic(1)

    with pytest.raises(UpstreamError, match="the disk is full"):
        keep(orchestrator, traffic)

    assert traffic.recorded == 0


@pytest.mark.parametrize(("mode", "keeps"), [("live", False), ("record", True), ("auto", True)])
def test_only_live_keeps_nothing(mode, keeps):
    async def ran():
        return Orchestrator(mode).exchange(Traffic(1))._keep is not None

    assert asyncio.run(ran()) is keeps


def test_an_answer_that_nobody_waits_for_is_ignored():
    forwarding = Orchestrator("record").forwarding

    forwarding.kept(Kept(order=99))

    assert (forwarding.mode, forwarding.unset) == ("record", ("SHOP_KEY",))


def test_nothing_goes_to_a_service_whose_credentials_are_not_set():
    async def ran():
        with pytest.raises(UpstreamError) as caught:
            await Orchestrator("record").forwarding._upstreams.link(Target("http", "127.0.0.1", 1))
        return caught.value.status, str(caught.value)

    assert asyncio.run(ran()) == (502, "profile 'shop' cannot be run in mode record: set SHOP_KEY")


def test_ports_of_the_run_are_known_whenever_they_are_told_and_a_replay_makes_no_way_out_for_them():
    async def ran():
        forwarding = Orchestrator("record").forwarding
        forwarding.know((1, 2))
        assert "_upstreams" not in vars(forwarding)
        assert forwarding._upstreams.own_ports == {1, 2}
        forwarding.know((3,))
        assert forwarding._upstreams.own_ports == {3}

    asyncio.run(ran())


@pytest.mark.parametrize(
    ("profile", "wanted"),
    [
        (of_host("0x7f.1"), range(65536)),
        (any_host(), range(65536)),
        (SHOP, range(65536)),
        (dataclasses.replace(SHOP, upstream=Upstream(address="127.0.0.1:8443")), {9}),
        (Profile(name="own", endpoints=(Endpoint(hosts=("127.0.0.1",)),)), {9}),
    ],
)
def test_where_other_machines_ask_each_port_is_checked_of_a_host_that_no_file_names(profile, wanted):
    setup = Setup(profile={}, owners={}, mode="live", listening=Listening(address="10.9.0.3", credentials=True))
    forwarding = Forwarding(Profile.restore(profile.plain()), setup, lambda _: None)
    forwarding.know((9,))

    assert forwarding._upstreams.own_ports == wanted


@pytest.mark.parametrize(("target", "wanted"), [(b"/events/1?a=b", True), (b"/other", False), (b"/events", False)])
def test_a_profile_says_which_responses_are_streams(target, wanted):
    profile = Profile(name="shop", endpoints=SHOP.endpoints, replay=ReplayTable(streams=("GET /events/*",)))
    forwarding = Forwarding(profile, Setup(profile={}, owners={}, mode="record"), lambda _: None)

    exchange = forwarding.exchange(
        None, Route("https", "shop.example"), head(target), BodyFeed(10, lambda: None), scope="a", traffic=Traffic(1)
    )

    assert exchange._streams is wanted
