"""Shapes of a profile: what clients take out of a secret stays, and the mask fits the shape."""

import re
from dataclasses import replace

import pytest
from tables import exchange, place

from recproxy.recording import Recording, dump
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.kept_shapes import NO_SHAPES, KeptShapes
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import mask_again, redact_request, redact_scope

CLIENT_SECRET = "src_3NkT0a2e_key_" + "aB3dE6gH9jK2mN5pQ8sT"
SHAPES = ("src_[0-9A-Za-z]+_key_([0-9A-Za-z]{20})", "ek-(?:live|test)-([0-9a-f]{16,})")
MASKED = "src_3NkT0a2e_key_" + "X" * 20
RULES = RedactionRules(shapes=SHAPES)


def kept(*shapes):
    return KeptShapes([re.compile(each.encode()) for each in shapes])


@pytest.mark.parametrize(
    ("shape", "value", "mask"),
    [
        ("pi_[0-9A-Za-z]+_secret_([0-9A-Za-z]+)", "pi_3Nk_secret_aB3d", "pi_3Nk_secret_XXX"),
        ("pi_[0-9A-Za-z]+_secret_([0-9A-Za-z]{6})", "pi_3Nk_secret_aB3dE6", "pi_3Nk_secret_XXXXXX"),
        ("ek-([0-9a-f]{8})", "ek-9f86d081", "ek-00000000"),
        ("ek-([a-z]{8})", "ek-abcdefgh", "ek-xxxxxxxx"),
        ("([0-9a-f]{8}-[0-9a-f]{4})@(eu|us)[0-9]", "9f86d081-88aa@eu1", None),
        ("([0-9a-f]{8}-[0-9a-f]{4})@(?:eu|us)[0-9]", "9f86d081-88aa@eu1", "00000000-0000@eu1"),
        ("([0-9A-Z]+)[.]v2[.]([0-9a-z]{4,})?", "ABC1.v2.9f86d", "0000.v2.00000"),
        ("([0-9A-Z]+)[.]v2[.]([0-9a-z]{4,})?", "ABC1.v2.", "XXX.v2."),
        ("k_((a)b+)", "k_abb", None),
        ("k_(.{8})", "k_p@$$w0rd", "k_XXXXXXXX"),
        ("k_(.{8,})", "k_\u043f\u0430\u0440\u043e\u043b\u044c", "k_" + "X" * 12),
        ("k_(.{4}-.{4})", "k_\u043f\u0430-\u0440\u043e", "k_XXXX-XXXX"),
        ("k_([!-/]{8})", "k_$%$%$!!!", None),
        ("pi_([a-z]+)", "seti_abc", None),
    ],
)
def test_the_groups_are_masked_so_that_the_shape_still_fits(shape, value, mask):
    shapes = kept(shape)
    wanted = mask.encode() if mask else None
    assert shapes.masked(value.encode(), b"XXX") == wanted
    assert shapes.fits(value.encode()) is (mask is not None)
    if wanted:
        assert shapes.masked(wanted, b"XXX") == wanted


def test_the_first_shape_that_fits_counts_and_without_any_nothing_is_kept():
    assert kept("k_(.+)", "(k)_.+").masked(b"k_ab", b"XXX") == b"k_XXX"
    assert NO_SHAPES.masked(b"k_ab", b"XXX") is None


def test_a_part_that_needs_escapes_is_not_written_in_their_place_but_for_slashes():
    assert kept("k/(.+)").masked(b"k/ab", b"XXX") == b"k/XXX"
    assert kept("k/(.+)").masked(b"k/ab", b"XXX", rb"k\/ab") == rb"k\/XXX"
    assert kept("k/(.+)").masked(b"k/a/b", b"XXX", rb"k\/a/b") is None
    assert kept("k_(.+)").masked(b"k_ab", b"XXX", b"%6B_ab") == b"k_XXX"


