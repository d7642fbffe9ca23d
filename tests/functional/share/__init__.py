"""The share server: a small web application in the manner of Mozilla F1, there to be tested.

`POST /api/send` shortens a link by bit.ly and posts it to Twitter or mails it through Gmail; `GET /api/contacts`
lists the followers on Twitter. For an account that a request brings it shares, lists contacts and logs in as F1 did,
by a module for each service. It calls the real addresses with the proxies and the credentials of its environment
and knows nothing of recproxy: which is the point.
"""
