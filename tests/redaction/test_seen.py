import dataclasses

from planting import exchange, in_chunks, linked

from recproxy.recording import Recording, dump, load
from recproxy.redaction.linking import names
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope
from recproxy.redaction.secret_values import SecretValues

TOKEN = b"hand" + b"ed-0ut-T0ken"
OTHER = b"ano" + b"ther-0ut-T0ken"
JWT = b"ey" + b"JhbGciOiJIUzI1NiJ9." + b"eyJzdWIiOiI0MiJ9." + b"c2ln"


def gives(body, **words):
    interaction = exchange()
    return dataclasses.replace(interaction, response=dataclasses.replace(interaction.response, body=body, **words))


def test_a_value_handed_out_and_sent_back_is_linked():
    first, second = linked(
        gives(b'{"access_token":"' + TOKEN + b'","refresh_token":"' + OTHER + b'"}'),
        exchange(headers=[(b"Authorization", b"Bearer " + TOKEN)]),
    )
    assert first.response.body == b'{"access_token":"XXX[access_token]","refresh_token":"XXX"}'
    assert second.request.headers == ((b"Authorization", b"Bearer XXX[access_token]"),)


def test_it_is_known_again_in_a_place_that_no_rule_hides():
    _, second, third = linked(
        gives(b'{"access_token":"' + TOKEN + b'"}'),
        exchange(url="https://api.example.com/things/" + TOKEN.decode() + "/x", body=b"about " + TOKEN),
        gives(b"you sent " + TOKEN),
    )
    assert second.request.url == "https://api.example.com/things/XXX[access_token]/x"
    assert second.request.body == b"about XXX[access_token]"
    assert third.response.body == b"you sent XXX[access_token]"


def test_names_are_unique_in_the_order_of_those_that_came_back():
    results = linked(
        gives(b'{"access_token":"never-sent-back-1"}'),
        gives(b'{"access_token":"' + TOKEN + b'"}'),
        gives(b'{"access_token":"' + OTHER + b'"}'),
        exchange(body=b"access_token=" + OTHER),
        exchange(body=b"access_token=" + TOKEN),
    )
    assert [each.response.body for each in results[:3]] == [
        b'{"access_token":"XXX"}',
        b'{"access_token":"XXX[access_token]"}',
        b'{"access_token":"XXX[access_token.2]"}',
    ]
    assert [each.request.body for each in results[3:]] == [
        b"access_token=XXX[access_token.2]",
        b"access_token=XXX[access_token]",
    ]


def test_a_cookie_comes_back():
    first, second = linked(
        gives(b"", headers=((b"Set-Cookie", b"sid=abcdefgh; Path=/"),)),
        exchange(headers=[(b"Cookie", b"sid=abcdefgh")]),
    )
    assert first.response.headers == ((b"Set-Cookie", b"sid=XXX[sid]; Path=/"),)
    assert second.request.headers == ((b"Cookie", b"sid=XXX[sid]"),)


def test_a_jwt_says_so_in_its_name_and_keeps_its_shape_where_it_is_not_linked():
    first, second = linked(gives(b'{"id_token":"' + JWT + b'"}'), exchange(body=b"id_token=" + JWT))
    assert first.response.body == b'{"id_token":"XXX[id_token.jwt]"}'
    assert second.request.body == b"id_token=XXX[id_token.jwt]"
    (alone,) = linked(gives(b'{"id_token":"' + JWT + b'"}'))
    assert alone.response.body.count(b".") == 2


def test_chunks_add_up_after_names_went():
    body = b'{"access_token":"' + TOKEN + b'","id":"1"}'
    (result,) = linked(gives(body, chunks=in_chunks(body, 5)))
    assert result.response.body == b'{"access_token":"XXX","id":"1"}'
    assert sum(each.size for each in result.response.chunks) == len(result.response.body)
    assert len(result.response.chunks) == len(in_chunks(body, 5))


def test_linking_twice_and_through_a_file_changes_nothing():
    once = linked(gives(b'{"access_token":"' + TOKEN + b'"}'), exchange(body=b"access_token=" + TOKEN))
    assert linked(*once) == once
    assert linked(*load(dump(Recording(interactions=once))).interactions) == once


def test_what_holds_secrets_shows_none():
    values = SecretValues((TOKEN,))
    scope = redact_scope([gives(b'{"access_token":"' + TOKEN + b'"}')], RedactionRules(values=(TOKEN,)))
    assert TOKEN.decode() not in repr((values, scope, scope.findings))


def test_names_of_other_scopes_in_the_recording_are_left_to_them():
    traffic = gives(b'{"access_token":"' + TOKEN + b'"}'), exchange(body=b"access_token=" + TOKEN)
    mine = linked(*traffic)
    assert names(mine) == {"access_token"}
    assert names(linked(*traffic, taken=names(mine))) == {"access_token.2"}
