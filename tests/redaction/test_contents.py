"""What data holds that is compressed, behind other bytes or among letters."""

import gzip
import random

import pytest

from recproxy.redaction.budget import Budget
from recproxy.redaction.contents import hidden_in
from recproxy.redaction.part_contents import parts_of

VALUE = b"say a1B2c3D4e5F6g7H8 to nobody"
PACKED = gzip.compress(VALUE, mtime=0)
LETTERS = PACKED.decode("latin-1").encode()


def found(data):
    return VALUE in hidden_in(data, Budget(len(data)))


@pytest.mark.parametrize("lead", range(4))
@pytest.mark.parametrize("wrong", [b"", b"\xff" * 2000, b"\xe6\xbc" * 2000])
def test_compressed_data_that_was_taken_for_letters_is_found_among_many(lead, wrong):
    letters = b"x" * lead + "é漢😀".encode() * 7000

    assert found(wrong + letters + LETTERS)


def test_compressed_data_is_found_in_data_that_is_no_text():
    data = random.Random(1).randbytes(100_000)

    assert found(data + PACKED)
    assert found(data + b"BZh1 \x28\xb5\x2f" + PACKED)
    assert not found(data + LETTERS)  # who takes data for letters takes all of it for them
    assert not found(data)


def test_parts_are_found_from_the_beginning_and_further_on():
    text = b"--one\r\n\r\nsay\r\n--one--\r\n"

    for data in (text, b"\n" + text, b"a text --one\n" + text, b"--one two\r\n" + text):
        assert list(parts_of(data, Budget(len(data)))) == [b"say"]
