"""stripe asks for the starter recordings of the stripe profile; retries are off but for the limit that ends."""

import io
import os

import driver
import stripe

REFUSED = (
    *("card_declined", "insufficient_funds", "authentication_required", "idempotency_key_reused"),
    *("idempotency_key_in_use", "rate_limited", "lock_timeout", "invalid_key", "forbidden", "not_found"),
    *("invalid_request", "server_error"),
)
PAYMENT = {"amount": 2000, "currency": "eur"}


def client(retries=0):
    return stripe.StripeClient(os.environ["STRIPE_SECRET_KEY"], max_network_retries=retries).v1


def payment():
    made = client().payment_intents.create(PAYMENT)
    done = client().payment_intents.confirm(made.id, {"payment_method": "pm_card_visa"})
    return [made.status, done.status, client().payment_intents.retrieve(made.id).status]


def payment_requires_action():
    made = client().payment_intents.create(PAYMENT)
    waits = client().payment_intents.confirm(made.id, {"payment_method": "pm_card_visa"})
    return [waits.status, *(client().payment_intents.retrieve(made.id).status for _ in range(2))]


def idempotent_replay():
    answers = [client().customers.create({}, {"idempotency_key": "any"}).last_response for _ in range(2)]
    return [each.headers.get("Idempotent-Replayed") for each in answers]


def checkout_session():
    made = client().checkout.sessions.create({"mode": "payment"})
    return [made.status, *(client().checkout.sessions.retrieve(made.id).status for _ in range(2))]


def file_upload():
    content = io.BytesIO(b"anything")
    content.name = "any.txt"
    return client().files.create({"purpose": "dispute_evidence", "file": content}).filename


def connect_token():
    asked = {"grant_type": "authorization_code", "code": "ac_any"}
    return stripe.StripeClient(os.environ["STRIPE_SECRET_KEY"]).oauth.token(asked).stripe_user_id


def webhook():
    answer = client().events.retrieve("evt_any").last_response
    signature, secret = answer.headers["X-Starter-Webhook"], os.environ["STRIPE_WEBHOOK_SECRET"]
    return stripe.Webhook.construct_event(answer.body, signature, secret, tolerance=None).type


def what(error):
    return f"{error.http_status} {error.code}"


if __name__ == "__main__":
    driver.run(
        {
            "payment_intent": payment,
            "payment_requires_action": payment_requires_action,
            **{
                name: lambda: driver.raised(lambda: client().payment_intents.create(PAYMENT), said=what)
                for name in REFUSED
            },
            "customer": lambda: client().customers.create({}).id,
            "idempotent_replay": idempotent_replay,
            "customers_by_pages": lambda: [each.name for each in client().customers.list().auto_paging_iter()],
            "search": lambda: [each.name for each in client().customers.search({"query": "a"}).auto_paging_iter()],
            "rate_limited_then_answered": lambda: client(2).customers.create({}).id,
            "checkout_session": checkout_session,
            "setup_intent": lambda: client().setup_intents.create({}).status,
            "refund": lambda: client().refunds.create({"payment_intent": "pi_any"}).status,
            "file_upload": file_upload,
            "connect_token": connect_token,
            "webhook": webhook,
        }
    )
