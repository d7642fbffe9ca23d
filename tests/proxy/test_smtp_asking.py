"""Something that is said to a mail server, which a test may end that insists on replay."""

import asyncio

import pytest

from recproxy.proxy.open_exchanges import INSISTS
from recproxy.proxy.smtp_asking import SmtpAsking
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream_errors import ReplayInsisted
from recproxy.recording import Act, Step

STEPS = (Step(Act.SERVER, b"250 ok\r\n"),)


async def answered():
    return STEPS


async def begun(traffic):
    """Asking that has begun, and its answer that never comes."""
    asking = SmtpAsking(asyncio.Event().wait(), traffic, says_more=False)
    answer = asyncio.ensure_future(asking.answer())
    await asyncio.sleep(0)
    assert traffic.exchanges._open == {asking}
    return asking, answer


@pytest.mark.asyncio
@pytest.mark.parametrize(("is_shut", "is_awaited"), [(False, False), (True, True)])
async def test_a_server_is_asked_where_its_scope_may_or_is_being_waited_for(is_shut, is_awaited):
    traffic = Traffic(1)
    traffic.exchanges.is_shut, traffic.is_awaited = lambda: is_shut, is_awaited

    assert await SmtpAsking(answered(), traffic, says_more=False).answer() == STEPS
    assert traffic.exchanges._open == set()


@pytest.mark.asyncio
async def test_a_server_is_not_asked_in_a_test_that_insists_on_replay():
    traffic = Traffic(1)
    traffic.exchanges.is_shut = lambda: True

    with pytest.raises(ReplayInsisted, match=INSISTS):
        await SmtpAsking(answered(), traffic, says_more=False).answer()


@pytest.mark.asyncio
async def test_what_is_ended_says_why_and_what_is_cancelled_does_not():
    traffic = Traffic(1)
    asking, answer = await begun(traffic)
    asking.end("why")
    with pytest.raises(ReplayInsisted, match="why"):
        await answer

    asking, answer = await begun(traffic)
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer
    assert traffic.exchanges._open == set()


def test_what_says_more_or_was_waited_for_in_vain_lasts():
    traffic = Traffic(1)
    one, more = (SmtpAsking(None, traffic, says_more=each) for each in (False, True))

    assert (one.lasts, more.lasts, one.ends_with(traffic, answered=False)) == (False, True, False)
    traffic.is_over = True
    assert one.lasts
