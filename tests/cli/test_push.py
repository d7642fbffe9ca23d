"""`recproxy push`."""

import pytest

pytest.importorskip("fsspec")

from checkouts import RECORDING, said, stored_project


def test_a_recording_goes_to_the_store_and_its_name_into_the_lock(tmp_path):
    project, recording = stored_project(tmp_path)

    assert said(project, "push") == (0, "", "recproxy: 1 recording pushed, 89 bytes\n")
    assert '"shop/default.rec": {"sha256": "' in (project / "recproxy.lock").read_text()
    assert said(project, "-q", "push") == (0, "", "")
    recording.unlink()
    assert said(project, "-q", "push") == (
        1,
        "",
        "recproxy: shop/default.rec: is in recproxy.lock and not here: pull it, or drop it with --prune\n",
    )
    assert said(project, "-q", "push", "--prune") == (0, "", "")


def test_what_cannot_be_pushed_is_named_and_the_others_are(tmp_path):
    project, recording = stored_project(tmp_path)
    recording.with_name("link.rec").symlink_to("/etc/passwd")

    assert said(project, "push") == (
        2,
        "",
        (
            "recproxy: 1 recording pushed, 89 bytes\n"
            "recproxy: shop/link.rec: it is not a regular file with the name of a recording, such as NAME.rec: not pushed\n"
        ),
    )


def test_a_recording_with_secrets_stays_here_unless_it_is_allowed_by_name(tmp_path):
    project, recording = stored_project(tmp_path)
    key = "AKIA" + "IOSFODNN7EXAMPLA"
    secret = recording.with_name("secret.rec")
    secret.write_text(RECORDING.replace("hello", f'{{"password": "{"hunter" + "2secret"}"}}'))
    mail = recording.with_name("mail.rec")
    mail.write_text(
        RECORDING.replace("hello", '{"nick": "Some Body"}').replace("HTTP/1.1\n", f"HTTP/1.1\nX-Key: {key}\n", 1)
    )
    torn = recording.with_name("torn.rec")
    torn.write_text(RECORDING.replace("GET", "<<<<<<< ours\nGET"))
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text() + "[tool.recproxy.profiles.shop.redact]\njson = ['/nick']\n")

    code, out, error = said(project, "push")

    assert (code, out) == (2, "")
    here = "tests/functional/recordings/shop"
    first, *others = sorted(error.splitlines())
    assert first == "recproxy: 1 recording pushed, 89 bytes"
    starts = {
        "mail": "recproxy: shop/mail.rec: holds secrets: ",
        "secret": "recproxy: shop/secret.rec: holds secrets: ",
        "torn": f"recproxy: shop/torn.rec: cannot be searched for secrets: {here}/torn.rec:3: expected a merged file",
    }
    assert len(others) == 3
    for line, (name, start) in zip(others, starts.items(), strict=True):
        assert line.startswith(start)
        assert line.endswith(f"; or push it as it is with --allow-secrets shop/{name}.rec")
        assert name == "torn" or f"mask them with: recproxy scan --fix --profile shop {here}/{name}.rec;" in line
    assert "json in response body (line 9)" in others[0] and "hunter" not in error and key not in error
    lock = (project / "recproxy.lock").read_text()
    assert [name in lock for name in ("default", "mail", "secret", "torn")] == [True, False, False, False]

    assert said(project, "scan", "--fix", "--profile", "shop", f"{here}/mail.rec", f"{here}/secret.rec")[0] == 0
    code, out, error = said(project, "push", "--allow-secrets", "shop/torn.rec")
    assert (code, error.partition(",")[0]) == (0, "recproxy: 3 recordings pushed"), error
    code, out, error = said(project, "push", "--allow-secrets", "shop/none.rec")
    assert (code, error.partition(" in ")[0]) == (
        2,
        "recproxy: --allow-secrets shop/none.rec: there is no recording of this name",
    )
