"""A Java program under a run, with both clients of the JDK."""

import os
import shutil

import pytest
from namespaces import need_namespaces

#: It compiles the program at its start: without the second compiler, which makes code faster that runs long.
JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "Get.java", "https://api.shop.example/item?id=1")
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


@pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed")
def test_both_clients_of_java_are_answered_if_the_project_asks_for_it(project):
    config = project.root / "pyproject.toml"
    config.write_text("[tool.recproxy]\njava = true\n" + config.read_text())
    project.write("Get.java", GET)

    done = project.run("run", "--", *JAVA)

    assert (done.returncode, done.stdout) == (0, "first\nsecond\n"), done.stderr


@pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed")
def test_both_clients_of_java_are_answered_in_an_empty_environment(project):
    need_namespaces()
    project.write("Get.java", GET)

    done = project.run("run", "--isolate", "--", "env", "-i", f"PATH={os.environ['PATH']}", *JAVA)

    assert (done.returncode, done.stdout) == (0, "first\nsecond\n"), done.stderr
