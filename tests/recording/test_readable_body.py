"""A body as a person reads it."""

import pytest

from recproxy.recording import Request
from recproxy.recording.readable_body import readable_body


@pytest.mark.parametrize(
    ("kind", "body", "wanted"),
    [
        ("application/json", b'{"b":1.0,"a":[],"b":"x"}', '{\n  "b": 1.0,\n  "a": [],\n  "b": "x"\n}'),
        ("text/plain", b'{"a": XXX}', '{\n  "a": XXX\n}'),
        (
            "text/plain",
            b'{"a":XXX[n],"b":[XXX[b.2],"XXX[c]",[XXX]]}',
            '{\n  "a": XXX[n],\n  "b": [\n    XXX[b.2],\n    "XXX[c]",\n    [\n      XXX\n    ]\n  ]\n}',
        ),
        ("application/json", b'{"a": 1', '{"a": 1'),
        ("text/plain", "caf\xe9\n".encode(), "caf\xe9\n"),
        ("image/png", b"\x89PNG\r\n", "(6 bytes, not text)"),
        (
            "multipart/form-data; boundary=cut",
            (
                b'--cut\r\nContent-Disposition: form-data; name="a"\r\n\r\n{"b":[2]}\r\n'
                b"--cut\r\nContent-Type: image/png\r\n\r\n\x89\r\n--cut--\r\n"
            ),
            (
                'part 1 of 2\n  Content-Disposition: form-data; name="a"\n\n{\n  "b": [\n    2\n  ]\n}\n\n'
                "part 2 of 2\n  Content-Type: image/png\n\n(1 byte, not text)"
            ),
        ),
        (
            "multipart/mixed; boundary=a",
            b"--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nin it\r\n--b--\r\n\r\n--a--",
            "part 1 of 1\n  Content-Type: multipart/mixed; boundary=b\n\npart 1 of 1\n\nin it",
        ),
        ("multipart/mixed; boundary=a", b"no part", "no part"),
    ],
)
def test_a_body_is_made_readable(kind, body, wanted):
    headers = ((b"Content-Type", kind.encode()),)

    assert readable_body(Request(method="POST", url="https://a.example/", headers=headers, body=body)) == wanted
