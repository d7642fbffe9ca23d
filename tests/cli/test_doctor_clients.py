"""The clients that `recproxy doctor` tries."""

import shutil
import sys

from recproxy.cli.doctor_clients import CLIENTS, clients_here


def test_names_are_unique_and_chosen_by_a_part(monkeypatch):
    assert len({client.name for client in CLIENTS}) == len(CLIENTS)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert [client.name for client, _ in clients_here(["NODE"])] == ["node https", "node fetch"]
    assert {client.name for client, _ in clients_here()} >= {"curl", "urllib", "go net/http", "java.net.http"}


def test_programs_and_modules_that_are_not_installed_are_left_out(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = dict(clients_here())
    assert all(client.is_python for client in found)
    assert found[next(client for client in CLIENTS if client.name == "urllib")] == sys.executable
