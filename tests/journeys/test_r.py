"""R under a run: clients that are built on its package curl, and the user's own profile."""

import shutil
import subprocess

import pytest

GET = """
cat(rawToChar(curl::curl_fetch_memory("https://api.shop.example/item?id=1")$content))
cat(exists("mine"), exists("named"))
"""


@pytest.fixture(scope="module", autouse=True)
def package():
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    if subprocess.run(["Rscript", "-e", "library(curl)"], capture_output=True).returncode:
        pytest.skip("R's package curl is not installed")


def test_the_package_curl_trusts_the_run_and_the_users_profile_is_loaded(project):
    project.write(".Rprofile", "mine <- 1\n")
    script = project.write("get.R", GET)

    done = project.run("run", "--", "Rscript", str(script))

    assert (done.returncode, done.stdout) == (0, "firstTRUE FALSE"), done.stderr


def test_a_profile_that_the_user_names_is_loaded_instead(project):
    project.write(".Rprofile", "mine <- 1\n")
    named = project.write("named.R", "named <- 1\n")
    script = project.write("get.R", GET)

    done = project.run("run", "--", "Rscript", str(script), environment={"R_PROFILE_USER": str(named)})

    assert (done.returncode, done.stdout) == (0, "firstFALSE TRUE"), done.stderr
