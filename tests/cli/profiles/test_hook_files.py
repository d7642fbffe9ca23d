"""Hooks that a profile names and its package does not have, told without running anything."""

import pytest

from recproxy.cli.profiles.hook_files import missing_hooks
from recproxy.config.profile import HookNames

MODULE = """\
import os.path
from json import dumps as text
raise AssertionError("a check runs nothing")

def compare(request): ...
async def later(request): ...
class Made: ...
plain = typed = compare
other: object = compare
"""


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "recproxy_shop"
    (folder / "inner").mkdir(parents=True)
    for path in (folder, folder / "inner"):
        (path / "__init__.py").write_text("def here(request): ...\n")
    (folder / "hooks.py").write_text(MODULE)
    (folder / "broken.py").write_text("x = 1\ndef f(:\n")
    return folder


def missing(package, target):
    names = HookNames(compare=target, places={"compare": "profile.toml:7"})
    return list(missing_hooks(names, package / "profile.toml"))


@pytest.mark.parametrize("name", ["compare", "Made", "plain", "typed", "other", "text"])
def test_what_a_module_has_at_its_top_is_there(package, name):
    assert missing(package, f"recproxy_shop.hooks:{name}") == []


@pytest.mark.parametrize("module", ["recproxy_shop", "recproxy_shop.inner", "another_package.hooks"])
def test_packages_are_modules_and_other_packages_are_not_looked_into(package, module):
    assert missing(package, f"{module}:here") == []


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("recproxy_shop.hooks:compair", "module 'recproxy_shop.hooks' has no function 'compair'"),
        ("recproxy_shop.hooks:later", "module 'recproxy_shop.hooks' has no function 'later'"),
        ("recproxy_shop.gone:compare", "there is no module 'recproxy_shop.gone' in "),
    ],
)
def test_what_is_not_there_is_told_at_the_key(package, target, wanted):
    ((place, message),) = missing(package, target)

    assert place == "profile.toml:7"
    assert message.startswith(f"hooks.compare {target!r}: {wanted}")


def test_a_module_that_does_not_parse_is_told_at_its_line(package):
    ((place, message),) = missing(package, "recproxy_shop.broken:f")

    assert place == f"{package / 'broken.py'}:2"
    assert "the module cannot be parsed: " in message
