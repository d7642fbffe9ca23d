from h2.errors import ErrorCodes

from recproxy.http.h2.errors import Code, PeerError, StreamError


def test_the_codes_are_those_of_the_library():
    assert all(ErrorCodes[code.name] == code for code in Code)


def test_errors_say_how_they_are_told():
    assert (PeerError(Code.PROTOCOL_ERROR, "a").code, str(PeerError(1, "a"))) == (1, "a")
    assert StreamError("a").code is Code.PROTOCOL_ERROR
