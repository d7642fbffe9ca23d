"""What the tests of this suite share: a client of the shop."""

import json
import os
import urllib.error
import urllib.request

#: For all requests: what `urlopen` makes for each looks through the environment, which takes as long as the request.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(path, body=None, method=None):
    """The shop's answer, as JSON."""
    data = None if body is None else json.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["SHOP_BASE_URL"] + path, data, headers, method=method)
    with _OPENER.open(request) as answer:
        return json.load(answer)


def ask_patiently(path):
    """The same, asked again while the shop is busy."""
    while True:
        try:
            return ask(path)
        except urllib.error.HTTPError as problem:
            problem.close()
            if problem.code != 503:
                raise
