"""Names of a package that are imported when they are asked for."""

import sys
import types

import pytest

from recproxy.lazy.names import names_when_asked


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "first.py").write_text("ONE = object()\n")
    (tmp_path / "second.py").write_text("raise AssertionError('nobody has asked for it')\n")
    made = types.ModuleType("a_package")
    made.__path__ = [str(tmp_path)]
    made.__getattr__ = names_when_asked("a_package", {"first": ("ONE",), "second": ("TWO",)})
    monkeypatch.setitem(sys.modules, "a_package", made)
    yield made
    for name in [name for name in sys.modules if name.startswith("a_package.")]:
        del sys.modules[name]


def test_a_name_is_that_of_its_module_and_no_other_module_is_imported(package):
    assert package.ONE is sys.modules["a_package.first"].ONE
    assert "a_package.second" not in sys.modules


def test_a_name_is_looked_for_once(package):
    one = package.ONE
    del package.__getattr__

    assert package.ONE is one


def test_another_name_is_refused_as_python_does(package):
    with pytest.raises(AttributeError, match=r"module 'a_package' has no attribute 'absent'"):
        getattr(package, "absent")  # noqa: B009 - asked for as a program does
