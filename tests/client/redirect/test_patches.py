"""Patches made and taken back, at once or on import."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import SimpleNamespace

import pytest

from recproxy.client.redirect.patches import ImportHook, Patches


class Base:
    def method(self):
        return "base"


class Derived(Base):
    pass


def louder(original):
    return lambda *args: original(*args).upper()


def test_an_own_attribute_comes_back():
    owner, patches = SimpleNamespace(say=lambda: "word"), Patches()
    before = owner.say

    patches.replace(owner, "say", louder)
    assert owner.say() == "WORD"
    patches.undo()

    assert owner.say is before


def test_an_inherited_attribute_is_patched_on_the_class_and_leaves_no_trace():
    patches = Patches()

    patches.replace(Derived, "method", louder)
    assert (Derived().method(), Base().method()) == ("BASE", "base")
    patches.undo()

    assert "method" not in vars(Derived)


def test_what_another_tool_put_over_a_patch_stays():
    owner, patches = SimpleNamespace(say=lambda: "word"), Patches()
    patches.replace(owner, "say", louder)
    theirs = owner.say = lambda: "theirs"

    patches.undo()

    assert owner.say is theirs


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module that can be imported and is not."""
    (tmp_path / "patched_sample.py").write_text("def say(): return 'word'\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield "patched_sample"
    sys.modules.pop("patched_sample", None)


@pytest.fixture
def hooked(module):
    """An import hook that notes the modules it was called for."""
    called = []
    hook = ImportHook({module: called.append})
    yield hook, called
    hook.remove()


def test_a_module_is_patched_when_it_is_imported(module, hooked):
    hook, called = hooked
    hook.insert()
    assert called == []

    imported = importlib.import_module(module)

    assert called == [imported]
    assert imported.say() == "word"


def test_a_loaded_module_is_patched_at_once(module, hooked):
    hook, called = hooked
    imported = importlib.import_module(module)

    hook.insert()

    assert called == [imported]


def test_a_patched_module_has_its_own_loader(module, hooked):
    hook, _ = hooked
    hook.insert()

    imported = importlib.import_module(module)

    assert type(imported.__loader__).__name__ == "SourceFileLoader"
    assert imported.__spec__.loader is imported.__loader__


def test_a_spec_that_is_only_looked_at_can_do_what_its_loader_can(module, hooked):
    hook, called = hooked
    hook.insert()

    spec = importlib.util.find_spec(module)

    assert "def say" in spec.loader.get_source(module)
    assert called == []


def test_a_reloaded_module_is_patched_again(module, hooked):
    hook, called = hooked
    hook.insert()
    imported = importlib.import_module(module)

    importlib.reload(imported)

    assert called == [imported, imported]


def test_a_module_that_does_not_exist_stays_so():
    hook = ImportHook({"patched_absent": lambda module: None})
    hook.insert()
    try:
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("patched_absent")
    finally:
        hook.remove()


def test_a_folder_of_the_same_name_is_a_package_without_a_loader_to_patch(tmp_path, monkeypatch):
    (tmp_path / "patched_folder").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    hook = ImportHook({"patched_folder": pytest.fail})

    assert list(hook.find_spec("patched_folder", None).submodule_search_locations) == [str(tmp_path / "patched_folder")]


def test_after_removal_nothing_is_patched(module, hooked):
    hook, called = hooked
    hook.insert()
    hook.remove()
    hook.remove()

    importlib.import_module(module)

    assert called == []


def test_a_patch_that_fails_costs_a_line_not_the_import(module, capsys):
    def fail(module):
        raise AttributeError("Loop")

    hook = ImportHook({module: fail})
    hook.insert()
    try:
        assert importlib.import_module(module).say() == "word"
    finally:
        hook.remove()

    assert capsys.readouterr().err == "recproxy: patched_sample is not redirected: AttributeError('Loop')\n"
