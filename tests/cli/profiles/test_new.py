"""`recproxy profiles new`: what it writes builds, is installed, and passes its own tests at once."""

import os
import zipfile

import prestarted
import pytest
from command_line import recproxy
from deadlines import seconds
from wheels import built_wheel


@pytest.fixture
def run(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "PYTEST"))}

    def call(module, *words):
        done = prestarted.run(module, words, cwd=tmp_path, environment=environment, timeout=seconds(100))
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return call


@pytest.fixture
def new(tmp_path):
    def call(*words):
        return recproxy("profiles", "new", *words, folder=tmp_path)

    return call


def test_a_new_distribution_builds_and_passes_its_own_tests(run, tmp_path):
    words = ("new", "shop", "--host", "api.shop.example", "--credential", "SHOP_KEY")
    words += ("--base-url", "SHOP_API_BASE", "--base-path", "/v1")
    done = run("recproxy", "profiles", *words)
    root = tmp_path / "recproxy-shop"

    assert sorted(done.stdout.splitlines()) == sorted(
        str(path.relative_to(tmp_path)) for path in root.rglob("*") if path.is_file()
    )
    assert done.stderr.startswith("recproxy: wrote profile 'shop'; try it with: ")

    run("pytest", "-q", "-p", "no:cacheprovider", str(root))
    pytest.importorskip("hatchling")
    with zipfile.ZipFile(built_wheel(root)) as wheel:
        names = set(wheel.namelist())
        points = wheel.read("recproxy_shop-0.1.0.dist-info/entry_points.txt").decode()

    assert {"recproxy_shop/profile.toml", "recproxy_shop/recordings/example.rec"} <= names
    assert "[recproxy.profiles]\nshop = recproxy_shop" in points


def test_what_is_there_is_not_written_over(new, tmp_path):
    (tmp_path / "recproxy-shop").mkdir()
    (tmp_path / "recproxy-shop" / "mine.txt").write_text("mine")

    done = new("shop", "--host", "api.shop.example")

    assert done.returncode == 2
    assert done.stderr == "recproxy: recproxy-shop: exists and is not empty: choose another folder with --folder\n"
    assert [path.name for path in (tmp_path / "recproxy-shop").iterdir()] == ["mine.txt"]


def test_a_folder_may_be_chosen(new, tmp_path):
    done = new("shop", "--host", "api.shop.example", "--folder", "a/b")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a/b/recproxy_shop/profile.toml").is_file()


def test_a_host_is_needed(new):
    done = new("shop")

    assert done.returncode == 2
    assert "Missing option '--host'" in done.stderr
