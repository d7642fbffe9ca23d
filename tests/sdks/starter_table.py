"""What each SDK returns or raises when a starter recording answers it: SAYS, by SDK and recording.

UNASKED names the recordings for which no SDK here has a call, and why.
"""

STATUS = {"duplicate": 403, "rate_limited": 429, "revoked": 401, "server_error": 503}
TWEEPY = {"duplicate": "Forbidden", "rate_limited": "TooManyRequests", "revoked": "Unauthorized"}


def _tweepy(error):
    return f"{TWEEPY.get(error, 'TwitterServerError')} {STATUS[error]}"


def _x(refused):
    return {
        "v2_me": "TweepyDev",
        "v2_user": "Twitter",
        "v2_followers": ["TwitterDev", "Twitter"],
        "v2_post": ["Test Tweet", True],
        **{f"v2_post_{error}": refused(error) for error in STATUS},
        "v2_post_rate_limited_then_posted": [refused("rate_limited"), "Test Tweet"],
    }


def _v1_1(refused, number):
    posted = {"v1_1_update": ["testing 1000", number]}
    return posted | {f"v1_1_update_{error}": refused(error) for error in STATUS}


def _node(error):
    return f"ApiResponseError {STATUS[error]}"


def _gmail(refused, revoked, overloaded):
    sent = ["18c2f0a1b2c3d4e5"]
    return {
        "token": True,
        "token_revoked": revoked,
        "token_server_error": overloaded,
        "send": sent,
        "send_duplicate": [*sent, "18c2f0a7e8f90a1b"],
        "send_rate_limited": f"{refused} 429 rateLimitExceeded",
        "send_revoked": f"{refused} 401 authError",
        "send_server_error": f"{refused} 500 backendError",
    }


def _graph(refused):
    return {
        "2011_feed_revoked": f"{refused} OAuthException",
        "2011_groups": [],
        "feed": "1234567890_9876543210",
        "feed_duplicate": f"{refused} 506",
        "feed_rate_limited": f"{refused} 4",
        "feed_revoked": f"{refused} 190",
        "feed_server_error": f"{refused} 2",
    }


HELLO = "Hello! How can I help you today?"
TOOLS = ['{"city":"Paris"}', "It is sunny in Paris."]
OPENAI = {
    "chat": HELLO,
    "chat_stream": HELLO,
    "chat_stream_broken": "APIError server_error",
    "chat_refused": "I'm sorry, I cannot assist with that request.",
    "chat_cut_short": "length",
    "chat_tools": TOOLS,
    "chat_tools_stream": TOOLS,
    "responses": HELLO,
    "responses_stream": HELLO,
    "responses_tools": TOOLS,
    "responses_tools_stream": TOOLS,
    "embeddings": 16,
    "models": ["gpt-5.4-mini", "gpt-5.4", "text-embedding-3-small"],
    "invalid_key": "AuthenticationError 401 invalid_api_key",
    "rate_limited": "RateLimitError 429 rate_limit_exceeded",
    "quota_used_up": "RateLimitError 429 insufficient_quota",
    "context_too_long": "BadRequestError 400 context_length_exceeded",
    "unknown_model": "NotFoundError 404 model_not_found",
    "server_error": "InternalServerError 500 None",
    "overloaded": "InternalServerError 503 None",
    "rate_limited_then_answered": HELLO,
}
PYGITHUB = {401: "BadCredentialsException", 404: "UnknownObjectException"}
WEATHER = [{"city": "Paris"}, "It is sunny in Paris."]
ANTHROPIC = {
    "message": HELLO,
    "message_stream": HELLO,
    "message_cut_short": "max_tokens",
    "message_refused": "refusal",
    "tools": WEATHER,
    "tools_stream": WEATHER,
    "count_tokens": 14,
    "models": ["Claude Sonnet 5", "Claude Haiku 4.5"],
    "invalid_key": "AuthenticationError 401 authentication_error",
    "rate_limited": "RateLimitError 429 rate_limit_error",
    "overloaded": "OverloadedError 529 overloaded_error",
    "server_error": "InternalServerError 500 api_error",
    "context_too_long": "BadRequestError 400 invalid_request_error",
    "request_too_large": "ContentTooLargeError 413 request_too_large",
    "credit_used_up": "BadRequestError 400 invalid_request_error",
    "unknown_model": "NotFoundError 404 not_found_error",
    "overloaded_stream": "APIStatusError overloaded_error",
    "rate_limited_then_answered": HELLO,
}
SLACK = {
    "auth_test": "U0000000002",
    "message": "Hello!",
    "message_and_reply": ["Hello!", "Hello again!"],
    **{error: f"SlackApiError 200 {error}" for error in ("channel_not_found", "not_in_channel")},
    **{error: f"SlackApiError 200 {error}" for error in ("invalid_auth", "token_revoked", "missing_scope")},
    "rate_limited": "SlackApiError 429 ratelimited",
    "service_unavailable": "SlackApiError 503 service_unavailable",
    "rate_limited_then_posted": "Hello!",
    "channels": [["general", "random", "releases"], ["general", "random", "releases"]],
    "history": ["Hello again!", "Hello!"],
    "user": "XXX",
    "file_upload": "F0000000001",
    "file_upload_refused": "SlackApiError 200 file_uploads_disabled",
    "webhook": [200, "ok"],
    "webhook_gone": [404, "no_service"],
    "webhook_invalid_payload": [400, "invalid_payload"],
    "webhook_rate_limited": [429, "rate_limited"],
    "socket_mode": "wss://",
}


