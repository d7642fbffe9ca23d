import dataclasses

from planting import exchange

from recproxy.redaction import RedactionRules, redact_scope

KEY = "9944b09199c62b" + "cf9418ad846dd0e4bb"


def gives(body, **words):
    interaction = exchange()
    return dataclasses.replace(interaction, response=dataclasses.replace(interaction.response, body=body, **words))


def test_what_a_later_request_gives_away_is_masked_in_an_earlier_response():
    scope = redact_scope(
        [
            gives(b'{"key":"' + KEY.encode() + b'"}'),
            exchange(headers=[(b"Authorization", b"Token " + KEY.encode())]),
        ],
        RedactionRules(),
    )
    first, second = scope.interactions
    assert (first.response.body, second.request.headers) == (
        b'{"key":"XXX[token]"}',
        ((b"Authorization", b"Token XXX[token]"),),
    )


def test_what_cannot_be_read_is_refused_at_its_position_and_the_others_stay():
    damaged = exchange(headers=[(b"Content-Encoding", b"gzip")], body=b"\x1f\x8b\x08\x00damaged")
    scope = redact_scope([exchange(), damaged, exchange()], RedactionRules(values=("a-known-value",)))
    assert [each is None for each in scope.interactions] == [False, True, False]
    assert [each.position for each in scope.refusals] == [1]
    assert scope.counts == {}


def test_findings_say_which_interaction_they_are_of():
    scope = redact_scope([exchange(), exchange(headers=[(b"X-Api-Key", KEY.encode())])], RedactionRules())
    assert [(each.position, each.place, each.rule) for each in scope.findings] == [
        (1, "request header X-Api-Key", "header")
    ]
    assert KEY not in repr(scope)
