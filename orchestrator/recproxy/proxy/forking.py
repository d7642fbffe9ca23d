"""The fork server: one process that has imported what every replay needs, and forks the proxies and redaction workers.

Imports are what a proxy's start costs; here they are paid once, while the orchestrator makes the CA. What few runs need,
such as mail or the text of a miss, a proxy imports itself when it needs it. Orders and reports are in `control.forks`.
The fork server ends when its orders end; its forks end when their channels do. It has no threads and no event loop, so
that a fork is safe. If the orchestrator dies, it clears away what that leaves.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

from recproxy.config.endpoint import Endpoint
from recproxy.config.profile import Profile
from recproxy.control.forks import WITH_TLS, ForkEvent, ForkOrder, fork_report
from recproxy.control.outcomes import NO_TEST
from recproxy.control.process_limits import set_process_limits
from recproxy.proxy.fork_orders import ForkOrders
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.service import Service
from recproxy.proxy.spare_contexts import SPARE_CONTEXTS

if TYPE_CHECKING:
    from recproxy.proxy.redaction_worker import RedactionWorker

try:
    import uvloop
except ImportError:  # not on Windows
    uvloop = None  # type: ignore[assignment,unused-ignore]

__all__ = ["run_fork_server"]


def run_fork_server(orders: ForkOrders) -> None:
    """Fork proxies until the orders end; then clear away what is left of the run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the orchestrator's to handle
    set_process_limits()
    names: dict[int, str] = {}
    signal.signal(signal.SIGCHLD, lambda *_: _report_exits(orders.socket, names))
    _make_ready()
    gc.freeze()  # what is imported stays: no collection in a proxy need look at it, and write to the pages it shares
    gc.enable()
    for kind, name, descriptors in orders:
        if kind is ForkOrder.WAY_OUT:
            _make_way_out_ready(tls=name == WITH_TLS)
            gc.freeze()
            continue
        if kind is ForkOrder.REDACTION_WORKER:
            # A replay needs none. Imported before the fork, so that it is imported once for all workers.
            from recproxy.proxy import redaction_worker  # noqa: F401, PLC0415
        # A child that dies before its name is known must wait to be reported.
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGCHLD,))
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD,))
            orders.socket.close()
            _run_process(kind, name, *descriptors)
        names[pid] = name
        for descriptor in descriptors:
            os.close(descriptor)
        _report(orders.socket, fork_report(ForkEvent.FORKED, pid, name))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD,))
    orders.leftovers.clear(names.keys())


def _make_ready() -> None:
    """Work out once what each proxy would at its start: what keys there are, and how the values of a scope are made."""
    example = Profile(name="example", endpoints=(Endpoint(hosts=("example.invalid",)),))
    OpenScope(Profile.restore(example.plain()), NO_TEST, ()).outcome()


def _make_way_out_ready(*, tls: bool) -> None:
    """Import what asks services and shows requests, which takes about 50 ms, and read the roots for those with TLS."""
    import recproxy.proxy.exchange  # noqa: PLC0415 - a replay does without
    import recproxy.redaction.scope  # noqa: F401, PLC0415 - see above

    if tls:
        SPARE_CONTEXTS.prepare()


def _report_exits(orders: socket.socket, names: dict[int, str]) -> None:
    """Report each child that has ended."""
    while names:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _report(orders, fork_report(ForkEvent.EXITED, status, names.pop(pid, "")))


def _report(orders: socket.socket, report: bytes) -> None:
    try:
        orders.sendall(report)
    except OSError:  # nobody wants to know any more
        return


def _run_process(kind: ForkOrder, name: str, channel: int, errors: int) -> None:
    """Be a proxy or a redaction worker until the channel ends; does not return."""
    try:
        os.setsid()
        os.dup2(channel, 0)
        os.close(channel)
        os.dup2(errors, 2)
        os.close(errors)
        _set_process_name(f"rp-{name}" if kind is ForkOrder.PROXY else f"redact-{name}")
        loop = uvloop.new_event_loop() if uvloop is not None else asyncio.new_event_loop()
        loop.run_until_complete(_made(kind, socket.socket(fileno=os.dup(0)), loop).ended)
    except BaseException:  # noqa: BLE001 - its last words, then it ends
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    finally:
        # Nothing is left to save: connections die with the process, at once.
        sys.stderr.flush()
        os._exit(0)


def _made(kind: ForkOrder, channel: socket.socket, loop: asyncio.AbstractEventLoop) -> Service | RedactionWorker:
    if kind is ForkOrder.PROXY:
        return Service(channel, loop)
    from recproxy.proxy.redaction_worker import RedactionWorker  # noqa: PLC0415 - imported already

    return RedactionWorker(channel, loop)


def _set_process_name(name: str) -> None:
    """Show the profile in lists of processes, where the system allows it."""
    try:
        with open("/proc/self/comm", "w") as comm:  # noqa: PTH123 - no file
            comm.write(name[:15])
    except OSError:
        return