REFUSED = ("channel_not_found", "not_in_channel", "invalid_auth", "token_revoked", "missing_scope")
SLACK_NODE = SLACK | {
    **{error: f"WebAPIPlatformError {error}" for error in REFUSED},
    "rate_limited": "WebAPIRateLimitedError 1",
    "service_unavailable": "WebAPIHTTPError service_unavailable",
    "channels": ["general", "random", "releases"],
    "file_upload_refused": "WebAPIPlatformError file_uploads_disabled",
    "webhook": "ok",
    "webhook_gone": "IncomingWebhookHTTPError 404 no_service",
    "webhook_invalid_payload": "IncomingWebhookHTTPError 400 invalid_payload",
    "webhook_rate_limited": "IncomingWebhookHTTPError 429 rate_limited",
}

STRIPE = {
    "payment_intent": ["requires_payment_method", "succeeded", "succeeded"],
    "payment_requires_action": ["requires_action", "requires_action", "succeeded"],
    "card_declined": "CardError 402 card_declined",
    "insufficient_funds": "CardError 402 card_declined",
    "authentication_required": "CardError 402 authentication_required",
    "customer": "cus_00000000000001",
    "idempotent_replay": [None, "true"],
    "idempotency_key_reused": "IdempotencyError 400 None",
    "idempotency_key_in_use": "APIError 409 None",
    "customers_by_pages": ["Customer 1", "Customer 2", "Customer 3"],
    "search": ["Customer 1", "Customer 2"],
    "rate_limited": "RateLimitError 429 None",
    "rate_limited_then_answered": "cus_00000000000001",
    "lock_timeout": "RateLimitError 429 None",
    "invalid_key": "AuthenticationError 401 None",
    "forbidden": "PermissionError 403 None",
    "not_found": "InvalidRequestError 404 resource_missing",
    "invalid_request": "InvalidRequestError 400 parameter_missing",
    "server_error": "APIError 500 None",
    "checkout_session": ["open", "open", "complete"],
    "setup_intent": "requires_payment_method",
    "refund": "succeeded",
    "file_upload": "evidence.txt",
    "connect_token": "acct_0000000000000001",
    "webhook": "payment_intent.succeeded",
}


def _github(refused, said, **more):
    """`refused` gives the words of a status; `said` those that differ between the SDKs."""
    name = "octocat/Hello-World"
    return {
        "repository": name,
        "repository_moved": "github3py/github3py",
        "repository_unchanged": [name, said["unchanged"]],
        "commit_unchanged": 304,
        "issue": "open",
        "issue_closed": ["open", "closed"],
        "issues_by_pages": ["Third", "Second", "First"],
        "user": "octocat",
        "search_users": ["mojombo"],
        "organization_member": said["member"],
        "zen": "Non-blocking is better than blocking.",
        "invalid_token": refused(401),
        "forbidden": refused(403),
        "not_found": refused(404),
        "validation_failed": refused(422),
        "rate_limited": said["limited"],
        "secondary_rate_limited": said["slowed"],
        "too_many_requests": said["too many"],
        "server_error": refused(502),
        "secondary_rate_limited_then_answered": name,
        "graphql": "octocat",
        "graphql_error": said["graphql"],
        "graphql_rate_limited": said["graphql limit"],
        "release_asset": "example.txt",
        "release_asset_download": "hello, world",
        "workflow_run": ["queued", "in_progress", "completed", "completed"],
        "installation_token": name,
        **more,
    }


