"""The recordings that profile packages ship, asked as the usual SDKs of their services ask.

The requests are facts about the SDKs; what a signature or a token holds does not take part in matching.
`nox -s sdks` asks by the SDKs themselves.
"""

import functools
from pathlib import Path

import pytest

from recproxy.config.profile import ReplayTable
from recproxy.config.profile_reading import parse_profile
from recproxy.config.shift_table import ShiftTable
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError
from recproxy.matching.index import Index
from recproxy.play.playback import Playback
from recproxy.play.reading import read_recording
from recproxy.play.shifted_times import shifted_times
from recproxy.recording import Request, header

PROFILES = Path(__file__).parents[2] / "profiles"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
ERRORS = ("duplicate", "rate_limited", "revoked", "server_error")


def get(url):
    return ("GET", url, "", "")


def form(url, text=""):
    return ("POST", url, FORM if text else "", text)


def json(url, text):
    return ("POST", url, JSON, text)


def x_v2(host):
    """What all SDKs of X ask of v2: by recording, its requests."""
    tweets = f"https://{host}/2/tweets"
    post = json(tweets, '{"text": "Test Tweet"}')
    return {
        "v2_me": [get(f"https://{host}/2/users/me")],
        "v2_user": [get(f"https://{host}/2/users/by/username/Twitter")],
        "v2_followers": [get(f"https://{host}/2/users/1072250532645998596/followers")],
        "v2_post": [post, ("DELETE", f"{tweets}/1522929456142245888", "", "")],
        "v2_post_rate_limited_then_posted": [post, post],
        **{f"v2_post_{error}": [json(tweets, '{"text": "hello"}')] for error in ERRORS},
    }


def x_v1_1(host, query, text):
    """What SDKs of X ask of v1.1: the text in the query or in the form, {} for its place."""
    update = f"https://{host}/1.1/statuses/update.json"
    destroy = f"https://{host}/1.1/statuses/destroy/1149868020346556416.json"
    posted, refused = (form(update + query.format(word), text.format(word)) for word in ("testing+1000", "hello"))
    more = "tweet_mode=extended" if text else ""
    return {"v1_1_update": [posted, form(destroy, more)], **{f"v1_1_update_{error}": [refused] for error in ERRORS}}


def bitly(host, *after_refusal):
    """What SDKs of bit.ly ask; one that is refused may ask in further places."""
    asked = json(f"https://{host}/v4/shorten", '{"long_url": "http://slashdot.org/"}')
    refused = [asked, *(json(f"https://{host}{path}", asked[3]) for path in after_refusal)]
    return {
        "v4_shorten": [asked],
        "v4_shorten_duplicate": [asked],
        **{f"v4_shorten_{error}": refused for error in ERRORS[1:]},
    }


def gmail(host, query, scope=""):
    refresh = f"grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=c{scope}"
    token = form("https://oauth2.googleapis.com/token", refresh)
    send = json(f"https://{host}/gmail/v1/users/me/messages/send{query}", '{"raw": "QQ"}')
    return {
        "token": [token],
        "token_revoked": [token],
        "token_server_error": [token],
        "send": [token, send],
        "send_duplicate": [token, send, send],
        **{f"send_{error}": [token, send] for error in ERRORS[1:]},
    }


def graph(version, query="", token=""):
    feed = form(f"https://graph.facebook.com/{version}/me/feed{query}", f"message=hello{token}")
    groups = get(f"https://graph.facebook.com/{version}/me/groups{query or '?access_token=t'}")
    refused = {f"feed_{error}": [feed] for error in ERRORS}
    return {"feed": [feed], "2011_feed_revoked": [feed], "2011_groups": [groups], **refused}


def parts(of, message):
    """A post in parts, as requests makes it for `request` of facebook-sdk."""
    fields = {"message": message, "link": "http://slashdot.org/", "name": TITLE}
    lines = [
        line
        for name, text in fields.items()
        for line in ("--b0a1", f'Content-Disposition: form-data; name="{name}"', "", text)
    ]
    body = "\r\n".join([*lines, "--b0a1--", ""])
    return [("POST", f"{GRAPH}/{of}/feed?access_token=t", "multipart/form-data; boundary=b0a1", body)]


