"""The end of a connection that goes nowhere."""

import asyncio
import socket

from deadlines import seconds

from recproxy.orchestrator.last_answer import answer_and_close


def test_the_answer_arrives_although_the_client_sends_on():
    async def ran():
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(b"x" * 100_000)
            accepted, _ = listener.accept()
        accepted.setblocking(False)
        answer_and_close(accepted, b"refused", loop)
        writer.write(b"y" * 100_000)
        async with asyncio.timeout(seconds(20)):
            answer = await reader.read()
            writer.close()
            while accepted.fileno() >= 0:
                await asyncio.sleep(0)
        return answer

    assert asyncio.run(ran()) == b"refused"


def test_a_client_that_has_gone_is_let_go():
    async def ran():
        mine, theirs = socket.socketpair()
        theirs.setblocking(False)
        mine.close()
        answer_and_close(theirs, b"refused", asyncio.get_running_loop())
        return theirs.fileno()

    assert asyncio.run(ran()) == -1
