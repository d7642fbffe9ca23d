"""Where pytest is set up, and its file with the mode in it."""

import pytest

from recproxy.cli.pytest_settings import settings_of_pytest, with_mode


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        (
            "pyproject.toml",
            "[tool.x]\n[tool.pytest.ini_options] # ours\naddopts = '-q'\n",
            "[tool.x]\n[tool.pytest.ini_options] # ours\nrecproxy_mode = \"replay\"\naddopts = '-q'\n",
        ),
        ("pyproject.toml", "[tool.pytest]\nx = 1", '[tool.pytest]\nrecproxy_mode = "replay"\nx = 1'),
        ("pytest.toml", "[pytest]", '[pytest]\nrecproxy_mode = "replay"\n'),
        ("setup.cfg", "[tool:pytest]\n", "[tool:pytest]\nrecproxy_mode = replay\n"),
        # Its header is nowhere, or what stands there is none.
        ("pyproject.toml", "[tool]\npytest.ini_options.addopts = '-q'\n", ""),
        ("pyproject.toml", '[tool]\nx = """\n[tool.pytest.ini_options]\n"""\n', ""),
        ("tox.ini", "[testenv]\n", ""),
        ("tox.ini", "no header\n[pytest]\n", ""),
    ],
)
def test_the_mode_stands_below_the_header(name, text, wanted):
    assert with_mode(name, text) == wanted


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, ""),
        ({"tox.ini": "[testenv]\n", "setup.cfg": "[metadata]\n", "pyproject.toml": "[project]\n"}, ""),
        ({"pytest.ini": "", "pyproject.toml": "[tool.pytest.ini_options]\n"}, "pytest.ini"),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n", "tox.ini": "[pytest]\n"}, "pyproject.toml"),
        ({"pyproject.toml": "[tool.pytest]\n"}, "pyproject.toml"),
        ({"tox.ini": "[pytest]\n", "setup.cfg": "[tool:pytest]\n"}, "tox.ini"),
        ({"setup.cfg": "[tool:pytest]\n"}, "setup.cfg"),
    ],
)
def test_pytest_reads_the_first_file_with_settings(tmp_path, files, wanted):
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    assert settings_of_pytest(tmp_path) == wanted
