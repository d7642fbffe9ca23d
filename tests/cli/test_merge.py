"""`recproxy merge` as git calls it."""

from __future__ import annotations

from command_line import recproxy

TEXT = "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{}\n=======\n"


def merge(folder, *texts):
    for name, text in zip(("base", "ours", "theirs"), texts, strict=True):
        (folder / name).write_text(text)
    done = recproxy("merge", "--marker-size", "32", "base", "ours", "theirs", folder=folder)
    return done.returncode, (folder / "ours").read_text()


def test_the_result_is_in_ours_and_the_code_says_whether_there_are_conflicts(tmp_path):
    one, two, three = (TEXT.format(word) for word in ("one", "two", "three"))

    assert merge(tmp_path, one, one, two) == (0, two)
    code, text = merge(tmp_path, one, two, three)
    assert (code, text.count("<" * 32 + " ours\n"), text.count(">" * 32 + " theirs\n")) == (1, 1, 1)


def test_files_that_are_no_recordings_are_merged_by_lines(tmp_path):
    assert merge(tmp_path, "a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n") == (0, "A\nb\nC\n")
    code, text = merge(tmp_path, "a\n", "b\n", "c\n")
    assert (code, text.startswith("<" * 32 + " ours\n")) == (1, True)


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    done = recproxy("merge", "a.rec", "b.rec", "c.rec", folder=tmp_path)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Error: Invalid value for 'BASE': File 'a.rec' does not exist."
