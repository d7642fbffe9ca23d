"""The control address of a run, asked as the plugin asks it."""

import http.client
import json
from urllib.parse import urlsplit

from deadlines import seconds


def ask_scope(environment, method, value):
    """What the control address answers about the scope of the default lane: status, and what it said."""
    return ask(environment, method, "/lanes/default/scope", value)


def ask(environment, method, path, value):
    """What the control address answers to a call: status, and what it said."""
    connection = http.client.HTTPConnection(urlsplit(environment["RECPROXY_CONTROL"]).netloc, timeout=seconds(20))
    headers = {"Authorization": f"Bearer {environment['RECPROXY_TOKEN']}"}
    connection.request(method, path, json.dumps(value), headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text)
