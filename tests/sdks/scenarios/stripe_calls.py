"""stripe, by both kinds of its methods: payments, customers by pages, idempotency, Checkout, files, Connect, a limit."""

import asyncio
import io
import os
import uuid

import driver
import stripe


def client(**more):
    return stripe.StripeClient(os.environ["STRIPE_SECRET_KEY"], **more)


def at_once(call):
    """What a call of an asynchronous method gives."""
    return asyncio.run(call(client(http_client=stripe.HTTPXClient())))


def payment():
    made = client().v1.payment_intents.create({"amount": 2000, "currency": "eur", "payment_method": "pm_card_visa"})
    done = client().v1.payment_intents.confirm(made.id)
    return [made.status, done.status, made.client_secret.partition("_secret_")[0] == made.id]


def payment_async():
    async def call(opened):
        made = await opened.v1.payment_intents.create_async({"amount": 1000, "currency": "eur"})
        return [made.status, (await opened.v1.payment_intents.confirm_async(made.id)).status]

    return at_once(call)


def card_declined():
    made = client().v1.payment_intents.create({"amount": 3000, "currency": "eur"})
    asked = {"payment_method": "pm_card_declined"}
    return driver.raised(lambda: client().v1.payment_intents.confirm(made.id, asked), said=lambda error: error.code)


def setup_intent():
    made = client().v1.setup_intents.create({"usage": "off_session"})
    return [made.status, made.client_secret.startswith(f"{made.id}_secret_")]


def customers_by_pages():
    return [each.id for each in client().v1.customers.list({"limit": 1}).auto_paging_iter()]


def customers_by_pages_async():
    async def call(opened):
        pages = await opened.v1.customers.list_async({"limit": 1})
        return [each.id async for each in pages.auto_paging_iter()]

    return at_once(call)


def search():
    return [each.id for each in client().v1.customers.search({"query": "name:'Suite'"}).auto_paging_iter()]


def idempotent_replay():
    key = {"idempotency_key": str(uuid.uuid4())}
    answers = [client().v1.customers.create({"name": "Suite"}, key).last_response for _ in range(2)]
    return [each.headers.get("Idempotent-Replayed") for each in answers] + [
        answers[0].idempotency_key == key["idempotency_key"]
    ]


def idempotency_key_reused():
    key = {"idempotency_key": str(uuid.uuid4())}
    client().v1.customers.create({"name": "One"}, key)
    return driver.raised(
        lambda: client().v1.customers.create({"name": "Two"}, key), said=lambda error: error.http_status
    )


def checkout_until_it_is_paid():
    made = client().v1.checkout.sessions.create({"mode": "payment", "success_url": "https://suite.example/"})
    seen = [made.status]
    while seen[-1] != "complete":
        seen.append(client().v1.checkout.sessions.retrieve(made.id).status)
    return seen


def ephemeral_key():
    made = client().v1.ephemeral_keys.create({"customer": "cus_1"}, {"stripe_version": "2025-09-30.clover"})
    return made.secret[:8]


def webhook_endpoint():
    asked = {"url": "https://suite.example/hook", "enabled_events": ["*"]}
    return client().v1.webhook_endpoints.create(asked).secret != ""


def file_and_link():
    content = io.BytesIO(b"evidence")
    content.name = "evidence.txt"
    made = client().v1.files.create({"purpose": "dispute_evidence", "file": content})
    link = client().v1.file_links.create({"file": made.id})
    return [made.size, link.url.startswith("https://files.stripe.com/links/")]


def account_link():
    asked = {"account": "acct_1", "type": "account_onboarding"}
    return client().v1.account_links.create(asked).url.startswith("https://connect.stripe.com/setup/")


def accounts():
    """The same request for the own account and for another one."""
    others = client().v1.balance.retrieve(options={"stripe_account": "acct_other"})
    return [each.available[0].amount for each in (client().v1.balance.retrieve(), others)]


def connect():
    made = client().oauth.token({"grant_type": "authorization_code", "code": "ac_" + uuid.uuid4().hex})
    return [made.stripe_user_id, made.scope]


def limited_then_answered():
    return client(max_network_retries=2).v1.customers.create({"name": "again"}).name


def not_found():
    return driver.raised(lambda: client().v1.customers.retrieve("cus_none"), said=lambda error: error.code)


def over_the_base_url():
    addresses = {"api": os.environ["STRIPE_API_BASE"], "files": os.environ["STRIPE_UPLOAD_API_BASE"]}
    opened = client(base_addresses=addresses)
    content = io.BytesIO(b"evidence")
    content.name = "evidence.txt"
    made = opened.v1.files.create({"purpose": "dispute_evidence", "file": content})
    return [made.filename, *(each.id for each in opened.v1.customers.list({"limit": 1}).auto_paging_iter())]


SCENARIOS = (
    *(payment, payment_async, card_declined, setup_intent, customers_by_pages, customers_by_pages_async, search),
    *(idempotent_replay, idempotency_key_reused, checkout_until_it_is_paid, ephemeral_key, webhook_endpoint),
    *(file_and_link, account_link, accounts, connect, limited_then_answered, not_found, over_the_base_url),
)

if __name__ == "__main__":
    driver.run({each.__name__: each for each in SCENARIOS})
