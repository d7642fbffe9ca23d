"""The table `match.ignore` of a profile."""

import pytest

from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError

TEXT = 'schema = 1\nname = "notes"\n[[endpoints]]\nprotocol = "http"\nhosts = ["notes.example"]\n[match]\n'


def test_fields_of_messages_are_names_with_dots(tmp_path):
    path = tmp_path / "profile.toml"
    path.write_text(TEXT + 'ignore.grpc = ["request_id", "meta.*.at", "5.1"]')

    assert parse_profile(read_toml(path, ProfileError)).rules().ignore_grpc == ("request_id", "meta.*.at", "5.1")


@pytest.mark.parametrize("word", ["/request_id", "a..b", "a.b[0]", ""])
def test_anything_else_is_refused(tmp_path, word):
    path = tmp_path / "profile.toml"
    path.write_text(TEXT + f'ignore.grpc = ["{word}"]')

    with pytest.raises(ProfileError, match="write field names with dots, as in meta.timestamp"):
        parse_profile(read_toml(path, ProfileError))
