"""Values that earlier scopes of a run have shown, in the scopes that follow and in those that were redacted before."""

import dataclasses
import gzip

from planting import exchange

from recproxy.recording import Recording, dump
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import ReadScope, mask_again, mask_line, redact_line, redact_request, redact_scope
from recproxy.redaction.secret_values import SecretValue

TOKEN = "tk-" + "Zq81LmN0pQ77aaXYrs"
PASSWORD = "swordfish"
RULES = RedactionRules()


def gives(answer, **words):
    interaction = exchange(**words)
    return dataclasses.replace(interaction, response=dataclasses.replace(interaction.response, body=answer))


LOGIN = gives(b'{"access_token": "%s"}' % TOKEN.encode(), body=b"user=me&password=swordfish")
ECHO = gives(b'{"note": "%s"}' % TOKEN.encode(), url=f"https://a.example.com/{TOKEN}/x")


def learned(*interactions):
    return EarlierValues(redact_scope(interactions, RULES).learned)


def text(scope):
    return dump(Recording(interactions=tuple(each for each in scope.interactions if each is not None)))


def test_a_scope_says_what_it_has_learned():
    scope = redact_scope(
        [LOGIN, gives(b"{}", headers=[(b"X-Api-Key", b"known-value-1")])], RedactionRules(values=("known-value-1",))
    )
    assert scope.learned == {
        TOKEN.encode(): SecretValue("handed out", "access_token"),
        PASSWORD.encode(): SecretValue("sent before", "password", field=True, alone=True),
    }
    assert TOKEN not in repr(scope)


def test_what_an_earlier_scope_showed_is_masked_and_linked_in_a_later_one():
    scope = redact_scope([ECHO], RULES, earlier=learned(LOGIN))
    (clean,) = scope.interactions
    assert (clean.request.url, clean.response.body) == (
        "https://a.example.com/XXX[access_token]/x",
        b'{"note": "XXX[access_token]"}',
    )
    assert scope.learned == {}


def test_what_is_learned_late_gives_the_same_text_as_what_was_known_before():
    late = mask_again(redact_scope([ECHO], RULES).interactions, learned(LOGIN))
    assert text(late) == text(redact_scope([ECHO], RULES, earlier=learned(LOGIN)))
    assert mask_again(late.interactions, learned(LOGIN)).counts == {}


def test_a_second_look_masks_nothing_by_name():
    written = gives(
        b'{"password": "hunter2-hunter2"}', body=b"api_key=77aaXYrsZq81", headers=[(b"X-Token", b"Zq81LmN0pQ77")]
    )
    assert mask_again([written], learned(LOGIN)).interactions[0].response.body == written.response.body
    assert mask_again([written], learned(LOGIN)).counts == {}


def test_a_value_in_compressed_data_is_refused_by_a_second_look():
    written = gives(b"%PDF\x00\x01" + gzip.compress(f"to {TOKEN}".encode() * 9))
    late = mask_again([written, ECHO], learned(LOGIN))
    assert [each is None for each in late.interactions] == [True, False]


def test_a_line_about_a_scope_has_no_value_of_an_earlier_one():
    assert redact_line(f"GET https://a.example.com/{TOKEN}: it broke", RULES, learned(LOGIN)) == (
        "GET https://a.example.com/XXX: it broke"
    )


def test_values_that_come_one_by_one_are_made_ready_in_few_levels():
    earlier = EarlierValues()
    for number in range(100):
        earlier.add({f"{TOKEN}{number:03}".encode(): SecretValue("handed out")})
        sizes = [len(each.values) for each in earlier.automata]
        assert sizes == sorted(sizes, reverse=True)
        assert len(sizes) <= 7
    body = " ".join(f"{TOKEN}{number:03}" for number in range(100)).encode()
    (clean,) = mask_again([gives(body)], earlier).interactions
    assert clean.response.body == b" ".join([b"XXX"] * 100)


def test_a_word_that_turns_out_to_be_a_token_is_looked_for_everywhere():
    earlier = EarlierValues({b"swordfishes": SecretValue("sent before", field=True)})
    assert redact_line("a swordfishes b", RULES, earlier) == "a swordfishes b"
    earlier.add({b"swordfishes": SecretValue("handed out")})
    assert redact_line("a swordfishes b", RULES, earlier) == "a XXX b"


def test_a_run_that_begins_like_another_value_is_masked_whole():
    begin = b"--inner\r\n\r\n" + b"nothing that anybody may see " * 4
    known = (begin + b"and the first secret").hex()
    held = (begin + TOKEN.encode()).hex()
    scope = redact_scope([gives(f"see {held} here".encode())], RedactionRules(values=(TOKEN, known)))
    assert scope.interactions[0].response.body == b"see XXX here"


def test_the_password_in_an_address_that_is_handed_out_is_masked_elsewhere():
    address = gives(f'{{"clone": "https://me:{TOKEN}@git.example/x"}}'.encode())
    scope = redact_scope([gives(f'{{"x": "{TOKEN}"}}'.encode()), address], RULES)
    assert TOKEN not in text(scope).decode()


def test_a_request_that_is_only_shown_holds_nothing_that_an_earlier_scope_has_shown():
    assert redact_request(ECHO.request, RULES, learned(LOGIN)).url == "https://a.example.com/XXX/x"


def test_a_line_that_is_masked_again_loses_values_and_nothing_by_name():
    line = f"api_key=77aaXYrsZq81 and https://a.example.com/{TOKEN}\nnext"
    assert mask_line(line, learned(LOGIN)) == line.replace(TOKEN, "XXX")


def test_a_scope_that_was_read_before_others_were_known_is_masked_with_what_they_show():
    read = ReadScope([ECHO, LOGIN], RULES)
    other = gives(b"{}", headers=[(b"X-Api-Key", PASSWORD.encode() + b"-and-more-1")])
    earlier = learned(LOGIN, other)

    scope = read.redacted(earlier=earlier)

    assert set(read.learned) == {TOKEN.encode(), PASSWORD.encode()}
    assert scope == redact_scope([ECHO, LOGIN], RULES, earlier=earlier)
    assert scope.learned == {}
    assert TOKEN.encode() not in text(scope)
