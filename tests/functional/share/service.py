"""Calling a service, and its refusals in one shape."""

import requests

#: Keeps its connections, and the roots it trusts: reading those for each request takes longer than the request.
SESSION = requests.Session()


class ServiceError(Exception):
    """A service refused: `error` is what our client gets of it."""

    def __init__(self, **error):
        super().__init__(error)
        self.error = error


class UnavailableError(ServiceError):
    """A service is not there for the moment; what it said is told for whoever looks into it."""

    def __init__(self, provider, said):
        message = "The service is temporarily unavailable - please try again later."
        super().__init__(provider=provider, message=message, status=503, debug_message=said)


def ask(method, url, **request):
    """The answer of a service, whatever its status."""
    return SESSION.request(method, url, timeout=30, **request)


def call(provider, method, url, **request):
    """The JSON that a service answers.

    Raises:
        ServiceError: the status is not one of success.
    """
    response = ask(method, url, **request)
    if response.ok:
        return response.json()
    message, code = refusal(response)
    status = response.status_code
    raise ServiceError(provider=provider, message=message, status=status, code=code, **retry(response))


def refusal(response):
    """What a service says of a failure, and its own code for it (0 where it has none)."""
    try:
        body = response.json()
    except ValueError:
        body = None
    match body:
        case {"errors": [{"message": message, "code": code}, *_]}:  # Twitter v1.1
            return message, code
        case {"detail": message} | {"error_description": message}:  # Twitter v2, Google's tokens
            return message, 0
        case {"error": {"message": message}}:  # Gmail
            return message, 0
        case {"error": message} | {"message": message}:  # Twitter v1, bit.ly v4, LinkedIn
            return message, 0
    return response.reason, 0


def retry(response):
    """When to come again, where it is said: after so many seconds, or at a time in seconds since 1970."""
    if response.status_code not in (429, 503):
        return {}
    known = {"Retry-After": "retry_after", "X-Rate-Limit-Reset": "retry_at"}
    said = {name: response.headers.get(header, "") for header, name in known.items()}
    return {name: int(value) for name, value in said.items() if value.isdigit()}