def openai(host):
    """What the SDKs of OpenAI ask, in chat and in responses."""
    chat = json(
        f"https://{host}/v1/chat/completions", '{"messages": [{"role": "user", "content": "hi"}], "model": "m"}'
    )
    response = json(f"https://{host}/v1/responses", '{"input": "hi", "model": "m", "stream": true}')
    vector = json(f"https://{host}/v1/embeddings", '{"input": ["hi"], "model": "m", "encoding_format": "base64"}')
    errors = [
        "invalid_key",
        "rate_limited",
        "quota_used_up",
        "context_too_long",
        "unknown_model",
        "server_error",
        "overloaded",
    ]
    once = [f"chat{kind}" for kind in ("", "_stream", "_stream_broken", "_refused", "_cut_short")]
    twice = ["chat_tools", "chat_tools_stream", "rate_limited_then_answered"]
    return {
        **{name: [chat] for name in (*once, *errors)},
        **{name: [chat, chat] for name in twice},
        **{f"responses{kind}": [response] for kind in ("", "_stream")},
        **{f"responses_tools{kind}": [response, response] for kind in ("", "_stream")},
        "embeddings": [vector],
        "models": [get(f"https://{host}/v1/models")],
    }


def anthropic(host):
    """What the SDKs of Anthropic ask."""
    message = json(f"https://{host}/v1/messages", '{"max_tokens": 1, "messages": [], "model": "m", "stream": true}')
    once = [f"message{kind}" for kind in ("", "_stream", "_cut_short", "_refused")]
    errors = ["invalid_key", "rate_limited", "overloaded", "overloaded_stream", "server_error", "context_too_long"]
    more = ["request_too_large", "credit_used_up", "unknown_model"]
    return {
        **{name: [message] for name in (*once, *errors, *more)},
        **{name: [message, message] for name in ("tools", "tools_stream", "rate_limited_then_answered")},
        "count_tokens": [json(f"https://{host}/v1/messages/count_tokens", '{"messages": [], "model": "m"}')],
        "models": [get(f"https://{host}/v1/models?limit=1"), get(f"https://{host}/v1/models")],
    }


def slack(ask):
    """What clients of Slack ask, by the parameters of `ask`: a form, JSON or a query."""
    refused = ("channel_not_found", "not_in_channel", "invalid_auth", "token_revoked", "missing_scope", "rate_limited")
    once = {
        "message": "chat.postMessage",
        "service_unavailable": "users.list",
        **dict.fromkeys(refused, "chat.postMessage"),
    }
    hook = json("https://hooks.slack.com/services/T1/B1/k", '{"text": "hi"}')
    uploaded = ("POST", "https://files.slack.com/upload/v1/XXX", "application/octet-stream", "hello")
    return {
        **{name: [ask(method, "channel=C1&text=hi")] for name, method in once.items()},
        "auth_test": [ask("auth.test", "")],
        "socket_mode": [ask("apps.connections.open", "")],
        **{name: [ask("chat.postMessage", "text=a")] * 2 for name in ("message_and_reply", "rate_limited_then_posted")},
        "channels": [ask("conversations.list", "limit=2"), ask("conversations.list", "limit=2&cursor=c")],
        "file_upload": [ask("files.getUploadURLExternal", "length=5"), uploaded],
        **{f"webhook{kind}": [hook] for kind in ("", "_gone", "_invalid_payload", "_rate_limited")},
    }


