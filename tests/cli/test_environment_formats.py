"""The environment of a run as shells, container engines and CI read it."""

import json
import subprocess

import pytest
import yaml

from recproxy.cli.environment_formats import (
    CA_FILES,
    ENVIRONMENT_FORMATS,
    elsewhere,
    file_name,
    github_masks,
    written_as,
)
from recproxy.errors import ConfigurationError

RUN = {
    "SSL_CERT_FILE": "/tmp/recproxy-x/ca.pem",
    "NO_PROXY": "localhost",
    "HTTPS_PROXY": "http://recproxy:pass-word@10.9.0.3:9000",
    "RECPROXY_CA": "/tmp/recproxy-x/own.pem",
    "RECPROXY_TOKEN": "to-ken",
    "RECPROXY_REDIRECT": "a.example:443=10.9.0.3:9000,*=refuse",
    "PYTHONPATH": "/venv/recproxy",
    "NODE_OPTIONS": "--require /venv/redirect.cjs",
    "SHOP_KEY": "a b'$HOME\"",
}
FILES = dict(zip(CA_FILES, ("BEGIN\nca\n", "BEGIN\nown\n"), strict=True))


def written(form, variables=RUN, services=()):
    return written_as(form, elsewhere(variables, "/recproxy", ("app",)), services=services, files=FILES)


def test_files_of_this_machine_are_left_out_and_the_others_are_where_they_are_mounted():
    got = elsewhere(RUN, "/recproxy", ("app", "10.9.0.7"))

    assert got["SSL_CERT_FILE"] == "/recproxy/ca.pem" and got["RECPROXY_CA"] == "/recproxy/own.pem"
    assert got["NO_PROXY"] == "localhost,app,10.9.0.7"
    assert got["RECPROXY_REDIRECT"].endswith(",*=refuse,app=pass,10.9.0.7=pass")
    assert "PYTHONPATH" not in got and "NODE_OPTIONS" not in got


def test_a_shell_reads_every_value(tmp_path):
    (tmp_path / "run.sh").write_text(written("sh"))
    done = subprocess.run(
        ["sh", "-c", '. ./run.sh; printf %s "$SHOP_KEY"'], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.stdout == RUN["SHOP_KEY"]


def test_dotenv_has_quotes_only_where_they_are_needed():
    text = written("dotenv", RUN | {"SHOP_KEY": "a b $HOME"})

    assert "HTTPS_PROXY=http://recproxy:pass-word@10.9.0.3:9000\n" in text
    assert "SHOP_KEY='a b $HOME'\n" in text


@pytest.mark.parametrize("value", ["a\nb", "it's", "a\\", "${HOME}", "a\r"])
def test_dotenv_refuses_what_its_readers_take_differently(value):
    with pytest.raises(ConfigurationError, match="SHOP_KEY: its value has a line break, a quote, a backslash or"):
        written("dotenv", RUN | {"SHOP_KEY": value})


ODD = "".join(map(chr, range(1, 0x100))) + "\u2028\u2029\ufeff\uffff\U0001f600 ${X} $$ {{ }} # : - ' \" \\"


@pytest.mark.parametrize("form", ["sh", "json", "compose", "k8s", "github"])
def test_each_reader_gets_the_value_that_was_written(form, tmp_path):
    (tmp_path / "run.sh").write_bytes((text := written(form, {"ODD": ODD}, ("app",))).encode())
    if form == "sh":
        words = ["sh", "-c", '. ./run.sh; printf %s "$ODD"']
        got = subprocess.run(words, cwd=tmp_path, capture_output=True).stdout.decode()
    elif form == "json":
        got = json.loads(text)["ODD"]
    elif form == "compose":
        got = yaml.safe_load(text)["services"]["app"]["environment"]["ODD"].replace("$$", "$")
    elif form == "k8s":
        got = next(yaml.safe_load_all(text))["stringData"]["ODD"]
    else:
        end = text.partition("ODD<<")[2].partition("\n")[0]
        got = text.removeprefix(f"ODD<<{end}\n").removesuffix(f"\n{end}\n")

    assert got == ODD


def test_certificates_are_taken_as_they_are_whatever_stands_before_them():
    files = {"ca.pem": "\n  # Issuer: x\n\tBEGIN\n", "own.pem": "BEGIN"}
    text = written_as("k8s", {"A": "b"}, services=(), files=files)

    assert list(yaml.safe_load_all(text))[1]["data"] == files


@pytest.mark.parametrize("form", ENVIRONMENT_FORMATS)
def test_a_value_that_is_no_utf_8_is_one_line(form):
    with pytest.raises(ConfigurationError, match="^A: its value is no UTF-8"):
        written(form, {"A": "/tmp/\udcff"})


def test_json_is_one_object():
    assert json.loads(written("json"))["SHOP_KEY"] == RUN["SHOP_KEY"]


def test_compose_is_an_override_in_which_no_dollar_is_a_variable():
    services = yaml.safe_load(written("compose", services=("app", "tests")))["services"]

    assert list(services) == ["app", "tests"]
    assert services["app"]["environment"]["SHOP_KEY"].replace("$$", "$") == RUN["SHOP_KEY"]


def test_kubernetes_gets_a_secret_and_a_config_map():
    secret, config = yaml.safe_load_all(written("k8s"))

    assert (secret["kind"], secret["stringData"]["SHOP_KEY"]) == ("Secret", RUN["SHOP_KEY"])
    assert (config["kind"], config["data"]) == ("ConfigMap", FILES)


def test_github_gets_lines_and_masks():
    text = written("github", RUN | {"SHOP_KEY": "a\nb=c"})
    end = text.partition("SHOP_KEY<<")[2].partition("\n")[0]

    assert f"SHOP_KEY<<{end}\na\nb=c\n{end}\n" in text
    assert "NO_PROXY=localhost,app\n" in text
    assert github_masks(RUN) == "::add-mask::to-ken\n::add-mask::pass-word\n"
    assert github_masks({"HTTPS_PROXY": "http://127.0.0.1:1"}) == ""


def test_each_format_has_a_file_of_its_own():
    assert len({file_name(form) for form in ENVIRONMENT_FORMATS}) == len(ENVIRONMENT_FORMATS) == 6