@pytest.mark.parametrize(
    ("shape", "text", "written"),
    [
        ("[a-z0-9=&]+token=([0-9a-f]+)", "a=1&password=hunter22&token=abcdef12", "a=1&password=XXX&token=00000000"),
        ("id-[a-z0-9]+-key-([0-9a-f]{8})", "id-known773-key-abcdef12", "id-XXX-key-00000000"),
        ("[^,]+key-([0-9a-f]{8})", f"Bearer ghp_{'16C7e42F29' * 4} key-abcdef12, x", "Bearer XXX key-00000000, x"),
    ],
)
def test_another_secret_in_what_a_shape_keeps_is_masked(shape, text, written):
    rules = RedactionRules(shapes=(shape,), values=("known773",))
    scope = redact_scope([place(exchange(), "response", "text/plain", "body", text.encode())], rules)
    assert (scope.refusals, scope.interactions[0].response.body) == ((), written.encode())
    assert redact_scope(scope.interactions, rules).findings == ()


JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (JSON, '{"client_secret": "%s", "n": 1}'),
        (JSON, '{"thing": "%s"}'),
        (JSON, '{"next": "https://shop.example/pay#%s"}'),
        (JSON, '{"inner": "{\\"client_secret\\": \\"%s\\"}"}'),
        (FORM, "a=1&client_secret=%s"),
        (FORM, "a=1&b=%s&c=2"),
        ("text/plain", "pay with %s, please"),
        ("application/xml", "<a><client_secret>%s</client_secret></a>"),
    ],
)
def test_a_response_keeps_the_shape_wherever_the_secret_stands(kind, written):
    made = place(exchange(), "response", kind, "body", (written % CLIENT_SECRET).encode())
    scope = redact_scope([made], RULES)
    assert scope.interactions[0].response.body == (written % MASKED).encode()
    assert redact_scope(scope.interactions, RULES).findings == ()


def test_a_secret_of_the_shape_that_comes_back_is_any_value_in_requests_and_the_same_in_responses():
    given = place(exchange(), "response", JSON, "body", f'{{"client_secret": "{CLIENT_SECRET}"}}'.encode())
    sent = place(exchange(), "request", FORM, "body", f"a=1&client_secret={CLIENT_SECRET}".encode())
    echo = place(exchange(), "response", "text/plain", "text", f"paid {CLIENT_SECRET}".encode())
    first, second, third = redact_scope([given, sent, echo], RULES).interactions
    assert first.response.body == f'{{"client_secret": "{MASKED}"}}'.encode()
    assert second.request.body == b"a=1&client_secret=XXX"
    assert third.response.body == f"paid {MASKED}".encode()
    again = redact_scope([first, second, third], RULES)
    assert (again.interactions, again.findings) == ((first, second, third), ())
    assert dump(Recording(interactions=again.interactions)).count(MASKED.encode()) == 2


def test_a_recording_with_masks_is_redacted_again_where_it_holds_another_secret():
    made = place(exchange(), "response", JSON, "body", f'{{"client_secret": "{MASKED}", "password": "q1W"}}'.encode())
    scope = redact_scope([replace(made, response=replace(made.response, wild="XXX"))], RULES)
    assert scope.refusals == ()
    assert scope.interactions[0].response.body == f'{{"client_secret": "{MASKED}", "password": "XXX"}}'.encode()


def test_what_a_later_scope_shows_keeps_its_shape_in_an_earlier_one():
    shown = "tr-" + "9f86d081884c7d65" + "-end"
    rules = RedactionRules(shapes=("tr-([0-9a-f]{16})-end",))
    written = place(exchange(), "response", "text/plain", "text", f"it is {shown}".encode())
    learned = redact_scope(
        [place(exchange(), "response", JSON, "body", f'{{"access_token": "{shown}"}}'.encode())], rules
    ).learned
    (late,) = mask_again([written], EarlierValues(learned), rules=rules).interactions
    assert late.response.body == b"it is tr-0000000000000000-end"