def github(page):
    """What the SDKs of GitHub ask; they differ in how they name a page."""
    api = "https://api.github.com"
    here = f"{api}/repos/someone/something"
    repository, issue = get(here), json(f"{here}/issues", '{"title": "Anything"}')
    asset = "https://release-assets.githubusercontent.com/github-production-release-asset/1296269/00000000-0000-4000-8000-000000000001"
    signed = "?sp=r&sv=2018-11-09&sr=b&rscd=attachment%3B+filename%3Dexample.txt&rsct=text%2Fplain&sig=a&jwt=b"
    device = '{"client_id": "1", "scope": "repo"}'
    signs_in = [json(f"https://github.com/login/{path}", device) for path in ("device/code", "oauth/access_token")]
    refused = ["invalid_token", "forbidden", "not_found", "validation_failed", "rate_limited", "server_error"]
    refused += ["secondary_rate_limited", "too_many_requests"]
    query = json(f"{api}/graphql", '{"query": "{ viewer { login } }"}')
    return {
        "repository": [repository],
        "repository_unchanged": [repository],
        "repository_moved": [get(f"{api}/repos/github3py/github3.py"), get(f"{api}/repositories/4464822")],
        "issue": [issue],
        "issue_closed": [issue, ("PATCH", f"{here}/issues/1347", JSON, '{"state": "closed"}')],
        "issues_by_pages": [get(f"{api}/repositories/1296269/issues?per_page=2&page=2"), get(f"{here}/issues{page}")],
        "search_users": [get(f"{api}/search/users?q=tom+followers%3A%3E1000&per_page=100")],
        **{name: [issue] for name in refused},
        **{f"graphql{kind}": [query] for kind in ("", "_error", "_rate_limited")},
        "release_asset": [
            json(f"{here}/releases", '{"tag_name": "v1"}'),
            ("POST", "https://uploads.github.com/repos/a/b/releases/1/assets?name=any.txt&label=", "text/plain", "any"),
        ],
        "release_asset_download": [get(f"{here}/releases/assets/1"), get(asset + signed)],
        "workflow_run": [get(f"{here}/actions/runs/7")] * 3,
        "device_flow": [*signs_in, signs_in[1]],
        "installation_token": [json(f"{api}/app/installations/7/access_tokens", "{}"), repository],
    }


def stripe():
    """What the SDKs of Stripe ask."""
    api = "https://api.stripe.com/v1"
    intents, session = f"{api}/payment_intents", get(f"{api}/checkout/sessions/cs_1")
    pay, customer = form(intents, "amount=2000&currency=eur"), form(f"{api}/customers", "name=a")
    confirm, ask = form(f"{intents}/pi_1/confirm", "payment_method=pm_1"), get(f"{intents}/pi_1")
    refused = ["card_declined", "insufficient_funds", "authentication_required", "idempotency_key_reused"]
    refused += ["idempotency_key_in_use", "rate_limited", "lock_timeout", "invalid_key", "forbidden", "not_found"]
    refused += ["invalid_request", "server_error"]
    return {
        "payment_intent": [pay, confirm, ask],
        "payment_requires_action": [pay, confirm, ask, ask],
        **{name: [pay] for name in refused},
        "customer": [customer],
        "rate_limited_then_answered": [customer, customer],
        "customers_by_pages": [
            get(f"{api}/customers?limit=2&starting_after=cus_00000000000002"),
            get(f"{api}/customers"),
        ],
        "search": [get(f"{api}/customers/search?query=a&page=page2"), get(f"{api}/customers/search?query=a")],
        "checkout_session": [form(f"{api}/checkout/sessions", "mode=payment"), session, session],
        "connect_token": [form("https://connect.stripe.com/oauth/token", "grant_type=authorization_code&code=c")],
        "webhook": [get(f"{api}/events/evt_1")],
    }


TITLE = "Slashdot: News for nerds, stuff that matters"
GRAPH = "https://graph.facebook.com/v3.1"
FIELDS = (
    "id%2Cfirst_name%2Clast_name%2Cname%2Clink%2Cbirthday%2Cemail%2Cwebsite%2Cverified%2Cpicture%2Cgender%2Ctimezone"
)
SLACK = "https://slack.com/api"
SCOPE = "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail.send"
PROOF = "?access_token=t&appsecret_proof=p"

