"""The places of short texts are kept, by the text, its language and the rules."""

from recproxy.redaction.language import Language
from recproxy.redaction.name_rules import name_rules
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.short_texts import short_places
from recproxy.redaction.text_places import text_places

TEXTS = (
    b"https://api.example.com/?pin=1234",
    b"pin=1234",
    b'{"pin": "1234", "a": "https://me:correct-horse-9@host/"}',
    b"",
)
RULES = (RedactionRules(), RedactionRules(query=("pin",)), RedactionRules(form=("pin",)), RedactionRules(json=("pin",)))


def test_a_short_text_has_the_places_that_it_has_in_each_language_by_each_rules():
    asked = [(text, language, name_rules(rules)) for text in TEXTS for language in Language for rules in RULES]

    for _ in range(2):  # the second time they are kept
        assert [list(short_places(*each)) for each in asked] == [text_places(*each) for each in asked]


def test_the_places_of_a_long_text_are_not_kept():
    long, rules = b'{"password": "%s"}' % (b"x1" * 200), name_rules(RedactionRules())

    assert short_places(long, Language.JSON, rules) is not short_places(long, Language.JSON, rules)
    assert short_places(long[-40:], Language.JSON, rules) is short_places(long[-40:], Language.JSON, rules)


def test_rules_that_differ_only_in_their_values_share_what_is_kept():
    rules = RedactionRules(json=("pin",))
    others = RedactionRules(json=("pin",), values=("1234",), variables=(("PIN", "1234"),))

    assert name_rules(rules) is name_rules(others)
    assert name_rules(rules) is not name_rules(RedactionRules(json=("pins",)))
