"""Installing, changing and taking back the redirect in one process."""

from __future__ import annotations

import functools
import os
import socket
import ssl
import sys
from multiprocessing import get_context

import pytest
from deadlines import seconds

from recproxy.client import redirect
from recproxy.client.redirect import switch
from recproxy.control import variables

HOST = "api.example.test"


def state():
    """All that the redirect may change in the modules of this process."""
    loop = getattr(sys.modules.get("uvloop"), "Loop", None)
    return (
        socket.getaddrinfo,
        socket.gethostbyname,
        socket.gethostbyname_ex,
        *(dict(vars(owner)) for owner in (socket.socket, ssl.SSLContext, loop) if owner),
        getattr(sys.modules.get("pycurl"), "Curl", None),
        list(sys.meta_path),
    )


@pytest.fixture(autouse=True)
def clean():
    before = state()
    yield
    redirect.uninstall()
    assert state() == before


def test_the_names_of_the_variables_are_those_of_the_control_room():
    assert (switch._REDIRECT, switch._CA) == (variables.REDIRECT, variables.CA)


def test_everything_is_put_back(gateway, ca_file):
    before = state()
    redirect.install(gateway.routes(), ca_file)
    assert state() != before

    redirect.uninstall()
    redirect.uninstall()

    assert state() == before


def test_a_second_install_changes_where_connections_go(gateway, ca_file):
    redirect.install(f"{HOST}:80=127.0.0.1:1", ca_file)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        redirect.install(f"{HOST}:80=127.0.0.1:{listener.getsockname()[1]}", None)

        with socket.create_connection((HOST, 80)) as sock:
            assert sock.getpeername() == listener.getsockname()


@pytest.mark.parametrize(("value", "path", "error"), [("rubbish", None, ValueError), ("", "/absent/ca.pem", OSError)])
def test_a_wrong_value_leaves_what_was_installed(gateway, ca_file, value, path, error):
    redirect.install(gateway.routes(), ca_file)

    with pytest.raises(error):
        redirect.install(value, path)

    assert socket.gethostbyname(HOST).startswith("127.77.")


def test_what_another_tool_wrapped_does_nothing_after_uninstall(gateway, ca_file, monkeypatch):
    monkeypatch.setattr(socket, "gethostbyname", socket.gethostbyname)
    redirect.install(gateway.routes(), ca_file)
    ours = socket.gethostbyname
    socket.gethostbyname = functools.partial(ours)

    redirect.uninstall()

    with pytest.raises(socket.gaierror):
        socket.gethostbyname("no.such.name.invalid")


def test_from_the_environment(gateway, ca_file, monkeypatch):
    monkeypatch.setenv("RECPROXY_REDIRECT", gateway.routes())
    monkeypatch.setenv("RECPROXY_CA", ca_file)

    redirect.install_from_env()
    redirect.install_from_env()

    assert socket.gethostbyname(HOST).startswith("127.77.")


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_nothing_happens(monkeypatch, value):
    monkeypatch.delenv("RECPROXY_REDIRECT", raising=False)
    if value is not None:
        monkeypatch.setenv("RECPROXY_REDIRECT", value)
    before = state()

    redirect.install_from_env()

    assert state() == before


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("RECPROXY_REDIRECT", "rubbish", "'rubbish' is not host:port"), ("RECPROXY_CA", "/absent/ca.pem", "No such file")],
)
def test_a_wrong_environment_costs_one_line_said_once(gateway, ca_file, monkeypatch, capsys, name, value, said):
    monkeypatch.setenv("RECPROXY_REDIRECT", gateway.routes())
    monkeypatch.setenv("RECPROXY_CA", ca_file)
    monkeypatch.setenv(name, value)

    redirect.install_from_env()
    redirect.install_from_env()

    err = capsys.readouterr().err
    assert err.startswith("recproxy: connections of this process are not redirected: ")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_process_has_it_too(gateway, ca_file):
    redirect.install(gateway.routes(), ca_file)
    context = get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=lambda: writer.send(socket.gethostbyname(HOST)))
    child.start()

    assert reader.poll(seconds(20))
    assert reader.recv() == socket.gethostbyname(HOST)
    child.join()
    reader.close()
    writer.close()
