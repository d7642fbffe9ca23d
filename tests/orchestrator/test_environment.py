"""The environment contract: which variables a test command finds."""

import os
from pathlib import Path

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.config.project import Project
from recproxy.control.reserved_variables import is_reserved
from recproxy.orchestrator.environment import LaneAddresses, RunFiles, lane_variables, redirect_variables, run_variables
from recproxy.orchestrator.plan import RunPlan
from recproxy.play.library import Library

SHOP = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),), placeholders={"SHOP_KEY": "placeholder"})

WIDE = Profile(
    name="wide", endpoints=(Endpoint(hosts=("shop.example",), ports=("8443",)), Endpoint(hosts=("*.example",)))
)


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path, b"bundle", b"own")


def variables(files, mode="replay", **environment):
    root = Path("project")
    plan = RunPlan(
        project=Project(root=root, recordings=root, inline={}),
        mode=mode,
        profiles=(SHOP,),
        library=Library(root, {}),
    )
    return run_variables(files, [SHOP], plan=plan, control="http://127.0.0.1:1", token="token", environment=environment)


@pytest.mark.parametrize(
    "name",
    [
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "GIT_SSL_CAINFO",
        "AWS_CA_BUNDLE",
        "PERL_LWP_SSL_CA_FILE",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        "SYSTEM_CERTIFICATE_PATH",
    ],
)
def test_every_variable_that_names_a_bundle_names_ours(files, name):
    assert variables(files)[name] == str(files.bundle)


def test_no_proxy_is_loopback_and_nothing_else_whatever_the_user_had(files):
    got = variables(files, NO_PROXY="*", no_proxy="*")

    assert got["NO_PROXY"] == got["no_proxy"] == "localhost,.localhost,127.0.0.1,127.0.0.0/8,::1"


@pytest.mark.parametrize(
    ("mode", "environment", "wanted"),
    [
        ("replay", {}, "placeholder"),
        ("auto", {}, "placeholder"),
        ("replay", {"SHOP_KEY": ""}, "placeholder"),
        ("replay", {"SHOP_KEY": "the user's"}, None),
        ("record", {}, None),
        ("live", {}, None),
    ],
)
def test_placeholders_stand_in_for_credentials_that_are_not_set_in_replay(files, mode, environment, wanted):
    assert variables(files, mode, **environment).get("SHOP_KEY") == wanted


def test_the_run_is_named_and_its_control_address(files):
    got = variables(files, "record")

    assert (got["RECPROXY_MODE"], got["RECPROXY_CONTROL"], got["RECPROXY_TOKEN"]) == (
        "record",
        "http://127.0.0.1:1",
        "token",
    )


def test_a_lane_is_its_gateway_in_all_spellings_and_its_endpoints():
    endpoints = {"SHOP_BASE_URL": 5678, "BANK_URL": 9012}
    got = lane_variables("gw0", LaneAddresses(1234, endpoints, {"SHOP_BASE_URL": "", "BANK_URL": "/v1"}), WIDE.reached)

    gateway = "http://127.0.0.1:1234"
    assert {name: value for name, value in got.items() if "PROXY" in name.upper() and "RECPROXY" not in name} == {
        name: gateway for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
    }
    assert (got["RECPROXY_LANE"], got["SHOP_BASE_URL"]) == ("gw0", "http://127.0.0.1:5678")
    assert got["BANK_URL"] == "http://127.0.0.1:9012/v1"
    assert got["RECPROXY_REDIRECT"] == (
        "shop.example:80=127.0.0.1:1234,shop.example:443=127.0.0.1:1234,shop.example:8443=127.0.0.1:1234,"
        "*.example:80=127.0.0.1:1234,*.example:443=127.0.0.1:1234"
    )


def test_where_not_all_hosts_pass_the_redirect_refuses_the_rest():
    got = lane_variables("gw0", LaneAddresses(1, {}), SHOP.reached, ("db.example", "*.wide.example"))

    assert got["RECPROXY_REDIRECT"] == (
        "shop.example:80=127.0.0.1:1,shop.example:443=127.0.0.1:1,*:80=127.0.0.1:1,*:443=127.0.0.1:1,"
        "*=refuse,db.example=pass,*.wide.example=pass"
    )


def test_what_the_user_has_in_lists_stays_in_them(files):
    got = redirect_variables(files, {"NODE_OPTIONS": "--trace-warnings", "PYTHONPATH": "mine"})

    assert got["NODE_OPTIONS"].startswith("--trace-warnings --require ")
    startup, _, mine = got["PYTHONPATH"].partition(os.pathsep)
    assert (Path(startup) / "sitecustomize.py").is_file()
    assert mine == "mine"
    assert variables(files, PHP_INI_SCAN_DIR="/theirs")["PHP_INI_SCAN_DIR"] == f"/theirs{os.pathsep}{files.php}"


def test_the_users_profile_of_r_is_named_to_ours(files):
    got = redirect_variables(files, {"R_PROFILE_USER": "mine.R"})

    assert Path(got["R_PROFILE_USER"]).is_file()
    assert got["RECPROXY_R_PROFILE"] == "mine.R"
    assert "RECPROXY_R_PROFILE" not in redirect_variables(files, {})


def test_guile_is_told_the_folder_of_the_bundle(files):
    assert variables(files)["GUILE_TLS_CERTIFICATE_DIRECTORY"] == str(files.bundle.parent)


def test_an_empty_list_gets_no_separator(files):
    got = redirect_variables(files, {"PYTHONPATH": ""})

    assert os.pathsep not in got["PYTHONPATH"]
    assert got["NODE_OPTIONS"].startswith("--require ")


def test_bun_loads_the_same_file_as_node(files):
    got = redirect_variables(files, {"BUN_OPTIONS": "--smol"})

    assert got["BUN_OPTIONS"] == "--smol --preload=" + got["NODE_OPTIONS"].removeprefix("--require ")


def test_a_path_with_a_space_is_kept_from_bun_which_cannot_quote(files, monkeypatch):
    monkeypatch.setattr("recproxy.orchestrator.environment._REDIRECT_FOLDER", Path("a b"))

    assert "BUN_OPTIONS" not in redirect_variables(files, {})


def test_a_path_with_a_space_is_one_word_for_node(files, monkeypatch):
    monkeypatch.setattr("recproxy.orchestrator.environment._REDIRECT_FOLDER", Path('a "b" c'))

    assert redirect_variables(files, {})["NODE_OPTIONS"] == '--require "a \\"b\\" c/redirect.cjs"'


def test_the_files_of_a_run_say_where_the_bundle_is(files, tmp_path):
    assert (files.bundle.read_bytes(), files.own.read_bytes()) == (b"bundle", b"own")
    assert files.wgetrc.read_text() == f"ca_certificate={files.bundle}\n"
    assert (files.php / "recproxy.ini").read_text() == f"curl.cainfo={files.bundle}\nopenssl.cafile={files.bundle}\n"
    assert variables(files)["RECPROXY_CA"] == str(files.own)
    assert {path.parent for path in (files.bundle, files.own, files.wgetrc, files.php)} == {tmp_path}


def test_without_a_ca_of_its_own_the_bundle_serves(tmp_path):
    assert RunFiles(tmp_path, b"bundle").own.read_bytes() == b"bundle"


def test_each_variable_that_a_run_sets_is_refused_to_profiles(files):
    found = variables(files, mode="live") | lane_variables("default", LaneAddresses(1, {}), SHOP.reached)
    assert [name for name in found if not is_reserved(name)] == []
