"""What Java programs are told: a trust store with every root that can be read, and the gateway."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12

from recproxy.orchestrator.authority import CertificateAuthority
from recproxy.orchestrator.java import java_root_files, java_variables, trust_store


def test_the_trust_store_holds_what_can_be_read():
    first, second = CertificateAuthority().certificate, CertificateAuthority().certificate
    broken = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

    store = pkcs12.load_pkcs12(trust_store(first + broken + second), None)

    assert [each.friendly_name for each in store.additional_certs] == [b"recproxy-0", b"recproxy-1"]


def test_the_users_own_options_come_first():
    got = java_variables(Path("/run/java.p12"), "127.0.0.1", 1234, {"JAVA_TOOL_OPTIONS": "-Xmx1g"})[
        "JAVA_TOOL_OPTIONS"
    ].split()

    assert got[0] == "-Xmx1g"
    assert {"-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=1234", "-Dhttp.proxyPort=1234"} < set(got)
    assert "-Djavax.net.ssl.trustStore=/run/java.p12" in got


def test_a_path_with_a_space_is_quoted():
    options = java_variables(Path("/a b/java.p12"), "127.0.0.1", 1, {})["JAVA_TOOL_OPTIONS"]

    assert '-Djavax.net.ssl.trustStore="/a b/java.p12" ' in options


def test_the_stores_of_the_jvms_here_are_listed_once(tmp_path):
    for name in ("other/bin/java", "other/lib/security/cacerts", "old/jre/lib/security/cacerts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "other/bin/java").chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/java").symlink_to(tmp_path / "other/bin/java")

    both = java_root_files({"JAVA_HOME": str(tmp_path / "old"), "PATH": str(tmp_path / "bin")})
    same = java_root_files({"JAVA_HOME": str(tmp_path / "other"), "PATH": str(tmp_path / "bin")})

    own = [tmp_path / "old/jre/lib/security/cacerts", tmp_path / "other/lib/security/cacerts"]
    assert [store for store in both if store.is_relative_to(tmp_path)] == own
    assert [store for store in same if store.is_relative_to(tmp_path)] == own[1:]
