"""`recproxy import` without a profile: the command that defines one, with the hosts of the sources."""

import pytest

from recproxy.cli.import_profiles import import_profiles
from recproxy.cli.import_sources import sources_in
from recproxy.config.project import find_project
from recproxy.errors import RecproxyError

CASSETTE = """interactions:
- request: {{method: GET, uri: 'https://{host}/item', headers: {{}}, body: null}}
  response: {{status: {{code: 200, message: OK}}, headers: {{}}, body: {{string: hello}}}}
version: 1
"""
STEP = "run recproxy init --runner none --profile"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("recproxy.cli.import_profiles.offers", dict)
    monkeypatch.setattr("recproxy.config.project.offers", dict)
    return tmp_path


def refusal(folder, name):
    with pytest.raises(RecproxyError) as raised:
        import_profiles(find_project(folder), name, sources_in([folder]))
    return raised.value.message


def test_without_a_profile_the_step_that_defines_one_is_named(folder):
    for number, host in enumerate(("api.shop.example", "bank.example.co.uk", "files.shop.example")):
        (folder / f"{number}.yaml").write_text(CASSETTE.format(host=host))
    (folder / "broken.yaml").write_text("interactions:\n- request: {method: GET")

    assert refusal(folder, None) == (
        f"no profile is installed or inline: {STEP} shop=api.shop.example --profile example=bank.example.co.uk and add "
        "the other hosts to its endpoint (files.shop.example), or name one with --profile, as a name or a path"
    )
    assert refusal(folder, "mine").endswith(
        f"; define it: {STEP} mine=api.shop.example and add the other hosts to its endpoint "
        "(bank.example.co.uk, files.shop.example)"
    )
    assert "recproxy init" not in refusal(folder, "./mine")


def test_a_port_of_its_own_is_in_the_step(folder):
    (folder / "a.yaml").write_text(CASSETTE.format(host="127.0.0.1:8080").replace("https:", "http:"))

    assert f"{STEP} mine=http://127.0.0.1:8080" in refusal(folder, "mine")


def test_without_a_host_in_the_sources_it_is_left_to_fill_in(folder):
    (folder / "a.yaml").write_text(CASSETTE.format(host="$(touch made).example"))

    assert f"{STEP} NAME=HOST, or name one" in refusal(folder, None)
