"""Which file is the recording of a test whose cassette was imported."""

from functools import partial

import pytest

from recproxy.client.imported_names import imported_recording
from recproxy.client.names import recording_of_test

NAMED = partial(recording_of_test, ("test_m",))
SCOPES = {
    "imported": "",
    "recorded for the test": ":scope test_m.test_x[a/b]\n",
    "recorded for another": ":scope test_m.test_x[a-b]\n",
}


def found(folder, *names):
    return imported_recording(NAMED(names), names, recordings=folder, scope=".".join(("test_m", *names)), name_of=NAMED)


def write(folder, name, scope=""):
    path = folder / "shop" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#recproxy 2\n\n{scope}GET http://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n\n=======\n")


@pytest.mark.parametrize("names", [("test_x[a/b]",), ("TestX", "test_x[a/b]"), ("TestOuter", "TestX", "test_x[a/b]")])
def test_without_an_imported_file_the_name_stays(tmp_path, names):
    assert found(tmp_path / "none", *names) == NAMED(names)
    assert found(tmp_path, *names) == NAMED(names)


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (("test_x[a/b]",), "test_m/test_x[a-b].rec"),
        (("TestX", "test_x[a/b]"), "test_m/TestX.test_x[a-b].rec"),
        (("TestOuter", "TestX", "test_x[a/b]"), "test_m/TestX.test_x[a-b].rec"),
        (("TestOuter", "TestX", "test_x"), "test_m/TestX.test_x.rec"),
        (("TestOuter", "TestX", "test_x[a:b]"), NAMED(("TestX", "test_x[a:b]"))),
    ],
)
def test_an_imported_file_is_its_tests_until_that_has_its_own(tmp_path, names, name):
    write(tmp_path, name)
    assert found(tmp_path, *names) == name

    write(tmp_path, NAMED(names))
    assert found(tmp_path, *names) == NAMED(names)


@pytest.mark.parametrize("kind", SCOPES)
def test_a_file_that_another_test_recorded_is_not_taken(tmp_path, kind):
    write(tmp_path, "test_m/test_x[a-b].rec", SCOPES[kind])

    expected = NAMED(["test_x[a/b]"]) if kind == "recorded for another" else "test_m/test_x[a-b].rec"
    assert found(tmp_path, "test_x[a/b]") == expected
