"""Which recordings a viewer shows, and that names lead nowhere else."""

import pytest

from recproxy.errors import RecordingError

FOLDER = "tests/functional/recordings/shop"


def test_recordings_are_listed_with_their_profiles(files):
    assert [(each.name, each.profile) for each in files.listed()] == [
        (f"{FOLDER}/leaky.rec", "shop"),
        (f"{FOLDER}/mail.rec", "shop"),
        (f"{FOLDER}/orders.rec", "shop"),
    ]


def test_a_link_that_leads_out_is_refused(files, project):
    (project / "outside.rec").write_text("#recproxy 2\n")
    (project / FOLDER / "link.rec").symlink_to(project / "outside.rec")

    with pytest.raises(RecordingError, match="a link leads out of"):
        files.find(f"{FOLDER}/link.rec")


@pytest.mark.parametrize("name", [f"{FOLDER}/../../../x.rec", f"{FOLDER}/.hidden/a.rec", f"{FOLDER}/none.rec"])
def test_what_is_not_there_or_not_shown_is_refused(files, name):
    with pytest.raises(RecordingError):
        files.find(name)


def test_a_name_with_control_characters_is_found_by_what_is_shown_of_it(files, project):
    (project / FOLDER / "a\x1bb.rec").write_text("#recproxy 2\n")

    assert files.find(f"{FOLDER}/a\\x1bb.rec")[0].name == "a\x1bb.rec"


def test_a_secret_in_the_name_of_a_file_is_masked_and_the_file_is_found_by_what_is_shown(files, project):
    token = "gh" + "p_" + "a1B2" * 9
    path = project / FOLDER / f"test_{token}.rec"
    path.write_text("#recproxy 2\n")

    name = files.name(path)
    assert (token in name, files.find(name)[0]) == (False, path)

    (project / FOLDER / f"test_{token[:-1]}X.rec").write_text("#recproxy 2\n")
    with pytest.raises(RecordingError, match="2 recordings are shown with this name"):
        files.find(name)
