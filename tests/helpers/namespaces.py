"""Whether this system lets a test have namespaces of its own."""

import functools

import pytest

from recproxy.errors import ConfigurationError
from recproxy.orchestrator.isolation import Isolation


@functools.cache
def refusal():
    """Why it does not, or nothing."""
    try:
        isolation = Isolation()
    except ConfigurationError as problem:
        return str(problem)
    try:
        isolation.ready()
    except ConfigurationError as problem:
        return str(problem)
    finally:
        isolation.close()
    return ""


def need_namespaces():
    """Skip the test that calls this where the system refuses."""
    if refusal():
        pytest.skip(refusal())
