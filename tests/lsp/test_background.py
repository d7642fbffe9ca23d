"""Work beside an event loop: its result, its error, and work that nobody wants any more."""

import asyncio
import threading

import pytest

from recproxy.lsp.background import Background


def test_results_and_errors_come_back():
    async def run():
        background = Background()
        with pytest.raises(ZeroDivisionError):
            await background.run(lambda: 1 // 0)
        return await background.run(lambda: threading.current_thread().daemon)

    assert asyncio.run(run())


def test_what_is_cancelled_before_it_begins_never_does():
    async def run():
        background, go, ran = Background(), threading.Event(), []
        busy = [asyncio.ensure_future(background.run(go.wait)) for _ in range(2)]
        late = asyncio.ensure_future(background.run(lambda: ran.append(1)))
        await asyncio.sleep(0)
        late.cancel()
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(*busy)
        await background.run(int)
        return ran

    assert asyncio.run(run()) == []
