"""What is wrong with the file of a recording."""

from recproxy.config.project import find_project
from recproxy.play.file_problems import problems_of


def test_a_secret_in_what_is_told_is_masked(tmp_path):
    token = "gh" + "p_" + "a1b2" * 9
    (tmp_path / "recproxy.toml").write_text('[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ["shop.example"]\n')
    path = tmp_path / "tests/functional/recordings/shop/a.rec"
    path.parent.mkdir(parents=True)
    path.write_text(f"#recproxy 2\n\nGET https://{token}/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n")

    found = problems_of(path, find_project(tmp_path).owner(path))

    assert (3, "never", "host 'XXX' is not in the profile: shop.example") in found
    assert token not in str(found)
