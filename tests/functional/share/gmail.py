"""Gmail through its REST API, with an access token made anew for each message."""

import os
from base64 import urlsafe_b64encode
from email.message import EmailMessage

from share.service import call


def send(*, to, subject, text):
    """Mail a text; the message as the service describes it. It gets its Date and Message-ID there."""
    message = EmailMessage()
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
    return call(
        "google.com",
        "POST",
        "https://gmail.googleapis.com/gmail/v1/users/me/messages/send",
        headers={"Authorization": f"Bearer {access_token()}"},
        json={"raw": urlsafe_b64encode(message.as_bytes()).decode()},
    )


def access_token():
    """An access token for the refresh token we were given."""
    form = {
        "grant_type": "refresh_token",
        "client_id": os.environ["GMAIL_CLIENT_ID"],
        "client_secret": os.environ["GMAIL_CLIENT_SECRET"],
        "refresh_token": os.environ["GMAIL_REFRESH_TOKEN"],
    }
    return call("google.com", "POST", "https://oauth2.googleapis.com/token", data=form)["access_token"]
