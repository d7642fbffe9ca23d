"""`recproxy env` for other containers."""

import json
import stat

import pytest
from command_line import recproxy


@pytest.fixture
def line(tmp_path):
    (tmp_path / "ca.pem").write_text("CA\n")
    (tmp_path / "own.pem").write_text("OWN\n")
    variables = {
        "SSL_CERT_FILE": str(tmp_path / "ca.pem"),
        "RECPROXY_CA": str(tmp_path / "own.pem"),
        "RECPROXY_CONTROL": "http://10.9.0.3:9001",
        "RECPROXY_TOKEN": "to-ken",
    }
    (tmp_path / "line.json").write_text(json.dumps({"environment": variables}) + "\n")
    return tmp_path


def test_the_variables_go_to_standard_output(line):
    done = recproxy("env", "--run", "line.json", "--format", "dotenv", folder=line)

    assert done.stdout.splitlines() == [
        "SSL_CERT_FILE=/recproxy/ca.pem",
        "RECPROXY_CA=/recproxy/own.pem",
        "RECPROXY_CONTROL=http://10.9.0.3:9001",
        "RECPROXY_TOKEN=to-ken",
    ]


def test_a_folder_gets_what_is_mounted_and_only_the_user_reads_the_token(line):
    (line / "shared").mkdir()
    (line / "shared/recproxy.sh").write_text("")

    done = recproxy("env", "--run", "line.json", "--folder", "shared", "--mount", "/run/recproxy/", folder=line)

    assert (done.returncode, done.stdout) == (0, "")
    assert (line / "shared/ca.pem").read_text() == "CA\n"
    assert (line / "shared/own.pem").read_text() == "OWN\n"
    assert "export SSL_CERT_FILE=/run/recproxy/ca.pem\n" in (line / "shared/recproxy.sh").read_text()
    assert stat.S_IMODE((line / "shared/recproxy.sh").stat().st_mode) == 0o600


def test_what_github_must_hide_goes_to_its_log(line):
    done = recproxy("env", "--run", "line.json", "--format", "github", folder=line)

    assert done.stderr == "::add-mask::to-ken\n"
    assert "add-mask" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "this is started in no run: name the line of `recproxy serve` with --run FILE"),
        (("--run", "other.json"), "other.json: it is no line of `recproxy serve`"),
        (("--run", "line.json", "--service", "app"), "--service is for --format compose"),
        (("--run", "line.json", "--format", "compose"), "--format compose needs --service NAME"),
        (("--run", "line.json", "--direct", "a=b"), "--direct 'a=b' is no host"),
        (("--run", "line.json", "--format", "toml"), "'toml' is not one of"),
    ],
)
def test_what_is_wrong_is_one_line(line, words, said):
    (line / "other.json").write_text('{"environment": {"A": 1}}')

    done = recproxy("env", *words, folder=line, environment={})

    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]


def test_a_run_that_has_gone_is_named(line):
    (line / "ca.pem").unlink()

    done = recproxy("env", "--run", "line.json", folder=line)

    assert done.returncode == 2
    assert "the certificates of the run cannot be read: No such file or directory: is the run still up" in done.stderr
