from recproxy.play.recording_names import failed_path, recordings_below


def test_what_failed_stands_next_to_the_recording(tmp_path):
    assert failed_path(tmp_path / "test_a.rec") == tmp_path / "test_a.failed.rec"
    assert failed_path(tmp_path / "test_a.har") == tmp_path / "test_a.har.failed.rec"


def test_recordings_are_files_without_what_failed(tmp_path):
    for name in ("b.rec", "a.rec", "a.failed.rec", "a.har", "inner/c.rec"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "folder.rec").mkdir()

    assert recordings_below(tmp_path) == [tmp_path / "a.rec", tmp_path / "b.rec", tmp_path / "inner/c.rec"]
