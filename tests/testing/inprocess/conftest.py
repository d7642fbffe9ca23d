"""The recording that unit tests are answered from, whichever library answers."""

import pytest

from recproxy.recording import load

REC = b"""#recproxy 2

GET https://shop.example/item?id=1 HTTP/1.1

====
HTTP/1.1 200 Fine
Content-Type: text/plain
Set-Cookie: a=1
Set-Cookie: b=2

first
=======

GET https://shop.example/item?id=1 HTTP/1.1

====
HTTP/1.1 200 Fine
Content-Type: text/plain

second
=======

POST https://shop.example/order HTTP/1.1
Content-Type: application/json

{"item": 1, "nonce": "XXX[nonce]"}
====
HTTP/1.1 201 Created
Content-Type: application/json
Content-Encoding: gzip
:encoding gzip

{"order": 7, "nonce": "XXX[nonce]"}
=======
"""


@pytest.fixture
def recording():
    return load(REC, path="shop.rec")
