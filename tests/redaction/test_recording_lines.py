"""Comments of a recording and the names of its scopes are read for secrets too."""

from __future__ import annotations

import pytest
from tables import token

from recproxy.recording import dump, load
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.recording_lines import with_clean_lines
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.secret_values import SecretValue

SECRET = token("line")
TEXT = """#recproxy 2
# {0}

# {1}
:scope test_login[{2}]
GET https://api.example.com/x HTTP/1.1

====
HTTP/1.1 200 OK

hi
=======
# {3}
"""


def lines(recording):
    (interaction,) = recording.interactions
    return [*recording.comments, interaction.scope, *recording.closing]


@pytest.mark.parametrize("how", ["by name", "known value", "shown by another file"])
def test_lines_lose_their_secrets_once(how):
    text = f"api_key={SECRET}" if how == "by name" else f"see {SECRET} there"
    rules, earlier = RedactionRules(values=(SECRET,) if how == "known value" else ()), EarlierValues()
    if how == "shown by another file":
        earlier.add({SECRET.encode(): SecretValue("sent before")})
    recording = load(TEXT.format(text, "harmless", text, text).encode())

    clean, changed = with_clean_lines(recording, rules, earlier)

    masked = text.replace(SECRET, "XXX")
    assert lines(clean)[::2] == [masked, masked]
    assert lines(clean)[1].startswith(f"test_login[{masked}]~")
    assert changed == (text, f"test_login[{text}]")
    assert with_clean_lines(clean, rules, earlier) == (clean, ())
    assert SECRET.encode() not in dump(clean)


def test_lines_without_a_secret_stay():
    recording = load(TEXT.format("made by hand", "see /login", "GET /x?page=2", "the end").encode())

    assert with_clean_lines(recording, RedactionRules(values=(SECRET,))) == (recording, ())
