"""What `recproxy doctor` prints of what it has seen."""

from recproxy.cli.doctor_clients import CLIENTS
from recproxy.cli.doctor_probes import ClientResult
from recproxy.cli.doctor_report import (
    client_advice,
    client_rows,
    passed_advice,
    passed_rows,
    passed_values,
    table_lines,
)

BY_NAME = {client.name: client for client in CLIENTS}
CAUGHT = {("api.shop.example:443", "java shop.jar"): 2, ("api.shop.example:443", "sold"): 1, ("x.example:80", ""): 1}
OWNER = {"api.shop.example": "shop"}.get


def result(name, *, variables=False, redirect=False, ca=True, isolated="yes"):
    return ClientResult(
        client=BY_NAME[name], version="1.0", variables=variables, redirect=redirect, ca=ca, isolated=isolated
    )


RESULTS = [
    result("curl", variables=True),
    result("node https", redirect=True, isolated="with variables"),
    result("java.net.http", redirect=True),
    result("wget", ca=False, isolated="-"),
    result("php", ca=None, isolated="no"),
]


def test_each_client_has_a_row_of_what_it_does():
    assert [*table_lines(client_rows(RESULTS))] == [
        "client         version  variables  redirect     CA   isolated",
        "curl           1.0      yes        -            yes  yes",
        "node https     1.0      no         yes          yes  with variables",
        "java.net.http  1.0      no         java = true  yes  yes",
        "wget           1.0      no         -            no   -",
        "php            1.0      no         -            -    no",
    ]


def test_the_end_says_what_to_write_where():
    first, redirected, java, untrusted, other, last = client_advice(RESULTS, "pyproject.toml", "")

    assert first == "curl: nothing to write: the proxy variables lead here, and the run's CA is trusted"
    assert redirected.startswith("node https: nothing to write: the redirect leads here, where NODE_OPTIONS")
    assert java == "java.net.http: java = true in pyproject.toml"
    assert untrusted.startswith("wget: the proxy variables lead here, but the run's CA is not trusted: set base_url")
    assert other.startswith("php: set base_url")
    assert last == "for all programs at once: isolate = true in pyproject.toml, or recproxy run --isolate -- COMMAND"
    assert [*client_advice(RESULTS[:1], "pyproject.toml", "no namespaces")][1:] == [
        "isolation is not possible here: no namespaces"
    ]


def test_what_went_past_is_told_with_its_program_and_profile():
    assert [*table_lines(passed_rows(CAUGHT, OWNER))] == [
        "to                    connections  by                  profile",
        "api.shop.example:443  2            java shop.jar       shop",
        "api.shop.example:443  1            sold                shop",
        "x.example:80          1            an unknown program  none",
    ]
    assert passed_rows({}, OWNER) == []
    assert passed_values(CAUGHT, OWNER)[-1] == {"to": "x.example:80", "connections": 1, "by": None, "profile": None}
    (line, *_) = passed_advice({("api.shop.example:443", "sold"): 1}, OWNER, "recproxy.toml", {})
    assert line.startswith("sold: set base_url")


def test_each_program_that_went_past_gets_what_catches_it():
    lines = [*passed_advice(CAUGHT, OWNER, "recproxy.toml", {"shop": "SHOP_BASE_URL"})]

    assert lines[:2] == [
        "java shop.jar: set java = true in recproxy.toml: JVMs read JAVA_TOOL_OPTIONS",
        "sold: have it take the address of shop from SHOP_BASE_URL",
    ]
    assert lines[2:] == [  # what has no profile needs one first
        "or for all of them: isolate = true in recproxy.toml",
        '1 host without a profile: add hosts = ["x.example"] to one, or pass_hosts in recproxy.toml',
    ]
    assert [*passed_advice({}, OWNER, "recproxy.toml", {})] == []
