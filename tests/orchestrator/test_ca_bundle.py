"""The bundle: our CA and all roots the command had."""

import ssl

import certifi
import pytest
import trustme

from recproxy.orchestrator import ca_bundle
from recproxy.orchestrator.ca_bundle import bundle, root_files


def pem():
    return trustme.CA().cert_pem.bytes()


def certificates(data):
    return data.count(b"-----BEGIN CERTIFICATE-----")


def has(data, certificate):
    return certificate.strip().replace(b"\r\n", b"\n") in data.replace(b"\r\n", b"\n")


def test_our_own_comes_first_and_certifis_roots_are_there():
    own = pem()

    made = bundle(own, {}, roots=True)

    assert made.startswith(own.strip())
    with open(certifi.where(), "rb") as file:
        roots = file.read()
    assert certificates(made) > certificates(roots)


@pytest.mark.parametrize("roots", [True, False])
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_the_users_own_file_stays_trusted(tmp_path, name, roots):
    theirs = pem()
    (tmp_path / "theirs.pem").write_bytes(b"# a comment\n" + theirs)

    made = bundle(pem(), {name: str(tmp_path / "theirs.pem")}, roots=roots)

    assert has(made, theirs)
    assert b"# a comment" not in made


def test_each_certificate_is_there_once(tmp_path):
    own = pem()
    (tmp_path / "theirs.pem").write_bytes(own)

    made = bundle(
        own,
        {"SSL_CERT_FILE": str(tmp_path / "theirs.pem"), "REQUESTS_CA_BUNDLE": str(tmp_path / "theirs.pem")},
        roots=True,
    )

    assert made.count(own.strip()) == 1


@pytest.mark.parametrize("name", ["gone.pem", "."])
def test_a_file_that_cannot_be_read_is_passed_by(tmp_path, name):
    own = pem()

    assert bundle(own, {"SSL_CERT_FILE": str(tmp_path / name)}, roots=True) == bundle(own, {}, roots=True)


def test_system_roots_are_in_it(tmp_path, monkeypatch):
    roots = pem()
    (tmp_path / "roots.crt").write_bytes(roots)
    monkeypatch.setattr(ca_bundle, "_SYSTEM_BUNDLES", (str(tmp_path / "roots.crt"),))

    assert has(bundle(pem(), {}, roots=True), roots)


def test_without_roots_it_has_only_our_ca_and_those_added_to_the_system(tmp_path, monkeypatch):
    own, added = pem(), pem()
    (tmp_path / "team").mkdir()
    (tmp_path / "team/added.crt").write_bytes(added)
    (tmp_path / "team/README").write_bytes(pem())
    monkeypatch.setattr(ca_bundle, "_LOCAL_FOLDERS", (str(tmp_path / "gone"), str(tmp_path)))

    made = bundle(own, {}, roots=False)

    assert has(made, own)
    assert has(made, added)
    assert certificates(made) == 2


def test_without_roots_the_users_file_keeps_what_is_not_public(tmp_path, monkeypatch):
    theirs = pem()
    monkeypatch.setattr(ca_bundle, "_LOCAL_FOLDERS", ())
    with open(certifi.where(), "rb") as file:
        (tmp_path / "theirs.pem").write_bytes(file.read() + theirs)

    made = bundle(pem(), {"SSL_CERT_FILE": str(tmp_path / "theirs.pem")}, roots=False)

    assert has(made, theirs)
    assert certificates(made) == 2


def test_openssl_reads_it(tmp_path):
    path = tmp_path / "bundle.pem"
    path.write_bytes(bundle(pem(), {}, roots=True))

    context = ssl.create_default_context(cafile=path)

    assert context.cert_store_stats()["x509"] == certificates(path.read_bytes())


def test_a_file_of_roots_with_two_names_is_listed_once(tmp_path, monkeypatch):
    (tmp_path / "roots.crt").write_bytes(pem())
    (tmp_path / "other.crt").symlink_to(tmp_path / "roots.crt")
    places = (str(tmp_path / "other.crt"), str(tmp_path / "roots.crt"), str(tmp_path / "gone.crt"))
    monkeypatch.setattr(ca_bundle, "_SYSTEM_BUNDLES", places)

    listed = [str(path) for path in root_files()]

    assert [path for path in listed if path in places] == [places[0]]
    assert certifi.where() in listed
