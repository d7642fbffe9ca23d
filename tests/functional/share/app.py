"""The web application: its two calls, and the shape of their answers. It knows no service's addresses."""

from routes import Mapper
from webob import Response
from webob.dec import wsgify
from webob.exc import HTTPNotFound

from share import bitly, gmail, twitter
from share.service import ServiceError


class Share:
    """The WSGI application. An answer is `{"result": ..., "error": null}`, or the other way round."""

    def __init__(self):
        self.routes = Mapper()
        self.routes.connect("/api/send", call=send, conditions={"method": ["POST"]})
        self.routes.connect("/api/contacts", call=contacts, conditions={"method": ["GET"]})

    @wsgify
    def __call__(self, request):
        found = self.routes.match(environ=request.environ)
        if found is None:
            raise HTTPNotFound
        try:
            answer = {"result": found["call"](request), "error": None}
        except ServiceError as error:
            answer = {"result": None, "error": error.as_json()}
        return Response(json_body=answer)


def send(request):
    """Share a link: `domain` says where, `message` with what words; a `shorturl` saves the shortening."""
    share = request.json_body if request.content_type == "application/json" else request.POST
    short = share.get("shorturl") or bitly.shorten(share["link"], version=share.get("shortener", "v4"))
    text = f"{share.get('message', '')} {short}"
    if share["domain"] == "google.com":
        sent = gmail.send(to=share["to"], subject=share["subject"], text=text)
    else:
        sent = twitter.post(text, version=share.get("api", "2"))
    return sent | {"shorturl": short}


def contacts(request):
    """The followers, as entries of an address book."""
    followers = twitter.followers()
    entries = [
        {
            "displayName": follower["name"],
            "accounts": [
                {"domain": "twitter.com", "userid": follower["id"], "username": follower["username"]},
            ],
        }
        for follower in followers
    ]
    return {"entry": entries, "itemsPerPage": len(entries), "startIndex": 0, "totalResults": len(entries)}
