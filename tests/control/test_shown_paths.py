from __future__ import annotations

from recproxy.control.shown_paths import shown_path


def test_a_path_is_shown_as_it_is_seen_from_a_folder():
    assert shown_path("/srv/me/shop/tests/a.rec:3", "/srv/me/shop") == "tests/a.rec:3"
    assert shown_path("/srv/me/shop/a.rec", "/srv/me/shop/tests/functional") == "../../a.rec"
    assert shown_path("/usr/lib/profile/a.rec", "/srv/me/shop") == "/usr/lib/profile/a.rec"
    assert shown_path("a.rec", "/srv/me") == "a.rec"


def test_the_working_directory_is_where_one_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown_path(f"{tmp_path}/tests/a.rec:3") == "tests/a.rec:3"
