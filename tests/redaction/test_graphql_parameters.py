"""A GraphQL request in the query of a URL hides what it would hide in a body."""

from urllib.parse import quote_plus, unquote_plus

import pytest
from tables import exchange, place

from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

RULES = RedactionRules(json=("/variables/user/email", "/extensions/*/id"))


def redacted(query):
    made = exchange(url="https://a.example/graphql?" + query)
    scope = redact_scope([made], RULES)
    assert redact_scope(scope.interactions, RULES).findings == ()
    return unquote_plus(scope.interactions[0].request.url.partition("?")[2])


@pytest.mark.parametrize(
    ("document", "kept"),
    [
        ('{ me(token: "Zq81LmN0pQ7rS2tU5v", id: "3") { id } }', '{ me(token: "XXX", id: "3") { id } }'),
        ('query Me {\n me(password: "hunter22-x") { id }\n}', 'query Me {\n me(password: "XXX") { id }\n}'),
        ('# me\nquery { me(password: "a b", pin: "1234") }', '# me\nquery { me(password: "XXX", pin: "XXX") }'),
        ('{ users(name: "Ann", first: 2) { id } }', '{ users(name: "Ann", first: 2) { id } }'),
        ('{ me(password: "") }', '{ me(password: "") }'),
        ("{ me(password: $p) }", "{ me(password: $p) }"),
        ('password: "how to choose one"', 'password: "how to choose one"'),
    ],
)
def test_the_arguments_of_a_document_are_masked_by_name(document, kept):
    assert redacted(f"lang=en&query={quote_plus(document)}&n=1") == f"lang=en&query={kept}&n=1"


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("variables", '{"p": "hunter22-x", "q": "x"}', '{"p": "XXX", "q": "x"}'),
        ("variables", '{"user": {"email": "a@b.example", "n": 7}}', '{"user": {"email": "XXX", "n": 7}}'),
        ("variables", '{"contact": "a@b.example"}', '{"contact": "a@b.example"}'),
        ("extensions", '{"a": {"id": "x1"}, "b": {"n": 1}}', '{"a": {"id": "XXX"}, "b": {"n": 1}}'),
        ("extensions", '{"persistedQuery": {"sha256Hash": "ab12"}}', '{"persistedQuery": {"sha256Hash": "ab12"}}'),
    ],
)
def test_variables_are_masked_by_what_the_document_passes_on_and_by_pointers(name, value, kept):
    document = "query($p: String!) { login(password: $p) }"
    assert redacted(f"query={quote_plus(document)}&{name}={quote_plus(value)}") == f"query={document}&{name}={kept}"
    assert redacted(f"{name}={quote_plus(value)}") == f"{name}={kept}" or '"p"' in value


PASSED = "query=query($p: S) { login(password: $p) }"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ('query={ me(password: "hunter22-x") }&query=x', 'query={ me(password: "XXX") }&query=x'),
        ('query=x&qu%65ry={ me(password: "hunter22-x") }', 'query=x&qu%65ry={ me(password: "XXX") }'),
        (PASSED + '&variables={"p": "hunter22-x"}&variables={}', PASSED + '&variables={"p": "XXX"}&variables={}'),
        ("query=x&" + PASSED + '&variables={"p": "hunter22-x"}', "query=x&" + PASSED + '&variables={"p": "XXX"}'),
    ],
)
def test_each_of_repeated_parameters_is_masked_in_a_query_and_in_a_form(query, kept):
    pairs = (pair.partition("=") for pair in query.split("&"))
    written = "&".join(f"{name}={quote_plus(value)}" for name, _, value in pairs)
    assert redacted(written) == unquote_plus(kept)
    form = place(exchange(), "request", "application/x-www-form-urlencoded", "body", written.encode())
    assert unquote_plus(redact_scope([form], RULES).interactions[0].request.body.decode()) == unquote_plus(kept)
