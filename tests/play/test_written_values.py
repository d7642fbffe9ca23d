"""What stands written in a project is no program's chance: its files, its recordings, its environment."""

import os
import time

import pytest

from recproxy.play import written_values
from recproxy.play.written_values import WrittenValues, written_digests
from recproxy.redaction.fresh_shapes import normal_form, written_tokens

ID, OTHER = "7d1f3a52-4c0e-4b7b-9f43-2f6f6a1b7c90", "b20c55be-8a34-4f1e-8c1d-3be0d2a9e611"


def has(written, value, recording=""):
    return written.has(normal_form(value.encode()), recording)


@pytest.mark.parametrize(
    "spelled", [ID, ID.upper(), ID.replace("-", ""), f"https://a.example/orders/{ID}?x", f"e2e_{ID}"]
)
def test_a_value_in_any_file_is_written_however_it_is_spelled(tmp_path, spelled):
    (tmp_path / "tests/data").mkdir(parents=True)
    (tmp_path / "tests/data/orders.bin").write_bytes(b"\x00\xff'" + spelled.encode() + b"'\n")

    written = WrittenValues(str(tmp_path))
    assert has(written, ID)
    assert not has(written, OTHER)


def test_the_environment_and_a_recording_elsewhere_count_too(tmp_path):
    project, elsewhere = tmp_path / "project", tmp_path / "package/default.rec"
    for folder in (project, elsewhere.parent):
        folder.mkdir()
    elsewhere.write_text(f"GET https://a.example/{OTHER} HTTP/1.1\n")

    written = WrittenValues(str(project), written_digests([f"account={ID}"]))
    assert has(written, ID)
    assert (has(written, OTHER), has(written, OTHER, str(elsewhere))) == (False, True)
    assert not has(written, OTHER, str(tmp_path / "package/new.rec"))


def test_a_recording_elsewhere_is_read_once_for_all_values_and_again_when_it_has_changed(tmp_path, monkeypatch):
    elsewhere, read = tmp_path / "default.rec", []
    elsewhere.write_text(f"GET https://a.example/{OTHER} HTTP/1.1\n")
    monkeypatch.setattr(written_values, "written_tokens", lambda text: read.append(text) or written_tokens(text))

    written = WrittenValues(str(tmp_path / "project"))
    assert (has(written, ID, str(elsewhere)), has(written, OTHER, str(elsewhere)), len(read)) == (False, True, 1)

    elsewhere.write_text(f"GET https://a.example/{ID} HTTP/1.1\n")
    os.utime(elsewhere, (1, 1))
    assert (has(written, ID, str(elsewhere)), has(written, OTHER, str(elsewhere)), len(read)) == (True, False, 2)


@pytest.mark.parametrize(("moment", "counts"), [(-60, True), (60, False), (7200, True)])
def test_what_the_run_itself_has_written_does_not_count(tmp_path, moment, counts):
    begun = time.time() - 3600
    (tmp_path / "app.log").write_text(f"PUT {ID}\n")
    os.utime(tmp_path / "app.log", (begun + moment, begun + moment))

    assert has(WrittenValues(str(tmp_path), begun=begun), ID) is counts


@pytest.mark.parametrize("folder", [".git", "node_modules", "env"])
def test_what_others_wrote_or_what_is_hidden_does_not_count(tmp_path, folder):
    (tmp_path / folder).mkdir()
    (tmp_path / "env/pyvenv.cfg").parent.mkdir(exist_ok=True)
    (tmp_path / "env/pyvenv.cfg").write_text("")
    (tmp_path / folder / "text").write_text(ID)

    assert not has(WrittenValues(str(tmp_path)), ID)


def test_in_a_project_too_large_to_be_read_everything_may_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(written_values, "_MOST_FILES", 1)
    for name in ("a", "b"):
        (tmp_path / name).write_text("")

    assert has(WrittenValues(str(tmp_path)), ID)
