"""A Java program under a run, with both clients of the JDK."""

import os
import shutil
import subprocess

import pytest
from namespaces import need_namespaces

pytestmark = pytest.mark.skipif(shutil.which("javac") is None, reason="java is not installed")

#: Without the second compiler, which makes code faster that runs long.
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
GET = """\
import java.net.*;
import java.net.http.*;

public class Get {
    public static void main(String[] words) throws Exception {
        var old = (HttpURLConnection) new URL(words[0]).openConnection();
        System.out.println(new String(old.getInputStream().readAllBytes()));
        var request = HttpRequest.newBuilder(URI.create(words[0])).build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
"""


@pytest.fixture(scope="module")
def java(tmp_path_factory):
    """The words of the program, which is compiled once: that takes longer than to run it."""
    folder = tmp_path_factory.mktemp("java")
    (folder / "Get.java").write_text(GET)
    subprocess.run(["javac", *(f"-J{word}" for word in QUICK), "Get.java"], cwd=folder, check=True)
    return ("java", *QUICK, "-cp", str(folder), "Get", "https://api.shop.example/item?id=1")


def test_both_clients_of_java_are_answered_if_the_project_asks_for_it(project, java):
    config = project.root / "pyproject.toml"
    config.write_text("[tool.recproxy]\njava = true\n" + config.read_text())

    done = project.run("run", "--", *java)

    assert (done.returncode, done.stdout) == (0, "first\nsecond\n"), done.stderr


def test_both_clients_of_java_are_answered_in_an_empty_environment(project, java):
    need_namespaces()

    done = project.run("run", "--isolate", "--", "env", "-i", f"PATH={os.environ['PATH']}", *java)

    assert (done.returncode, done.stdout) == (0, "first\nsecond\n"), done.stderr
