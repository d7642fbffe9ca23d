"""The user's editor: which one, and how it is started."""

import os
import threading

import pytest

from recproxy.errors import ConfigurationError
from recproxy.ui.user_editor import Editor, find_editor


def program(folder, name, text="exit 0"):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_the_editor_that_is_named_comes_before_one_that_is_installed(tmp_path):
    program(tmp_path, "subl")
    path = str(tmp_path)

    assert find_editor({"PATH": path}) == Editor("subl", ("subl", "{file}:{line}"))
    assert find_editor({"PATH": path, "VISUAL": "code --wait"}).command == ("code", "--wait", "--goto", "{file}:{line}")
    assert find_editor({"PATH": path, "VISUAL": "vim", "EDITOR": "/opt/kate"}).name == "kate"
    assert find_editor({"PATH": path, "VISUAL": "'"}).name == "subl"
    assert find_editor({"PATH": str(tmp_path / "none"), "EDITOR": "vi"}) is None


def test_it_is_started_with_the_file_and_line_as_words(tmp_path):
    os.mkfifo(tmp_path / "said")
    editor = program(tmp_path, "code", f'printf "%s|" "$@" > "{tmp_path}/said"')
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "said").read_text()))
    reader.start()

    Editor("code", (str(editor), "--goto", "{file}:{line}")).open(tmp_path / "a $(x) {line}.rec", 7)

    reader.join()
    assert read == [f"--goto|{tmp_path}/a $(x) {{line}}.rec:7|"]


def test_one_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(ConfigurationError, match="set VISUAL to your editor"):
        Editor("code", (str(tmp_path / "code"), "{file}")).open(tmp_path, 1)


def test_a_page_opens_a_recording_in_it(viewer, project):
    with pytest.raises(ConfigurationError, match="no editor is known"):
        viewer.open({"name": "tests/functional/recordings/shop/orders.rec", "line": 3})
