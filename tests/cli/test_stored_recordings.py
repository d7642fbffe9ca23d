"""What `pull`, `push` and `status` share."""

from checkouts import said


def test_a_project_without_a_store_is_told_how_to_have_one(tmp_path):
    for verb in ("pull", "push", "status"):
        code, _, error = said(tmp_path, verb)
        assert code == 2
        assert 'this project has no store: write recordings = "s3://BUCKET/FOLDER"' in error
