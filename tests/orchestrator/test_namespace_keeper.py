"""The program that keeps the namespaces of an isolated command."""

import json
import socket
import subprocess
import sys

from namespaces import need_namespaces

from recproxy.orchestrator import namespace_keeper


def test_it_maps_itself_opens_what_it_is_told_and_ends_with_its_socket():
    need_namespaces()
    orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    words = [sys.executable, "-I", "-S", namespace_keeper.__file__, str(theirs.fileno()), "itself"]
    keeper = subprocess.Popen(words, pass_fds=(theirs.fileno(),))
    theirs.close()

    assert json.loads(orders.recv(4096)) == {"ready": True}
    orders.send(json.dumps({"listen": [["tcp", "0.0.0.0", 80], ["udp", "0.0.0.0", 53]]}).encode())
    reply, descriptors, _, _ = socket.recv_fds(orders, 4096, 2)
    opened = [socket.socket(fileno=descriptor) for descriptor in descriptors]
    assert json.loads(reply) == {"problem": ""}
    assert [sock.getsockname() for sock in opened] == [("0.0.0.0", 80), ("0.0.0.0", 53)]

    orders.send(json.dumps({"listen": [["tcp", "0.0.0.0", 80]]}).encode())
    assert json.loads(orders.recv(4096)) == {"problem": "[Errno 98] 0.0.0.0:80: Address already in use"}

    orders.send(json.dumps({"listen": [["tcp", "127.0.0.1", 0]]}).encode())
    _, (descriptor,), _, _ = socket.recv_fds(orders, 4096, 1)
    server = socket.socket(fileno=descriptor)
    place = ("127.0.0.1", server.getsockname()[1])
    orders.send(json.dumps({"ipv6": [False, True]}).encode())
    _, descriptors, _, _ = socket.recv_fds(orders, 4096, 2)
    client, other = (socket.socket(fileno=descriptor) for descriptor in descriptors)
    assert other.family == socket.AF_INET6
    client.connect(place)
    accepted, whom = server.accept()
    assert whom == client.getsockname()
    opened += [server, client, other, accepted]

    orders.close()
    assert keeper.wait(20) == 0
    for sock in opened:
        sock.close()
