"""One row per format, found by content."""

import re
from pathlib import Path

from recproxy.formats import FOLDER_FORMATS, FORMATS, by_name, folder_format_of, format_of


def test_each_name_stands_once_and_finds_its_row():
    assert [by_name(each.name) for each in FORMATS] == list(FORMATS)
    assert by_name("carrier pigeon") is None


def test_content_tells_the_format_whatever_the_name():
    assert format_of(b"version: 1\ninteractions:\n- request:\n").name == "vcrpy"
    assert format_of(b"nothing of the kind\n") is None


def test_a_folder_of_other_files_is_no_recording():
    assert folder_format_of(["holiday.jpg"]) is None


def test_each_file_is_written_with_an_ending():
    assert all(each.suffixes[0].startswith(".") for each in FORMATS)


def test_the_page_has_a_row_for_each():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| [^|]+ \| yes \| (yes|) ?\|", page, re.MULTILINE)

    assert rows == [
        *((each.name, "yes" if each.dump else "") for each in FORMATS),
        *((each.name, "") for each in FOLDER_FORMATS),
    ]
