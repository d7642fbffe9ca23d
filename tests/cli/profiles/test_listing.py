"""`recproxy profiles`: what is installed, what the project adds, what is wrong."""

import json

import pytest
from command_line import recproxy

INLINE = """\
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["a.example", "b.example", "c.example", "d.example"]
[tool.recproxy.profiles.bank.match]
repeat = "miss"
"""
BANK = 'schema = 1\nname = "bank"\n[[endpoints]]\nhosts = ["bank.example"]\n'


@pytest.fixture
def site(tmp_path):
    """A folder of installed packages, with a profile `bank`."""
    site = tmp_path / "site"

    def install(distribution, version, text=BANK):
        package = distribution.replace("-", "_")
        (site / package).mkdir(parents=True)
        (site / package / "__init__.py").write_text("raise AssertionError('a profile package is not imported')")
        (site / package / "profile.toml").write_text(text)
        info = site / f"{package}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[recproxy.profiles]\nbank = {package}\n")
        return site / package / "profile.toml"

    install.site = site
    return install


@pytest.fixture
def listing(tmp_path, site):
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(INLINE)

    def run(*words):
        return recproxy("profiles", *words, folder=project, path=[str(site.site)])

    return run


def test_people_get_name_version_hosts_and_where_from(listing, site):
    site("bank-profile", "1.2")

    done = listing()

    lines = {line.split()[0]: " ".join(line.split()) for line in done.stdout.splitlines()}
    assert done.returncode == 0, done.stderr
    assert lines["name"] == "name version hosts from"
    assert lines["bank"] == (
        "bank 1.2 bank.example bank-profile: ../site/bank_profile/profile.toml, overridden by the project"
    )
    assert lines["shop"] == "shop - a.example, b.example, c.example and 1 more pyproject.toml"


def test_a_profile_that_the_project_lists_by_its_path_is_listed(tmp_path):
    (tmp_path / "profile.toml").write_text(BANK)
    (tmp_path / "recproxy.toml").write_text('profiles = ["profile.toml", "gone.toml"]\n')

    done = recproxy("profiles", folder=tmp_path)

    assert done.returncode == 2
    assert "bank - bank.example profile.toml" in [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "gone.toml" in done.stderr


def test_machines_get_all_of_it(listing, site):
    file = site("bank-profile", "1.2")

    rows = {row["name"]: row for row in json.loads(listing("--json").stdout)}

    assert rows["bank"] == {
        "name": "bank", "version": "1.2", "distribution": "bank-profile", "hosts": ["bank.example"],
        "path": str(file), "overridden": True, "problem": "",
    }  # fmt: skip
    assert rows["shop"]["hosts"] == ["a.example", "b.example", "c.example", "d.example"]


def test_two_profiles_with_one_name_are_both_listed_and_told_in_one_line(listing, site):
    site("bank-profile", "1.2")
    site("other-bank", "3")

    done = listing()

    assert done.returncode == 2
    assert done.stderr == (
        "recproxy: profile 'bank' is installed twice, by bank-profile 1.2 and other-bank 3: uninstall one of them\n"
    )
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("bank")] == ["1.2", "3"]


def test_a_profile_for_a_newer_recproxy_is_listed_and_says_so(listing, site):
    site("bank-profile", "9", "schema = 2\nhologram = 1\n")

    done = listing()

    assert done.returncode == 2
    assert done.stderr.startswith(
        "recproxy: ../site/bank_profile/profile.toml:1: schema is 2: the profile is for a newer recproxy; this is "
    )
    assert len(done.stderr.splitlines()) == 1


def test_a_path_that_leads_nowhere_is_the_problem_of_its_own_row_alone(tmp_path, site):
    site("bank-profile", "1.2")
    project = tmp_path / "project"
    project.mkdir()
    (project / "recproxy.toml").write_text('profiles = ["gone/shop", "../site/bank_profile"]\n')

    done = recproxy("profiles", "--json", folder=project, path=[str(site.site)])

    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 2
    assert rows["gone/shop"]["problem"].startswith("gone/shop: cannot be read: ")
    assert (rows["bank"]["hosts"], rows["bank"]["problem"]) == (["bank.example"], "")
    assert [name for name, row in rows.items() if row["problem"]] == ["gone/shop"]
