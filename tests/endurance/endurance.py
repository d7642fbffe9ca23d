"""Runs the checks of docs/explanation/reliability.md, and prints a row for each: `python endurance.py [NAME...]`.

A check asserts what must hold; its size is that of the page. The tests run each as a toy.
"""

import argparse
import os
import platform
import sys
import time
import traceback
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
sys.path.insert(0, str(Path(__file__).parent))

import broken_world
import crowds
import grpc_messages
import http2_streams
import kills
import many_requests
import prestarted
import websocket_messages


@dataclass(frozen=True)
class Check:
    """A function, and what it is given: in full, and as a toy; `needs` are programs that it runs."""

    run: object
    full: tuple = ()
    toy: tuple = ()
    needs: tuple[str, ...] = ()


CHECKS = {
    "kills": Check(kills.kills, (1000,), (1,)),
    "requests": Check(many_requests.check, (10_000_000,), (10_000,)),
    "http2": Check(http2_streams.check, (1 << 30, 1000), (1 << 20, 20)),
    "grpc": Check(grpc_messages.check, (10_000, 1000), (200, 20)),
    "websocket": Check(websocket_messages.check, (10_000,), (200,)),
    "runs": Check(crowds.runs_at_once, (200,), (2,)),
    "lanes": Check(crowds.lanes, (1000,), (3,)),
    "idle": Check(crowds.idle_connections, (5000,), (9,)),
    "idle-limited": Check(crowds.idle_connections, (300, 128), (160, 128)),
    "disk-full": Check(broken_world.disk_full, needs=("unshare",)),
    "read-only": Check(broken_world.read_only, (), (("record",),), needs=("unshare",)),
    "temporary-folder": Check(broken_world.temporary_folder_gone, (), (("record",),)),
    "clock": Check(broken_world.clock_stepped_back, (), (("record",),)),
    "slow-service": Check(broken_world.slow_service, (20,), (2,)),
    "deaf-client": Check(broken_world.client_that_never_reads, (10_000_000,), (100_000,)),
    "power": Check(broken_world.power_loss, needs=("strace",)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"these checks only: {', '.join(CHECKS)}")
    names = parser.parse_args().names or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        parser.error(f"no check is named {unknown[0]}: checks are {', '.join(CHECKS)}")
    version = metadata.version("recproxy")
    print(f"recproxy {version}, Python {platform.python_version()}, {platform.system()} {platform.release()}, ", end="")
    print(f"{os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}", flush=True)
    failed = []
    for name in names:
        check = CHECKS[name]
        try:
            print(f"{check.run(*check.full)} `nox -s endurance -- {name}` |", flush=True)
        except Exception:  # noqa: BLE001 - the other checks are still run
            failed.append(name)
            traceback.print_exc()
    prestarted.close()
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
