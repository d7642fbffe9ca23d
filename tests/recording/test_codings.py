from __future__ import annotations

import gzip
import subprocess
import sys
import zlib

import brotli
import pytest
import zstandard

from recproxy.recording import CODINGS, DecodeError, decode, encode
from recproxy.recording.codings import codings_of

PAYLOAD = b'{"text": "hello"}' * 1000
NAMES = sorted(CODINGS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("payload", [b"", b"a", PAYLOAD, bytes(3_000_000)])
def test_a_payload_comes_back(name, payload):
    assert decode(encode(payload, name), name) == payload
    assert decode(encode(payload, name), name, limit=len(payload)) == payload


@pytest.mark.parametrize("name", NAMES)
def test_the_same_payload_gives_the_same_bytes(name):
    assert encode(PAYLOAD, name) == encode(PAYLOAD, name)


def test_codings_one_on_another_are_put_on_and_taken_off():
    assert encode(PAYLOAD, "gzip, br") == encode(encode(PAYLOAD, "gzip"), "br")
    assert decode(encode(PAYLOAD, "GZIP ,, br"), "gzip,br") == PAYLOAD


@pytest.mark.parametrize("name", ["", "identity", " Identity , "])
def test_identity_changes_nothing(name):
    assert encode(PAYLOAD, name) == PAYLOAD
    assert decode(PAYLOAD, name) == PAYLOAD


def test_forms_that_others_make_are_decoded():
    raw = zlib.compressobj(wbits=-15)

    assert decode(raw.compress(PAYLOAD) + raw.flush(), "deflate") == PAYLOAD
    assert decode(gzip.compress(PAYLOAD), "x-gzip") == PAYLOAD
    assert decode(gzip.compress(b"a") + gzip.compress(PAYLOAD), "gzip") == b"a" + PAYLOAD
    assert decode(zstandard.compress(b"a") + zstandard.compress(PAYLOAD), "zstd") == b"a" + PAYLOAD
    assert decode(brotli.compress(PAYLOAD, quality=11), "br") == PAYLOAD


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("payload", [PAYLOAD, b"a", b""])
def test_cut_damaged_and_overlong_data_are_refused(name, payload):
    coded = encode(payload, name)
    for wrong in (
        b"",
        coded[:-1],
        coded[: len(coded) // 2],
        coded + b"junk",
        b"junk" + coded,
        payload + b"junk junk junk",
    ):
        with pytest.raises(DecodeError, match=f"{name}|deflate"):
            decode(wrong, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_bomb_is_refused_at_the_limit(name):
    bomb = encode(bytes(50_000_000), name)

    with pytest.raises(DecodeError, match="holds more than 1000 bytes"):
        decode(bomb, name, limit=1000)


def test_a_bomb_inside_a_coding_is_refused_at_the_limit():
    bomb = encode(bytes(50_000_000), "gzip, gzip")

    with pytest.raises(DecodeError, match="holds more than 100000 bytes"):
        decode(bomb, "gzip, gzip", limit=100_000)


@pytest.mark.parametrize("name", ["lzw", "gzip, compress", "*"])
def test_an_unknown_coding_is_refused(name):
    with pytest.raises(ValueError, match="is none of aws-chunked, br, deflate, gzip, zstd"):
        encode(b"", name)
    with pytest.raises(ValueError, match="is none of aws-chunked, br, deflate, gzip, zstd"):
        decode(b"", name)


def test_too_many_codings_are_refused():
    with pytest.raises(ValueError, match="9 content codings"):
        codings_of(",".join(["gzip"] * 9))


def test_nothing_beyond_the_standard_library_is_imported_until_needed():
    code = "import sys, recproxy.recording; print({'brotli', 'zstandard', 'cryptography'} & set(sys.modules))"
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert got.stdout == "set()\n"


def test_uploads_to_s3_are_read_without_signatures_and_trailers():
    signed = b"5;chunk-signature=0a1b\r\nhello\r\n3;chunk-signature=2c\r\n ok\r\n0;chunk-signature=3d\r\n\r\n"

    assert decode(signed, "aws-chunked") == b"hello ok"
    assert decode(b"2\r\nok\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n", "aws-chunked") == b"ok"
    assert decode(b"0\r\n\r\n", "aws-chunked") == b""