def test_the_value_of_a_variable_has_its_name_although_it_has_the_shape():
    value = "ek-test-" + "9f86d081884c7d65"
    rules = RedactionRules(shapes=SHAPES, values=(value,), variables=(("SHOP_KEY", value),))
    made = place(exchange(), "response", JSON, "body", f'{{"key": "{value}", "other": "ek-live-{"ab" * 9}"}}'.encode())
    (clean,) = redact_scope([made], rules).interactions
    assert clean.response.body == f'{{"key": "XXX[SHOP_KEY]", "other": "ek-live-{"0" * 18}"}}'.encode()


LINK = "https://files.shop.example/links/" + "aB3dE6gH9jK2mN5pQ8sT"
LINKS = RedactionRules(shapes=("https://(?:files|pay)[.]shop[.]example/links/([0-9A-Za-z]{16,})",))


def test_a_request_to_an_address_of_a_shape_still_says_where_it_goes():
    given = place(exchange(), "response", JSON, "body", f'{{"url": "{LINK}"}}'.encode())
    asked = exchange(method="GET", url=f"{LINK}?a=1")
    told = place(exchange(), "request", JSON, "body", f'{{"at": "{LINK}", "n": 1}}'.encode())
    sent = place(exchange(), "request", FORM, "body", b"at=" + LINK.replace(":", "%3A").encode())
    first, second, third, fourth = redact_scope([given, asked, told, sent], LINKS).interactions
    assert first.response.body == b'{"url": "https://files.shop.example/links/XXX[secret]"}'
    assert second.request.url == "https://files.shop.example/links/XXX[secret]?a=1"
    assert third.request.body == b'{"at": "https://files.shop.example/links/XXX[secret]", "n": 1}'
    assert fourth.request.body == b"at=https%3A//files.shop.example/links/XXX[secret]"
    again = redact_scope([first, second, third, fourth], LINKS)
    assert (again.interactions, again.findings) == ((first, second, third, fourth), ())
    assert redact_request(asked.request, LINKS).url == "https://files.shop.example/links/XXX?a=1"


def test_a_name_in_quotes_before_a_secret_stays_in_a_request():
    rules = RedactionRules(shapes=('"ip": ?"([0-9X.]{3,15})"',))
    made = place(exchange(), "request", JSON, "body", b'{"at": {"ip": "203.0.113.7", "n": 1}}')
    scope = redact_scope([made], rules)
    assert scope.interactions[0].request.body == b'{"at": {"ip": "XXX", "n": 1}}'
    assert redact_scope(scope.interactions, rules).findings == ()


@pytest.mark.parametrize("side", ["request", "response"])
def test_shapes_that_overlap_outside_of_their_groups_leave_the_names(side):
    rules = RedactionRules(
        shapes=('"kind": "user",[^{}]{0,99}"at": "([^"]+)"', '"at": "([^"]+)"[^{}]{0,99}"role":'), json=("/all/*/at",)
    )
    made = place(exchange(), side, JSON, "body", b'{"all": [{"kind": "user", "at": "ann", "role": "x"}]}')
    (clean,) = redact_scope([made], rules).interactions
    assert getattr(clean, side).body == b'{"all": [{"kind": "user", "at": "XXX", "role": "x"}]}'


def test_a_request_that_is_shown_in_a_miss_has_no_part_of_it():
    live = exchange(url=f"https://shop.example/pay/{CLIENT_SECRET}?a=1").request
    assert redact_request(live, RULES).url == "https://shop.example/pay/XXX?a=1"


@pytest.mark.parametrize("kind", ["variable", "response", "request"])
def test_the_secret_part_that_a_client_takes_out_of_a_token_is_masked(kind):
    body = f'{{"thing": "{CLIENT_SECRET}"}}'.encode()
    given = exchange() if kind == "variable" else place(exchange(), kind, JSON, "body", body)
    rules = replace(RULES, values=(CLIENT_SECRET,)) if kind == "variable" else RULES
    alone = exchange(url=f"https://shop.example/pay/{CLIENT_SECRET[-20:]}/now")
    assert redact_scope([given, alone], rules).interactions[1].request.url == "https://shop.example/pay/XXX/now"
