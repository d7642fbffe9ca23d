"""The lock: which recordings belong to a commit."""

import json

import pytest

from recproxy.errors import ConfigurationError
from recproxy.stores.lock import LockedFile, is_recording_name, read_lock, written_lock

HASH = "a" * 64


def locked(tmp_path, files, version=1):
    path = tmp_path / "recproxy.lock"
    path.write_text(json.dumps({"version": version, "files": files}))
    return path


def test_what_is_written_is_read_again(tmp_path):
    files = {name: LockedFile(sha256=HASH, size=number) for number, name in enumerate(("b/é.rec", "a/x y.rec"))}
    path = tmp_path / "recproxy.lock"
    path.write_bytes(written_lock(files))

    assert dict(read_lock(path)) == files
    assert path.read_text() == (
        '{\n  "version": 1,\n  "files": {\n'
        f'    "a/x y.rec": {{"sha256": "{HASH}", "size": 1}},\n    "b/é.rec": {{"sha256": "{HASH}", "size": 0}}\n'
        "  }\n}\n"
    )
    path.write_bytes(written_lock({}))
    assert dict(read_lock(path)) == {}
    assert dict(read_lock(tmp_path / "none")) == {}


@pytest.mark.parametrize(
    "name",
    [
        *("../x.rec", "a/../../x.rec", "/etc/x.rec", "", "a//b.rec", "a/", ".rec", "..", "a/./b.rec"),
        *(".journal/x.rec", "a/.pulled/x.rec", "a/x.failed.rec"),
        *("a\\b.rec", "C:x.rec", "a\nb.rec", "a\x00b.rec", "a\x1b[2J.rec"),
        *("shop/\ud800.rec", "a" * 252 + ".rec", "a/" * 1024 + "a.rec"),
        *("conftest.py", "shop/test_x.py", "shop/.gitattributes", "shop/a", "shop/a.rec.pth", "shop/pyproject.toml"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_in_one_line(tmp_path, name):
    assert not is_recording_name(name)
    with pytest.raises(ConfigurationError) as raised:
        read_lock(locked(tmp_path, {name: {"sha256": HASH, "size": 1}}))
    assert "is no name of a recording below the folder of the recordings: remove the line" in raised.value.message
    assert raised.value.message.isprintable()


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], {}, {"sha256": HASH}, {"sha256": HASH, "size": -1}, {"sha256": HASH, "size": True}),
        *({"sha256": HASH.upper(), "size": 1}, {"sha256": HASH + "a", "size": 1}, {"sha256": HASH, "size": 1 << 60}),
    ],
)
def test_an_entry_that_is_none_is_named(tmp_path, value):
    with pytest.raises(ConfigurationError, match=r"a.rec: sha256 or size is missing or wrong"):
        read_lock(locked(tmp_path, {"a.rec": value}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{\n<<<<<<< ours\n"a": 1\n', ":2: it is no JSON: settle the conflict that git left"),
        (b'{\n"a"', ":2: it is no JSON: take the version in git"),
        (b"\xff\xfe", ": it is no JSON: take the version in git"),
        (b"[" * 100_000, ": it is no JSON: take the version in git"),
        (b"[]", ": it is no lock of version 1"),
        (
            b'{"version": 1, "files": {\n"a.rec": {},\n"b.rec": {},\n"a.rec": {}\n}}',
            ":4: 'a.rec' is there twice: keep the line",
        ),
        (b'{"version": 1, "version": 1, "files": {}}', ": 'version' is there twice"),
        (b'{"files": {"a.rec": {"size": 1, "size": 2}}}', ": 'size' is there twice"),
        (b'{"version": 2, "files": {}}', ": it is no lock of version 1"),
    ],
)
def test_what_is_no_lock_is_one_line_with_its_place(tmp_path, text, said):
    (tmp_path / "recproxy.lock").write_bytes(text)
    with pytest.raises(ConfigurationError) as raised:
        read_lock(tmp_path / "recproxy.lock")
    assert said in raised.value.message


@pytest.mark.parametrize(
    "name", ["a.rec", "shop/test_x/test[é].rec", "shop/a.yaml", "a.yml", "b.json", "c.har", "a" * 251 + ".rec"]
)
def test_a_name_of_a_recording_of_any_tool_is_taken(name):
    assert is_recording_name(name)
