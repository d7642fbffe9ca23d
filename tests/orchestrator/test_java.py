"""What Java programs are told: a trust store with every root that can be read, and the gateway."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12

from recproxy.orchestrator.authority import CertificateAuthority
from recproxy.orchestrator.java import java_variables, trust_store


def test_the_trust_store_holds_what_can_be_read():
    first, second = CertificateAuthority().certificate, CertificateAuthority().certificate
    broken = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

    store = pkcs12.load_pkcs12(trust_store(first + broken + second), b"recproxy")

    assert [each.friendly_name for each in store.additional_certs] == [b"recproxy-0", b"recproxy-1"]


def test_the_users_own_options_come_first():
    got = java_variables(Path("/run/java.p12"), 1234, {"JAVA_TOOL_OPTIONS": "-Xmx1g"})["JAVA_TOOL_OPTIONS"].split()

    assert got[0] == "-Xmx1g"
    assert {"-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=1234", "-Dhttp.proxyPort=1234"} < set(got)
    assert "-Djavax.net.ssl.trustStore=/run/java.p12" in got


def test_a_path_with_a_space_is_quoted():
    options = java_variables(Path("/a b/java.p12"), 1, {})["JAVA_TOOL_OPTIONS"]

    assert '-Djavax.net.ssl.trustStore="/a b/java.p12" ' in options
