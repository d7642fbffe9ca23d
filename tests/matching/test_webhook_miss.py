"""What is told of a webhook that was not answered as recorded."""

from recproxy.matching.ways import Ways
from recproxy.matching.webhook_miss import WebhookMiss


def told(**more):
    return WebhookMiss(
        name="events", method="POST", target="/hooks", profile="shop", where="shop.rec:8", ways=Ways(), **more
    ).text()


def test_outside_of_tests_it_names_none_and_says_how_to_record():
    assert told() == (
        "recproxy: the webhook events got another answer from the application than the recorded one\n\n"
        "  webhook   POST /hooks\n"
        "  recorded  shop.rec:8\n\n"
        "if the new answer is right, record it: recproxy run --record shop -- COMMAND\n"
    )


def test_what_an_application_says_cannot_act_on_a_terminal():
    assert "\x1b" not in told(error="\x1b[2J", test="test\x1b_pay")
