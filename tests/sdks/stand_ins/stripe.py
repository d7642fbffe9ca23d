"""Stripe: payments, customers by pages, search, idempotent requests, Checkout, files, Connect, a limit."""

import hashlib

from stand_ins.service import Service, fields, parts

API = r"api\.stripe\.com/v1"
CREATED = 1759320000


class Stripe(Service):
    """Keeps what an idempotency key has made; a session of Checkout is paid while it is asked for."""

    hosts = ("api.stripe.com", "files.stripe.com", "connect.stripe.com")
    environment = {
        "STRIPE_SECRET_KEY": "sk_test_" + "51ZqLmN0pQ7rS2tU5vW8xY1zA4bC7dE0fG3h",
        "STRIPE_WEBHOOK_SECRET": "whsec_" + "Aq81LmN0pQ7rS2tU5vW8xY1zA4bC7dE0",
    }
    problem_without_route = (404, {"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}})
    routes = (
        ("POST", rf"{API}/payment_intents", "intent"),
        ("POST", rf"{API}/payment_intents/(\w+)/confirm", "confirm"),
        ("GET", rf"{API}/payment_intents/(\w+)", "intent"),
        ("POST", rf"{API}/setup_intents", "setup"),
        ("POST", rf"{API}/customers", "customer"),
        ("GET", rf"{API}/customers", "customers"),
        ("GET", rf"{API}/customers/search", "search"),
        ("GET", rf"{API}/customers/(\w+)", "missing"),
        ("POST", rf"{API}/checkout/sessions", "session"),
        ("GET", rf"{API}/checkout/sessions/cs_test_1", "session"),
        ("POST", rf"{API}/ephemeral_keys", "ephemeral"),
        ("POST", rf"{API}/webhook_endpoints", "endpoint"),
        ("POST", rf"{API}/file_links", "link"),
        ("POST", rf"{API}/account_links", "account_link"),
        ("GET", rf"{API}/balance", "balance"),
        ("POST", r"files\.stripe\.com/v1/files", "upload"),
        ("POST", r"connect\.stripe\.com/oauth/token", "token"),
    )

    def __init__(self):
        super().__init__()
        self.made = {}
        self.polls = 0
        self.limited = False
        self.intents = {}

    def answer(self, request):
        key = self.environment["STRIPE_SECRET_KEY"]
        if request.bearer != key and fields(request).get("client_secret") != key:
            return self.refused(request, 401, "Invalid API Key provided: sk_test_***")
        return super().answer(request)

    def reply(self, request, status, value, *headers):
        number = f"req_{len(request.connection.server.asked):014d}"
        key = request.headers.get("Idempotency-Key")
        kept = [("Request-Id", number), ("Stripe-Version", "2025-09-30.clover")]
        kept += [("Idempotency-Key", key)] if key else []
        return super().reply(request, status, value, *kept, *headers)

    def refused(self, request, status, message, *headers, kind="invalid_request_error", **more):
        return self.reply(request, status, {"error": {"type": kind, "message": message, **more}}, *headers)

    def intent(self, request, name=""):
        """Created anew with a secret of its own, which the client takes apart."""
        if request.method == "POST":
            name = "pi_" + hashlib.sha256(request.body).hexdigest()[:24]
            self.intents[name] = "requires_confirmation"
        secret = f"{name}_secret_" + self.handed_out("", 18)
        asked = {"id": name, "object": "payment_intent", "amount": 2000, "currency": "eur", "created": CREATED}
        return self.reply(request, 200, asked | {"status": self.intents[name], "client_secret": secret})

    def confirm(self, request, name):
        if "declined" in fields(request).get("payment_method", ""):
            more = {"code": "card_declined", "decline_code": "generic_decline"}
            return self.refused(request, 402, "Your card was declined.", kind="card_error", **more)
        self.intents[name] = "succeeded"
        return self.intent(request, name) if request.method == "GET" else self.confirmed(request, name)

    def confirmed(self, request, name):
        secret = f"{name}_secret_" + self.handed_out("", 18)
        done = {"id": name, "object": "payment_intent", "status": "succeeded", "client_secret": secret}
        return self.reply(request, 200, done)

    def setup(self, request):
        secret = "seti_1Nk00000000000000000000_secret_" + self.handed_out("", 18)
        made = {"id": "seti_1Nk00000000000000000000", "object": "setup_intent", "status": "requires_payment_method"}
        return self.reply(request, 200, made | {"client_secret": secret})

    def customer(self, request):
        key, asked = request.headers.get("Idempotency-Key"), fields(request)
        if asked.get("name") == "again":
            self.limited = not self.limited
            if self.limited:
                wait = (
                    ("Retry-After", "0"),
                    ("Stripe-Rate-Limited-Reason", "global-rate"),
                    ("Stripe-Should-Retry", "true"),
                )
                return self.refused(request, 429, "Request rate limit exceeded.", *wait, code="rate_limit")
        known = self.made.get(key)
        if known is not None and known != asked:
            return self.refused(request, 400, "Keys must be used with the same parameters.", kind="idempotency_error")
        if key:
            self.made[key] = asked
        value = {"id": "cus_1", "object": "customer", "name": asked.get("name"), "created": CREATED}
        return self.reply(request, 200, value, *([("Idempotent-Replayed", "true")] if known is not None else []))

    def customers(self, request):
        """Three pages of one customer each."""
        number = int(request.query.get("starting_after", "cus_0").removeprefix("cus_")) + 1
        row = {"id": f"cus_{number}", "object": "customer", "created": CREATED}
        return self.reply(
            request, 200, {"object": "list", "data": [row], "has_more": number < 3, "url": "/v1/customers"}
        )

    def search(self, request):
        number = int(request.query.get("page", "1"))
        row = {"id": f"cus_{number}", "object": "customer", "created": CREATED}
        more = {"has_more": number < 2, "next_page": "2" if number < 2 else None, "url": "/v1/customers/search"}
        return self.reply(request, 200, {"object": "search_result", "data": [row], **more})

    def missing(self, request, name):
        return self.refused(request, 404, f"No such customer: '{name}'", code="resource_missing", param="id")

    def session(self, request):
        """Complete when it is asked for the second time."""
        self.polls = 0 if request.method == "POST" else self.polls + 1
        paid = self.polls > 1
        url = None if paid else "https://checkout.stripe.com/c/pay/cs_test_1"
        made = {"id": "cs_test_1", "object": "checkout.session", "url": url, "status": "complete" if paid else "open"}
        return self.reply(request, 200, made)

    def ephemeral(self, request):
        secret = self.handed_out("ek_test_", 40)
        return self.reply(request, 200, {"id": "ephkey_1", "object": "ephemeral_key", "secret": secret})

    def endpoint(self, request):
        secret = self.handed_out("whsec_", 24)
        return self.reply(request, 200, {"id": "we_1", "object": "webhook_endpoint", "secret": secret})

    def link(self, request):
        url = "https://files.stripe.com/links/" + self.handed_out("", 40)
        return self.reply(request, 200, {"id": "link_1", "object": "file_link", "url": url})

    def account_link(self, request):
        url = "https://connect.stripe.com/setup/e/acct_1/" + self.handed_out("", 12)
        return self.reply(request, 200, {"object": "account_link", "created": CREATED, "url": url})

    def balance(self, request):
        account = request.headers.get("Stripe-Account", "acct_own")
        amount = {"acct_own": 100, "acct_other": 7}[account]
        available = [{"amount": amount, "currency": "eur"}]
        return self.reply(request, 200, {"object": "balance", "available": available, "livemode": False})

    def upload(self, request):
        ((_, head, content),) = (each for each in parts(request) if each[0] == "file")
        name = head.get_param("filename", header="content-disposition")
        return self.reply(request, 200, {"id": "file_1", "object": "file", "filename": name, "size": len(content)})

    def token(self, request):
        handed = {"access_token": self.handed_out("sk_test_", 24), "refresh_token": self.handed_out("rt_", 24)}
        return self.reply(
            request, 200, handed | {"stripe_user_id": "acct_other", "scope": "read_write", "token_type": "bearer"}
        )
