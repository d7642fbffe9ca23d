"""The folder of a run."""

import pytest

from recproxy.errors import ConfigurationError
from recproxy.orchestrator import run_folder
from recproxy.orchestrator.authority import CertificateAuthority


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(run_folder.tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("java", [False, True])
def test_its_files_are_there_and_a_trust_store_where_jvms_need_one(temporary, java):
    authority, entrusted = CertificateAuthority(), []

    files = run_folder.make_run_files(
        authority, {}, lambda folder: entrusted.append((folder, folder.exists())), roots=False, java=java
    )

    assert entrusted == [(files.folder, False)]
    assert files.folder.parent == temporary
    assert files.folder.stat().st_mode & 0o777 == 0o700
    assert authority.certificate in files.bundle.read_bytes()
    assert files.own.read_bytes() == authority.certificate
    assert files.misses.read_bytes() == b""
    assert files.java.exists() is java


def test_nothing_is_left_of_files_that_cannot_be_written(temporary, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "trust_store", full)

    with pytest.raises(
        ConfigurationError, match=": cannot be written: No space left on device: set TMPDIR to a folder"
    ):
        run_folder.make_run_files(CertificateAuthority(), {}, print, roots=False, java=True)

    assert list(temporary.iterdir()) == []
