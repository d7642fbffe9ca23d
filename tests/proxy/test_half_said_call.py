"""A call whose client has not said all, in the scope in which it began."""

import asyncio

import pytest

from recproxy.proxy.half_said_call import HalfSaidCall


@pytest.mark.asyncio
async def test_a_call_is_open_until_its_client_has_said_all_or_has_gone():
    calls, refused = set(), []
    call = HalfSaidCall(calls, lambda: refused.append("refused"))

    assert (calls, call.is_waiting, call.is_answered, call.running.done()) == ({call}, True, False, False)
    call.over()
    call.over()
    await asyncio.wait_for(call.running, 1)
    assert (calls, refused) == (set(), [])


@pytest.mark.asyncio
async def test_a_call_is_refused_where_its_scope_ends_first():
    calls, refused = set(), []
    call = HalfSaidCall(calls, lambda: refused.append(set(calls)))
    call.end()

    assert (calls, refused, call.running.done()) == (set(), [set()], True)
