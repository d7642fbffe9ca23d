"""Network namespaces joined by veth pairs: containers on a network, as far as a program can tell."""

import contextlib
import os
import secrets
import shutil
import subprocess

import pytest

#: The address of recproxy in its own namespace; each of the others reaches it over its own pair.
HUB = "10.77.0.1"
#: The same by IPv6, where the machine has it.
HUB6 = "fd77::1"


class Networks:
    """One hub and its spokes, and pairs between spokes; all goes when it is closed."""

    def __init__(self):
        self._tag = secrets.token_hex(3)
        self._closing = contextlib.ExitStack()
        self._pairs = 0
        self.hub = self._namespace("hub")
        self._in(self.hub, "ip", "address", "add", f"{HUB}/32", "dev", "lo")
        self.has_ipv6 = os.path.exists("/proc/net/if_inet6")
        if self.has_ipv6:
            self._in(self.hub, "ip", "address", "add", f"{HUB6}/128", "dev", "lo")
        self.spokes = {}

    def spoke(self, name):
        """A namespace that reaches the hub; its address there."""
        space = self.spokes[name] = self._namespace(name)
        near, far = self._join(self.hub, space)
        self._in(space, "ip", "route", "add", f"{HUB}/32", "via", near)
        if self.has_ipv6:
            self._in(space, "ip", "route", "add", f"{HUB6}/128", "via", ipv6_of(near))
        return far

    def join(self, one, other):
        """Let two spokes reach each other; their addresses."""
        return self._join(self.spokes[one], self.spokes[other])

    def inside(self, name):
        """The words that start a command in a spoke, or in the hub."""
        return ("ip", "netns", "exec", self.hub if name == "hub" else self.spokes[name])

    def close(self):
        """Remove them, their interfaces with them."""
        self._closing.close()

    def _namespace(self, name):
        space = f"rp{self._tag}{name}"
        _call("ip", "netns", "add", space)
        self._closing.callback(_call, "ip", "netns", "delete", space)
        self._in(space, "ip", "link", "set", "lo", "up")
        return space

    def _join(self, one, other):
        self._pairs += 1
        names = [f"v{self._tag}{side}{self._pairs}" for side in "ab"]
        addresses = [f"10.77.{self._pairs}.{number}" for number in (1, 2)]
        _call("ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1])
        for space, name, address in zip((one, other), names, addresses, strict=True):
            _call("ip", "link", "set", name, "netns", space)
            self._in(space, "ip", "address", "add", f"{address}/24", "dev", name)
            if self.has_ipv6:
                # Nobody else has it, and a program can use it at once.
                self._in(space, "ip", "address", "add", f"{ipv6_of(address)}/64", "dev", name, "nodad")
            self._in(space, "ip", "link", "set", name, "up")
        return addresses

    def _in(self, space, *words):
        _call("ip", "netns", "exec", space, *words)


def ipv6_of(address):
    """The IPv6 address of what has this one of IPv4."""
    _, _, pair, number = address.split(".")
    return f"fd77:{pair}::{number}"


def _call(*words):
    subprocess.run(words, check=True, capture_output=True, timeout=30)


@contextlib.contextmanager
def networks():
    """Networks; skips where this is not root, there is no `ip`, or the kernel refuses."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("network namespaces with veth pairs need root and iproute2")
    try:
        made = Networks()
        made.spoke("probe")
    except subprocess.CalledProcessError as problem:
        pytest.skip(f"no network namespaces here: {problem.stderr.decode().strip()}")
    try:
        yield made
    finally:
        made.close()
