import pytest

from recproxy.mail.imap.sets import normal_set


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"1", b"1"),
        (b"1,2,3", b"1:3"),
        (b"3,1,2", b"1:3"),
        (b"3:1", b"1:3"),
        (b"1:3,2:5,9", b"1:5,9"),
        (b"1:1", b"1"),
        (b"*", b"*"),
        (b"*:5", b"5:*"),
        (b"5:*,2", b"2,5:*"),
        (b"5,*", b"5,*"),
        (b"1:*,7", b"1:*"),
        (b"2,2", b"2"),
        (b"", None),
        (b"1:", None),
        (b"$", None),
        (b"FLAGS", None),
    ],
)
def test_a_set_has_one_form(text, wanted):
    assert normal_set(text) == wanted
