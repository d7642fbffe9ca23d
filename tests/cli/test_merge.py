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
    assert done.stderr == (
        "recproxy: Invalid value for 'PATH...': Path 'a.rec' does not exist (see recproxy merge --help)\n"
    )


def shard(folder, name, text):
    path = folder / name / "shop/default.rec"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_the_recordings_of_shards_become_those_of_the_project(tmp_path):
    for number in (1, 2):
        shard(tmp_path, f"shard-{number}", TEXT.format(number).replace("GET", f":scope t{number}\nGET"))

    done = recproxy("merge", "shard-1", "shard-2", folder=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("tests/functional/recordings\n")
    text = (tmp_path / "tests/functional/recordings/shop/default.rec").read_text()
    assert text.index(":scope t1") < text.index(":scope t2")
    again = recproxy("merge", "--into", "tests/functional/recordings", "shard-1", folder=tmp_path)
    assert again.returncode == 0


def test_a_conflict_of_shards_is_named_and_nothing_is_written(tmp_path):
    for number in (1, 2):
        shard(tmp_path, f"shard-{number}", TEXT.format(number).replace("GET", ":scope t\nGET"))

    done = recproxy("merge", "shard-1", "shard-2", folder=tmp_path)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "recproxy: shop/default.rec: scope 't' was recorded by shard-1 and shard-2, and differs",
        "recproxy: 1 conflict: nothing was written; record it in one shard only, or choose a file",
    ]
    assert not (tmp_path / "tests").exists()


def test_folders_and_files_do_not_mix(tmp_path):
    shard(tmp_path, "shard-1", TEXT)
    for words in (
        ("shard-1", "shard-1/shop/default.rec"),
        ("shard-1/shop/default.rec",),
        ("--into", ".", *["shard-1/shop/default.rec"] * 3),
    ):
        done = recproxy("merge", *words, folder=tmp_path)
        assert done.returncode == 2
        assert done.stderr == "recproxy: give folders of recordings, or three files: BASE OURS THEIRS\n"
    done = recproxy("merge", "--marker-size", "7", "shard-1", folder=tmp_path)
    assert done.stderr == "recproxy: --marker-size is for files: leave it out\n"


CONFLICT = TEXT.replace("GET", "<<<<<<< ours\nGET")


def test_what_is_no_folder_of_recordings_is_named_and_nothing_is_written(tmp_path):
    shard(tmp_path, "good", TEXT)
    shard(tmp_path, "tests/functional/recordings", TEXT)
    shard(tmp_path, "nested/recordings", TEXT)
    shard(tmp_path, "marked", CONFLICT)
    shard(tmp_path, "unread", TEXT.replace("HTTP/1.1 200", "HTTP 200"))
    (tmp_path / "empty").mkdir()
    for name, text in (
        ("program/shop/x.py", "x = 1"),
        ("yaml/shop/a.yaml", "interactions:\n<<<<<<< HEAD\n- request: 1\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    before = sorted(tmp_path.rglob("*"))

    for words, said in (
        (("good", "empty"), "empty: holds no recordings: name the folder of a shard's recordings"),
        (("good", "nested"), "nested: its recordings are in nested/recordings: name that folder"),
        (("good", "program"), "program/shop/x.py: is no recording: take it out of what is merged"),
        (
            ("good", "marked"),
            (
                "marked/shop/default.rec:3: expected a merged file, found the conflict marker '<<<<<<< ours'; "
                "resolve the conflict by hand"
            ),
        ),
        (("yaml",), "yaml/shop/a.yaml:2: is a conflict marker of git: resolve the conflict by hand"),
        (("--into", "tests", "good"), "tests: its recordings are in tests/functional/recordings: name that folder"),
        (
            ("--into", "test", "good"),
            "Invalid value for '--into': Folder 'test' does not exist (see recproxy merge --help)",
        ),
    ):
        done = recproxy("merge", *words, folder=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines()[-1].removeprefix("recproxy: ") == said
    done = recproxy("merge", "good", "unread", folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("recproxy: unread/shop/default.rec:")
    assert sorted(tmp_path.rglob("*")) == before
