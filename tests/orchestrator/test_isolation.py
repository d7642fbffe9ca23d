"""The namespaces of a command, seen from outside."""

import os
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from namespaces import need_namespaces

from recproxy.errors import ConfigurationError, ProxyError
from recproxy.orchestrator import isolation as module
from recproxy.orchestrator.isolation import Isolation, isolated_files
from recproxy.orchestrator.isolation_advice import isolation_advice


@pytest.fixture
def isolation():
    need_namespaces()
    made = Isolation()
    made.ready()
    yield made
    made.close()


def inside(isolation, *words):
    """What a command in the namespaces prints."""
    done = subprocess.run([*isolation.prefix, "-1", *words], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_command_has_another_network_and_keeps_user_and_folder(isolation):
    told = inside(isolation, "sh", "-c", "readlink /proc/self/ns/net; id -u; pwd")

    network, user, folder = told.split()
    assert network != os.readlink("/proc/self/ns/net")
    assert user == str(os.getuid())
    assert folder == os.getcwd()


def test_a_listener_inside_takes_a_connection_to_any_address(isolation):
    (listener,) = isolation.listen(("tcp", "0.0.0.0", 8443))

    inside(isolation, sys.executable, "-c", "import socket; socket.create_connection(('203.0.113.9', 8443), 5)")

    sock, _ = listener.accept()
    assert sock.getsockname() == ("203.0.113.9", 8443)
    sock.close()
    listener.close()


def test_a_bound_file_is_seen_by_the_command_alone(isolation, tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_text("ours")
    theirs.write_text("theirs")

    isolation.bind([(ours, theirs)])

    assert inside(isolation, "cat", str(theirs)) == "ours"
    assert theirs.read_text() == "theirs"


def test_an_order_that_fails_says_what(isolation, tmp_path):
    with pytest.raises(ProxyError, match="/neither: No such file or directory"):
        isolation.bind([(tmp_path / "none", tmp_path / "neither")])


def test_closing_ends_whoever_is_left(isolation):
    words = [*isolation.prefix, "-1", "sh", "-c", "echo begun; exec sleep 600"]
    left = subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True)
    with left.stdout as said:
        assert said.readline() == b"begun\n"

    isolation.close()

    assert left.wait(20) == -9


def test_another_system_is_told(monkeypatch):
    monkeypatch.setattr(module.sys, "platform", "darwin")

    with pytest.raises(ConfigurationError, match="--isolate needs Linux"):
        Isolation()


def test_a_kernel_that_refuses_is_told_with_what_allows_it(monkeypatch, tmp_path):
    keeper = tmp_path / "keeper.py"
    keeper.write_text(
        'import socket, sys\nsocket.socket(fileno=int(sys.argv[1])).send(b\'{"problem": "mounts: no"}\')\n'
    )
    monkeypatch.setattr(module, "_KEEPER", keeper)
    refused = Isolation()

    monkeypatch.setattr(module, "isolation_advice", lambda: "this and that")
    with pytest.raises(
        ConfigurationError, match=r"refuses \(mounts: no\): allow them \(this and that\), or run without"
    ):
        refused.ready()

    refused.close()


#: A keeper whose new user namespace gives it no capability, which is how AppArmor on Ubuntu restricts programs without
#: a profile: `unshare` succeeds, and the kernel refuses the first step that needs one.
WITHOUT_CAPABILITIES = """
import ctypes, struct, sys
sys.path.insert(0, {folder!r})
import namespace_keeper as keeper

real = keeper._libc

class Restricted:
    mount = real.mount

    @staticmethod
    def unshare(flags):
        done = real.unshare(flags)
        head = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
        assert real.capset(head, ctypes.create_string_buffer(bytes(24))) == 0
        return done

keeper._libc = Restricted
keeper.keep_namespaces(int(sys.argv[1]), maps_itself=sys.argv[2] == "itself")
"""
UBUNTU = "allow them (sysctl kernel.apparmor_restrict_unprivileged_userns=0), or run without --isolate"


@pytest.mark.parametrize(
    ("user", "refused"),
    [
        (1000, "[Errno 13] the user's own number in its namespace: Permission denied"),
        (0, "[Errno 1] the loopback interface: Operation not permitted"),
    ],
)
def test_namespaces_without_capabilities_are_told_with_the_setting_of_ubuntu(monkeypatch, tmp_path, user, refused):
    need_namespaces()
    keeper = tmp_path / "keeper.py"
    keeper.write_text(WITHOUT_CAPABILITIES.format(folder=str(module._KEEPER.parent)))
    setting = tmp_path / "proc/sys/kernel/apparmor_restrict_unprivileged_userns"
    setting.parent.mkdir(parents=True)
    setting.write_text("1\n")
    monkeypatch.setattr(module, "_KEEPER", keeper)
    monkeypatch.setattr(module, "isolation_advice", partial(isolation_advice, tmp_path / "proc"))
    monkeypatch.setattr(module.os, "geteuid", lambda: user)
    isolation = Isolation()

    with pytest.raises(ConfigurationError) as told:
        isolation.ready()
    isolation.close()

    assert told.value.message == (f"--isolate needs user namespaces, which this system refuses ({refused}): {UBUNTU}")


def test_names_come_from_files_and_our_name_server(tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text("roots")

    pairs = isolated_files(tmp_path, bundle)

    seen = {str(theirs): ours for ours, theirs in pairs}
    hosts = seen[str(Path("/etc/hosts").resolve())]
    assert hosts.read_text().startswith(f"127.0.0.1 localhost {socket.gethostname()}\n")
    assert all(theirs.exists() for theirs in map(Path, seen))
