"""The page of clients is what `nox -s clients` writes, and clients that are always here agree with it."""

from pathlib import Path

import prestarted
import pytest
from client_page import PAGE, replaced, tables, versions, written
from client_runs import Bench
from client_table import DATA, clients, version_here
from namespaces import refusal

TEXT = PAGE.read_text(encoding="utf-8")
#: Clients that come with Python, with the tests, or with nearly every system, each in one column.
USUAL = (
    ("urllib.request", "isolated"),
    ("http.client", "environment"),
    ("requests", "isolated"),
    ("httpx", "environment"),
    ("aiohttp", "environment"),
    ("curl", "base_url"),
    ("openssl s_client", "isolated"),
)


def test_the_page_has_the_tables_that_the_session_writes():
    assert written(TEXT) == tables(clients(), versions(TEXT))


def test_writing_the_tables_anew_changes_nothing_else():
    assert replaced(TEXT, written(TEXT)) == TEXT


def test_every_client_of_the_page_was_run():
    assert [key for key, version in versions(TEXT).items() if version == "not run"] == []


def test_a_name_stands_once_in_a_language():
    rows = [(client.language, client.name) for client in clients()]

    assert sorted(set(rows)) == sorted(rows)


def test_what_does_not_arrive_is_explained():
    unexplained = [
        client.name
        for client in clients()
        if {"no", "refused"} & {client.environment, client.base_url, client.isolated} and not client.remark
    ]

    assert unexplained == []


@pytest.mark.parametrize(("name", "column"), USUAL)
def test_a_usual_client_does_as_its_row_says(name, column, tmp_path):
    client = next(client for client in clients() if client.name == name)
    expected = getattr(client, column)
    if not version_here(client, tmp_path):
        pytest.skip(f"{name} is not here")
    if column == "isolated" and refusal():
        pytest.skip(refusal())

    with prestarted.forks("recproxy", "recproxy.proxy"):
        outcome = getattr(Bench(client, tmp_path, tmp_path), column)()

    assert outcome.word == expected, outcome.output


def test_all_data_files_are_tables_of_clients():
    assert {path.suffix for path in Path(DATA).iterdir()} == {".toml"}
