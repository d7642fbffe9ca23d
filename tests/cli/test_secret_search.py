"""Looking for secrets in the recordings of a project."""

from checkouts import RECORDING, stored_project

from recproxy.cli.secret_search import refused_for_secrets
from recproxy.config.project import find_project


def test_each_recording_is_searched_by_the_rules_of_its_profile(tmp_path, monkeypatch):
    root, recording = stored_project(tmp_path)
    settings = root / "pyproject.toml"
    settings.write_text(settings.read_text() + "[tool.recproxy.profiles.shop.redact]\njson = ['/nick']\n")
    bank = root / "tests/functional/recordings/bank/a.rec"
    bank.parent.mkdir()
    for path in (recording, bank):
        path.write_text(RECORDING.replace("hello", '{"nick": "Some Body"}'))
    monkeypatch.chdir(root)

    refused = refused_for_secrets(find_project(root), ["shop/default.rec", "bank/a.rec"])

    assert refused == {
        "shop/default.rec": (
            "holds secrets: json in response body (line 8); mask them with: "
            "recproxy scan --fix --profile shop tests/functional/recordings/shop/default.rec"
        )
    }
    assert refused_for_secrets(find_project(root), []) == {}
