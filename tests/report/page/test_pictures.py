"""Which bytes are shown as a picture."""

import pytest

from recproxy.report.page.pictures import picture_type

PNG, JPEG, GIF = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"\xff\xd8\xff\xe0\0\x04ab", b"GIF89a"


def sizes(width, height, *, bytes_each, order="big"):
    return [each.to_bytes(bytes_each, order) for each in (width, height)]


def png(width, height):
    return PNG + b"".join(sizes(width, height, bytes_each=4)) + b"\x01\0\0\0\0"


def jpeg(width, height, kind=0xC0):
    return (
        JPEG + b"\xff\xc4\0\x03x" + bytes((0xFF, kind)) + b"\0\x0b\x08" + b"".join(sizes(height, width, bytes_each=2))
    )


def gif(width, height):
    return GIF + b"".join(sizes(width, height, bytes_each=2, order="little"))


@pytest.mark.parametrize(("made", "name"), [(png, "image/png"), (jpeg, "image/jpeg"), (gif, "image/gif")])
def test_a_picture_is_shown_unless_it_has_too_many_points(made, name):
    assert [picture_type(made(*size)) for size in ((1, 1), (4000, 4000), (16001, 1000))] == [name, name, ""]


@pytest.mark.parametrize("kind", [0xC2, 0xCF])
def test_every_kind_of_jpeg_says_its_size(kind):
    assert (picture_type(jpeg(8, 8, kind)), picture_type(jpeg(60000, 60000, kind))) == ("image/jpeg", "")


@pytest.mark.parametrize(
    "data", [b"", b"<svg/>", PNG[:8], JPEG, JPEG[:3], GIF, jpeg(8, 8)[:-2], jpeg(0, 8), b"\xff\xd8\xff" * 50_000]
)
def test_what_does_not_say_its_size_is_no_picture(data):
    assert picture_type(data) == ""