SAYS = {
    "tweepy": {
        "v1_request_token": "https://api.twitter.com/oauth/authorize",
        **_v1_1(_tweepy, 1149868020346556416),
        **_x(_tweepy),
    },
    "python-twitter-v2": {
        "v1_request_token": "https://api.x.com/oauth/authorize",
        **_x(lambda error: f"PyTwitterError {STATUS[error]}"),
    },
    "twitter-api-v2": {
        "v1_request_token": "https://api.x.com/oauth/authenticate",
        **_v1_1(_node, "1149868020346556416"),
        **_x(_node),
    },
    "bitlyshortener": {
        "v4_shorten": ["https://bit.ly/eT3aUn"],
        "v4_shorten_duplicate": ["https://bit.ly/eT3aUn"],
        "v4_shorten_rate_limited": "RequestError 429 Client Error",
        "v4_shorten_revoked": "RequestError 403 Client Error",
        "v4_shorten_server_error": "RequestError 503 Server Error",
    },
    "pyshorteners": {
        "v4_shorten": "https://bit.ly/eT3aUn",
        "v4_shorten_duplicate": "https://bit.ly/eT3aUn",
        "v4_shorten_rate_limited": "ShorteningErrorException MONTHLY_RATE_LIMIT_EXCEEDED",
        "v4_shorten_revoked": "ShorteningErrorException FORBIDDEN",
        "v4_shorten_server_error": "ShorteningErrorException TEMPORARILY_UNAVAILABLE",
    },
    "google-api-python-client": _gmail("HttpError", "RefreshError invalid_grant", "RefreshError backend_error"),
    "googleapis": _gmail("GaxiosError", "GaxiosError 400 invalid_grant", "GaxiosError 503 backend_error"),
    "facebook-sdk": {
        "2011_access_token": "First Last",
        "2011_feed": "12345678",
        "2011_group_feed": "197108586994419_197126613659283",
        **_graph("GraphAPIError"),
    },
    "facebook-business": _graph("FacebookRequestError"),
    "openai": OPENAI,
    "openai-node": OPENAI,
    "anthropic": ANTHROPIC,
    "anthropic-node": ANTHROPIC | {"overloaded_stream": "APIError overloaded_error"},
    "slack_sdk": SLACK,
    "@slack/web-api": SLACK_NODE,
    "stripe": STRIPE,
    "stripe-node": STRIPE
    | {
        "idempotency_key_in_use": "APIError 409 idempotency_key_in_use",
        "rate_limited": "RateLimitError 429 rate_limit",
        "lock_timeout": "RateLimitError 429 lock_timeout",
    },
    "PyGithub": _github(
        lambda status: f"{PYGITHUB.get(status, 'GithubException')} {status}",
        {
            "unchanged": False,
            "member": True,
            "limited": "RateLimitExceededException 403",
            "slowed": "RateLimitExceededException 403",
            "too many": "GithubException 429",
            "graphql": "UnknownObjectException 404",
            "graphql limit": "GithubException 400",
        },
    ),
    "githubkit": _github(
        lambda status: f"RequestFailed {status}",
        {
            "unchanged": 304,
            "member": 204,
            "limited": "PrimaryRateLimitExceeded 403",
            "slowed": "SecondaryRateLimitExceeded 403",
            "too many": "SecondaryRateLimitExceeded 429",
            "graphql": "GraphQLFailed NOT_FOUND",
            "graphql limit": "PrimaryRateLimitExceeded 200",
        },
        device_flow=["https://github.com/login/device", True],
    ),
    "@octokit/rest": _github(
        lambda status: f"HttpError {status}",
        {
            "unchanged": 304,
            "member": 204,
            "limited": "HttpError 403",
            "slowed": "HttpError 403",
            "too many": "HttpError 429",
            "graphql": "GraphqlResponseError NOT_FOUND",
            "graphql limit": "GraphqlResponseError RATE_LIMITED",
        },
        secondary_rate_limited_then_answered=["HttpError 403", "octocat/Hello-World"],
        device_flow=["https://github.com/login/device", True],
        device_flow_denied="HttpError access_denied",
    ),
}

OF_2011 = "SDKs of today ask for no v1 of the API"
NO_CALL = "the SDKs know v4 alone, and take a token that is there"
NO_SDK = "smtplib and imaplib ask for them: they are no SDKs"
UNASKED = {
    "twitter": dict.fromkeys(("v1_direct_message", "v1_followers", "v1_update", "v1_update_duplicate"), OF_2011),
    "bitly": dict.fromkeys(
        (
            "oauth_token",
            "oauth_token_password",
            "oauth_token_refused",
            *(f"v3_shorten{ending}" for ending in ("", "_duplicate", "_rate_limited", "_revoked", "_server_error")),
        ),
        NO_CALL,
    ),
    "gmail": dict.fromkeys(
        (
            *(f"smtp_{name}" for name in ("bad_login", "hung_up", "refused_recipient", "sent", "try_again")),
            *(
                f"imap_{name}"
                for name in ("app_password", "inbox", "login_refused", "session_expired", "token_refused")
            ),
            "imap_too_many",
        ),
        NO_SDK,
    ),
    "facebook": {},
    "openai": {},
    "anthropic": {},
    "slack": {},
    "github": {},
    "stripe": {},
}