USES = [
    ("tweepy", "twitter", {"v1_request_token": [form("https://api.twitter.com/oauth/request_token")]}),
    ("tweepy", "twitter", x_v1_1("api.twitter.com", "?status={}", "") | x_v2("api.twitter.com")),
    ("python-twitter-v2", "twitter", {"v1_request_token": [form("https://api.x.com/oauth/request_token")]}),
    ("python-twitter-v2", "twitter", x_v2("api.x.com")),
    (
        "twitter-api-v2",
        "twitter",
        {"v1_request_token": [form("https://api.x.com/oauth/request_token", "oauth_callback=oob")]},
    ),
    ("twitter-api-v2", "twitter", x_v1_1("api.x.com", "", "status={}&tweet_mode=extended") | x_v2("api.x.com")),
    ("bitlyshortener", "bitly", bitly("api-ssl.bitly.com", "/v4/bitlinks")),
    ("pyshorteners", "bitly", bitly("api-ssl.bit.ly")),
    ("google-api-python-client", "gmail", gmail("gmail.googleapis.com", "?alt=json", SCOPE)),
    ("googleapis", "gmail", gmail("gmail.googleapis.com", "?prettyPrint=true")),
    ("the general name of Google's APIs", "gmail", gmail("www.googleapis.com", "?alt=json")),
    ("facebook-sdk", "facebook", graph("v3.1", token="&access_token=t")),
    (
        "facebook-sdk",
        "facebook",
        {
            "2011_access_token": [
                get(f"{GRAPH}/oauth/access_token?code=c&redirect_uri=r&client_id=1&client_secret=s"),
                get(f"{GRAPH}/me?fields={FIELDS}&access_token=t"),
            ],
            "2011_feed": parts("me", "to my wall"),
            "2011_group_feed": parts("197108586994419", "group test"),
        },
    ),
    ("facebook-business", "facebook", graph("v26.0", PROOF)),
    ("openai", "openai", openai("api.openai.com")),
    ("anthropic", "anthropic", anthropic("api.anthropic.com")),
    ("slack_sdk", "slack", slack(lambda method, words: form(f"{SLACK}/{method}", words))),
    ("AsyncWebClient", "slack", slack(lambda method, words: form(f"{SLACK}/{method}?{words}"))),
    ("PyGithub", "github", github("?page=2")),
    ("@octokit/rest", "github", github("?page=2&per_page=2")),
    ("stripe", "stripe", stripe()),
    ("openai in Europe", "openai", {"chat": openai("eu.api.openai.com")["chat"]}),
]
CASES = [(sdk, profile, recording, requests) for sdk, profile, uses in USES for recording, requests in uses.items()]


@functools.cache
def rules(package):
    return parse_profile(read_toml(package / "profile.toml", ProfileError)).rules()


def playback(name, recording):
    package = PROFILES / name / f"recproxy_{name}"
    return Playback(Index([read_recording(str(package / "recordings" / f"{recording}.rec"))], rules(package)))


def request(method, url, kind, body):
    headers = ((b"Content-Type", kind.encode()),) if kind else ()
    return Request(method=method, url=url, headers=headers, body=body.encode(), wild=None)


@pytest.mark.parametrize(
    ("sdk", "profile", "recording", "requests"), CASES, ids=[f"{use[0]}-{use[2]}" for use in CASES]
)
def test_a_starter_recording_answers_what_an_sdk_asks(sdk, profile, recording, requests):
    played = playback(profile, recording)

    for number, words in enumerate(requests):
        candidates = played.locate(request(*words))
        assert candidates, f"{sdk} misses {words[1]}"
        taken = played.take(candidates)
        assert taken == (0 if recording.startswith(("v4_shorten_", "models")) else number)


#: Seconds from a response to the reset that it says.
RESETS = {
    "v1_1_update_rate_limited": [1],
    "v2_followers": [900],
    "v2_me": [900],
    "v2_post": [900, 900],
    "v2_post_duplicate": [900],
    "v2_post_rate_limited": [1],
    "v2_post_rate_limited_then_posted": [1, 899],
    "v2_user": [900],
}


def test_resets_of_twitter_s_rate_limits_can_be_moved_to_now():
    name, now = b"x-rate-limit-reset", 1_800_000_000
    shift = shifted_times(ReplayTable(shift=ShiftTable(headers=(name.decode(),))), lambda: now)
    moved = {}
    for path in sorted((PROFILES / "twitter/recproxy_twitter/recordings").glob("*.rec")):
        for each in read_recording(str(path)).interactions:
            if header(each.response.headers, name) is not None:
                reset = header(shift.moved(each, each.response).headers, name)
                moved.setdefault(path.stem, []).append(int(reset) - now)
    assert moved == RESETS
