"""Looking for secrets in the recordings of a project."""

from checkouts import RECORDING, stored_project

from recproxy.cli.secret_search import refused_for_secrets
from recproxy.config.project import find_project


def test_each_recording_is_searched_by_the_rules_of_its_profile(tmp_path, monkeypatch, capsys):
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
    said = "recproxy: bank: no profile has this name: searched for secrets by the built-in rules\n"
    assert capsys.readouterr().err == said
    assert refused_for_secrets(find_project(root), []) == {} and capsys.readouterr().err == ""
    names = [f"{number}.rec" for number in range(5)]
    for name in names:
        (bank.parents[1] / name).write_text(RECORDING)
    assert refused_for_secrets(find_project(root), names) == {}
    assert capsys.readouterr().err == said.replace("bank", "0.rec, 1.rec, 2.rec and 2 more")


def test_a_profile_that_no_run_uses_by_default_or_that_is_broken_hides_no_secret(tmp_path, monkeypatch, capsys):
    root, recording = stored_project(tmp_path)
    recording.write_text(RECORDING.replace("HTTP/1.1\n", f"HTTP/1.1\nX-House-Key: {'hunter' * 2}\n", 1))
    settings = root / "pyproject.toml"
    text = settings.read_text()
    rule = "[tool.recproxy.profiles.shop.redact]\nheaders = ['x-house-key']\n"
    run = text.replace("[tool.recproxy]\n", "[tool.recproxy]\nrun = ['twitter']\n", 1)
    listed = text.partition("[tool.recproxy.profiles")[0].replace(
        "[tool.recproxy]", "[tool.recproxy]\nprofiles = ['./own']", 1
    )
    (root / "own").mkdir()
    (root / "own/profile.toml").write_text("colour = 3\n")
    monkeypatch.chdir(root)

    for written, why in (
        (run + rule, "holds secrets: header in request header X-House-Key (line 4); "),
        (text + rule + "patterns = ['(']\n", "cannot be searched for secrets: pyproject.toml:8: "),
        (text + rule + "colour = 3\n", "cannot be searched for secrets: pyproject.toml:8: "),
        (listed, "cannot be searched for secrets: own/profile.toml:1: "),
    ):
        settings.write_text(written)
        refused = refused_for_secrets(find_project(root), ["shop/default.rec"])
        assert list(refused) == ["shop/default.rec"], written
        assert refused["shop/default.rec"].startswith(why), refused
    assert capsys.readouterr().err == ""
