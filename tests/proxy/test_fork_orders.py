"""The orders of the fork server: pieces of any size, and the end of the orchestrator while modules are imported."""

import os
import socket
import subprocess
import sys

from deadlines import seconds, wait_until

from recproxy.control.forks import WITH_TLS, ForkOrder, fork_order
from recproxy.proxy.fork_orders import ForkOrders


def test_orders_may_come_together_and_in_pieces_each_fork_with_its_descriptors(tmp_path):
    ours, theirs = socket.socketpair()
    orders = ForkOrders(theirs)
    pipes = [os.pipe() for _ in range(2)]
    first, second = (fork_order(ForkOrder.PROXY, name) for name in ("shop", "bank"))

    ours.send(fork_order(ForkOrder.FOLDER, str(tmp_path / "one"))[:3])
    ours.send(fork_order(ForkOrder.FOLDER, str(tmp_path / "one"))[3:])
    socket.send_fds(ours, [first], pipes[0])
    socket.send_fds(ours, [second], pipes[1])
    ours.close()
    got = [(kind, name, [os.fstat(each).st_ino for each in given]) for kind, name, given in orders]

    assert got == [
        (ForkOrder.PROXY, "shop", [os.fstat(each).st_ino for each in pipes[0]]),
        (ForkOrder.PROXY, "bank", [os.fstat(each).st_ino for each in pipes[1]]),
    ]
    (tmp_path / "one").mkdir()
    orders.leftovers.clear(set())
    assert not (tmp_path / "one").exists()
    theirs.close()


def test_what_is_to_be_ready_comes_between_the_forks_without_a_descriptor():
    ours, theirs = socket.socketpair()
    pipe = os.pipe()

    ours.send(fork_order(ForkOrder.WAY_OUT, WITH_TLS))
    socket.send_fds(ours, [fork_order(ForkOrder.PROXY, "shop")], pipe)
    ours.close()
    got = [(kind, name, len(given)) for kind, name, given in ForkOrders(theirs)]

    assert got == [(ForkOrder.WAY_OUT, "tls", 0), (ForkOrder.PROXY, "shop", 2)]
    theirs.close()


def test_a_fork_server_that_still_imports_ends_with_its_orchestrator_and_removes_the_folder(tmp_path):
    (tmp_path / "uvloop.py").write_text(
        f"import time\nopen({str(tmp_path / 'imports')!r}, 'w').close()\ntime.sleep(60)\n"
    )
    folder = tmp_path / "files"
    folder.mkdir()
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "recproxy.proxy"],
        stdin=theirs.fileno(),
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    theirs.close()
    ours.send(fork_order(ForkOrder.FOLDER, str(folder)))
    wait_until((tmp_path / "imports").exists, process=process)

    ours.close()

    assert process.wait(seconds(20)) == 0
    assert not folder.exists()
