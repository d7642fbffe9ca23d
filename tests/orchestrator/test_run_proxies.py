"""The start of the proxies of a run; that they answer is what the journeys are about."""

import asyncio
import os
from types import SimpleNamespace

import pytest

from recproxy.config.profile import Endpoint, Profile, Upstream
from recproxy.orchestrator.run_proxies import RunProxies
from recproxy.report import Tally


class ForkServer:
    """It starts nothing, and notes what is asked of it."""

    def __init__(self):
        self.orders = []

    def make_way_out(self, *, tls):
        self.orders.append(("way out", tls))

    def fork(self, kind, name, channel, errors):
        self.orders.append(name)
        channel.close()
        os.close(errors)

    async def ending(self, name):
        return "ended"

    async def dead(self, name, seconds):
        return True


def launched(modes, **addresses):
    """What the fork server is asked for by a run of these profiles with their modes."""

    async def work():
        server = ForkServer()
        profiles = tuple(
            Profile(
                name=name,
                endpoints=(Endpoint(hosts=(f"{name}.example",)),),
                upstream=Upstream(address=addresses.get(name, "")),
            )
            for name in modes
        )
        plan = SimpleNamespace(profiles=profiles, mode_of=modes.get, passing=(), chosen=True, project=None)
        nothing = {"lanes": {}, "fail": print, "keep": print, "returned": print}
        proxies = RunProxies(plan, server, Tally(), **nothing)
        proxies.launch()
        await proxies.stop()
        return server.orders

    return asyncio.run(work())


@pytest.mark.parametrize("mode", ["record", "live"])
def test_the_way_to_services_is_made_ready_before_the_proxies_that_will_ask_them(mode):
    assert launched({"bank": "replay", "shop": mode}) == [("way out", True), "bank", "shop"]


def test_services_without_tls_need_no_roots():
    modes = {"bank": "record", "shop": "record"}
    plain = {"bank": "http://127.0.0.1:8080", "shop": "http://127.0.0.1:8081"}

    assert launched(modes, **plain)[0] == ("way out", False)
    assert launched(modes, **plain | {"shop": "127.0.0.1:8443"})[0] == ("way out", True)


@pytest.mark.parametrize("mode", ["replay", "auto"])
def test_a_run_that_may_ask_nobody_makes_no_way_ready(mode):
    assert launched({"shop": mode}) == ["shop"]
