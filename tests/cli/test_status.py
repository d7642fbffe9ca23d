"""`recproxy status`."""

import json

import pytest

pytest.importorskip("fsspec")

from checkouts import said, stored_project


def test_the_folder_is_told_beside_the_lock(tmp_path):
    project, recording = stored_project(tmp_path)

    assert said(project, "status") == (
        1,
        "new: shop/default.rec\n",
        "0 recordings of 0 in recproxy.lock the same here\n",
    )
    said(project, "push")
    assert said(project, "status", "--store") == (0, "", "1 recording of 1 in recproxy.lock the same here\n")
    recording.write_text("mine")
    assert said(project, "status")[:2] == (1, "changed: shop/default.rec\n")
    recording.unlink()
    assert said(project, "status")[:2] == (1, "missing: shop/default.rec\n")


def test_the_store_is_read_if_it_is_asked_for(tmp_path):
    project, _ = stored_project(tmp_path)
    said(project, "push")
    (object_file,) = (path for path in (tmp_path / "store").rglob("*") if path.is_file())
    object_file.write_text("x" * 89)

    code, out, _ = said(project, "status", "--store", "--json")
    assert (code, json.loads(out)["changed_in_store"], json.loads(out)["same"]) == (1, ["shop/default.rec"], 1)
    object_file.unlink()
    assert said(project, "status", "--store")[:2] == (1, "missing in store: shop/default.rec\n")


def test_credentials_in_the_url_are_not_shown(tmp_path):
    project, _ = stored_project(tmp_path)
    settings = project / "pyproject.toml"
    text = settings.read_text()
    for url in (
        "simplecache::s3://AKIA1:pass-word/x@bucket/suite?y=pass-word",
        "sftp://pass-word@bucket/suite?y=pass-word",
    ):
        settings.write_text(text.replace(f"file://{tmp_path}/store", url))
        shown = url.replace("AKIA1:pass-word/x@", "XXX@").replace("pass-word@", "XXX@").replace("y=pass-word", "XXX")

        code, out, error = said(project, "status", "--json")
        assert (code, json.loads(out)["store"], error) == (1, shown, "")
        for how in ((), ("--json",)):
            code, out, error = said(project, "run", "--show-config", *how)
            assert (code, shown in out) == (0, True)
            assert "pass-word" not in out + error
        for words in (("push",), ("status", "--store")):
            code, out, error = said(project, *words)
            assert "pass-word" not in out + error
