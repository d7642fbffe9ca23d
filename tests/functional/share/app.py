"""The web application: its calls, and the shape of their answers. It knows no service's addresses."""

import json

from routes import Mapper
from webob import Response
from webob.dec import wsgify
from webob.exc import HTTPFound, HTTPNotFound

from share import bitly, facebook, github, gmail, google, linkedin, pubsub, slack, twitter, yahoo
from share.service import ServiceError, UnavailableError

#: The services that work for an account of theirs, which the request brings.
SERVICES = {
    "facebook.com": facebook,
    "google.com": google,
    "linkedin.com": linkedin,
    "twitter.com": twitter,
    "yahoo.com": yahoo,
}


class Share:
    """The WSGI application. An answer is `{"result": ..., "error": null}`, or the other way round, or a redirect."""

    def __init__(self):
        self.routes = Mapper()
        self.routes.connect("/api/send", call=send, conditions={"method": ["POST"]})
        self.routes.connect("/api/contacts", call=contacts, conditions={"method": ["GET"]})
        self.routes.connect("/api/contacts/{domain}", call=contacts_of, conditions={"method": ["POST"]})
        self.routes.connect("/api/commands", call=commands, conditions={"method": ["GET"]})
        self.routes.connect("/api/queue", call=queue, conditions={"method": ["GET"]})
        self.routes.connect("/api/account/authorize", call=authorize, conditions={"method": ["POST"]})
        self.routes.connect("/api/account/verify", call=verify, conditions={"method": ["GET"]})

    @wsgify
    def __call__(self, request):
        found = self.routes.match(environ=request.environ)
        if found is None:
            raise HTTPNotFound
        call = found.pop("call")
        try:
            answer = call(request, **found)
        except UnavailableError as error:
            answer = {"result": {} if call is send else None, "error": error.error}  # as F1 answered
        except ServiceError as error:
            answer = {"result": None, "error": error.error}
        else:
            if isinstance(answer, Response):
                return answer
            answer = {"result": answer, "error": None}
        return Response(json_body=answer)


def send(request):
    """Share a link: `domain` says where, `message` with what words; a `shorturl` saves the shortening.

    With an `account` it is shared as F1 did, for that account; else for the owner of our own credentials.
    """
    share = request.json_body if request.content_type == "application/json" else request.POST
    if "account" in share:
        sent = service(share["domain"], "send")(share["account"], share)
        return sent | {"shorturl": share.get("shorturl"), "from": share.get("userid"), "to": share.get("to")}
    short = share.get("shorturl") or bitly.shorten(share["link"], version=share.get("shortener", "v4"))
    text = f"{share.get('message', '')} {short}"
    if share["domain"] == "google.com":
        sent = gmail.send(to=share["to"], subject=share["subject"], text=text)
    elif share["domain"] == "slack.com":
        sent = slack.post(text, channel=share["to"])
    elif share["domain"] == "github.com":
        sent = github.open_issue(share["subject"], body=text, repository=share["to"])
    else:
        sent = twitter.post(text, version=share.get("api", "2"))
    return sent | {"shorturl": short}


def commands(_request):
    """Share what people tell the `/share` command of Slack: a line of JSON for each, as it comes."""

    def answer(text):
        link, _, message = text.partition(" ")
        return tweet(link, message) if link else "Usage: /share LINK [WORDS]"

    return lines(slack.commands(slack.listen(), answer))


def queue(request):
    """Share so many links of a subscription of Pub/Sub: a line of JSON for each, as it comes."""

    def told():
        try:
            for link in pubsub.links(request.GET["subscription"], most=int(request.GET["most"])):
                yield {"answer": tweet(link["link"], link["message"]) if "link" in link else "Nothing to share"}
        except ServiceError as error:
            yield {"error": error.error}

    return lines(told())


def tweet(link, message):
    """Shorten a link and post it; what came of that, in words."""
    try:
        return f"Shared: {twitter.post(f'{message} {bitly.shorten(link)}', version='2')['text']}"
    except ServiceError as error:
        return f"Not shared: {error.error['message']}"


def lines(told):
    """An answer that is sent as it is made: a line of JSON for each thing that is told."""
    app_iter = (json.dumps(each).encode() + b"\n" for each in told)
    return Response(app_iter=app_iter, content_type="application/x-ndjson")


def contacts(_request):
    """The followers on Twitter of the owner of our own credentials, as entries of an address book."""
    entries = [
        {
            "displayName": follower["name"],
            "accounts": [
                {"domain": "twitter.com", "userid": follower["id"], "username": follower["username"]},
            ],
        }
        for follower in twitter.followers()
    ]
    return {"entry": entries, "itemsPerPage": len(entries), "startIndex": 0, "totalResults": len(entries)}


def contacts_of(request, domain):
    """The contacts of an account."""
    return service(domain, "contacts")(request.json_body["account"])


def authorize(request):
    """Send a browser to a service to log in; cookies remember where it goes after that."""
    domain = request.POST["domain"]
    try:
        redirect = HTTPFound(location=service(domain, "authorize")(callback(request, domain)))
    except ServiceError as error:
        return failed(request.POST["end_point_auth_failure"], error)
    redirect.set_cookie("success", request.POST["end_point_auth_success"])
    redirect.set_cookie("failure", request.POST["end_point_auth_failure"])
    return redirect


def verify(request):
    """A browser comes back from a service, with a code: find out whose it is. (Facebook only.)"""
    domain = request.GET["provider"]
    try:
        account = service(domain, "verify")(request.GET["code"], callback(request, domain))
    except ServiceError as error:
        return failed(request.cookies["failure"], error)
    redirect = HTTPFound(location=request.cookies["success"])
    redirect.set_cookie("userid", account["userid"])
    return redirect


def service(domain, call):
    """The function by which a service does something for an account."""
    found = getattr(SERVICES.get(domain), call, None)
    if found is None:
        raise ServiceError(provider=domain, message=f"{domain!r} has no {call}", status=400, code=0)
    return found


def callback(request, domain):
    """Where a service sends the browser back to."""
    return f"{request.application_url}/api/account/verify?provider={domain}"


def failed(end_point, error):
    """A browser whose login failed, and why."""
    return HTTPFound(location=f"{end_point}?error={error.error['message']}")
