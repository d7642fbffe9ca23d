"""The table `grpc` of a profile."""

import pytest

from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError

TEXT = 'schema = 1\nname = "notes"\n[[endpoints]]\nprotocol = "http"\nhosts = ["notes.example"]\n[grpc]\n'


def parsed(path, lines):
    path.write_text(TEXT + lines)
    return parse_profile(read_toml(path, ProfileError)).grpc


def test_descriptors_are_relative_to_the_file_that_names_them(tmp_path):
    table = parsed(tmp_path / "profile.toml", 'descriptors = "api/notes.binpb"')

    assert table.place == str(tmp_path / "api" / "notes.binpb")
    assert table.reflection


def test_without_them_there_is_no_place(tmp_path):
    assert parsed(tmp_path / "profile.toml", "reflection = false").place == ""


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ProfileError, match="name a file of descriptors, as api.binpb, or a .proto file"):
        parsed(tmp_path / "profile.toml", 'descriptors = "notes.json"')
