"""Libraries that may be missing: one line that says how to get them."""

import importlib.util
import subprocess
import sys
import types

import pytest
import yaml
from deadlines import seconds

from recproxy.errors import ConfigurationError, RecordingError
from recproxy.formats import extras, vcrpy


@pytest.fixture(autouse=True)
def fresh():
    extras.vcrpy_serializer.cache_clear()
    yield
    extras.vcrpy_serializer.cache_clear()


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(
        RecordingError, match=r"^a\.yaml: vcrpy is not installed.*need it: pip install 'recproxy\[vcrpy\]'$"
    ):
        vcrpy.load(b"interactions: []", "a.yaml")


def test_a_loader_that_builds_objects_is_not_used(monkeypatch):
    monkeypatch.setattr(extras, "_module", lambda *names: types.SimpleNamespace(deserialize=lambda text: {}))
    read = extras.vcrpy_serializer.__wrapped__("yamlserializer").deserialize

    assert read("a: !!python/tuple [1, !!python/unicode 'b', !!python/str c]") == {"a": (1, "b", "c")}
    with pytest.raises(yaml.constructor.ConstructorError):
        read("!!python/object/apply:os.system ['id']")


def test_reading_a_cassette_imports_no_client():
    program = (
        "import sys; from recproxy.formats import vcrpy; vcrpy.load(b'interactions: []', 'a');"
        "print(sorted({'requests', 'urllib3', 'httpx', 'aiohttp', 'vcr'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=seconds(60))

    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    ("module", "call", "message"),
    [
        ("yaml", extras.yaml_library, "PyYAML is not installed.*need it: pip install 'recproxy\\[responses\\]'$"),
        ("tomli_w", extras.toml_writer, "tomli-w is not installed.*need it: pip install 'recproxy\\[responses\\]'$"),
    ],
)
def test_other_missing_libraries_are_named_too(monkeypatch, module, call, message):
    monkeypatch.setitem(sys.modules, module, None)
    call.cache_clear()

    with pytest.raises(ConfigurationError, match=message):
        call()
