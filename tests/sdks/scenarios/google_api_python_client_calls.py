"""google-api-python-client: all that a mail program does, signed in by refresh, by code, and as a service account."""

import base64
import email.message
import email.utils
import io
import json
import os

import driver
import requests
from google.auth import _helpers
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from googleapiclient.http import MediaIoBaseUpload

E = os.environ
SCOPES = ["https://www.googleapis.com/auth/gmail.modify"]
_helpers.utcnow = driver.dt.datetime.utcnow


def service(credentials=None):
    refreshed = Credentials(
        None,
        refresh_token=E["GMAIL_REFRESH_TOKEN"],
        client_id=E["GMAIL_CLIENT_ID"],
        client_secret=E["GMAIL_CLIENT_SECRET"],
        token_uri="https://oauth2.googleapis.com/token",
        scopes=SCOPES,
    )
    return build("gmail", "v1", credentials=credentials or refreshed, static_discovery=True).users()


def message(attachment=b""):
    """A message as a program makes it: new each time in its Date, its Message-ID and its boundary."""
    made = email.message.EmailMessage()
    made["To"], made["Subject"] = "bob@example.com", "Hello"
    made["Date"], made["Message-ID"] = (
        email.utils.formatdate(driver.time.time()),
        email.utils.make_msgid(domain="a.example"),
    )
    made.set_content("Hello Bob\n")
    if attachment:
        made.add_attachment(attachment, maintype="image", subtype="png", filename="photo.png")
    return made.as_bytes()


def raw(attachment=b""):
    return {"raw": base64.urlsafe_b64encode(message(attachment)).decode()}


def list_and_get():
    mail, seen = service().messages(), []
    asked = mail.list(userId="me", q="in:inbox")
    while asked is not None:
        page = asked.execute()
        seen += [each["id"] for each in page["messages"]]
        asked = mail.list_next(asked, page)
    return [seen, mail.get(userId="me", id=seen[0]).execute()["payload"]["headers"]]


def attachment():
    found = service().messages().attachments().get(userId="me", messageId="18c2f0a1b2c3d400", id="ANGjdJ8").execute()
    return [found["size"], len(base64.urlsafe_b64decode(found["data"]))]


def profile():
    return service().getProfile(userId="me").execute()["messagesTotal"]


def send():
    return service().messages().send(userId="me", body=raw()).execute()["labelIds"]


def send_attachment():
    return service().messages().send(userId="me", body=raw(b"\x89PNG" * 900)).execute()["labelIds"]


def draft():
    mail = service()
    made = mail.drafts().create(userId="me", body={"message": raw()}).execute()
    return [made["id"], mail.drafts().send(userId="me", body={"id": made["id"]}).execute()["labelIds"]]


def upload(resumable, chunks=-1):
    content = io.BytesIO(message(b"\x89PNG" * 200000 if resumable else b"\x89PNG" * 9000))
    media = MediaIoBaseUpload(content, "message/rfc822", chunksize=chunks, resumable=resumable)
    return (
        service()
        .messages()
        .send(userId="me", body={"threadId": "18c2f0a1b2c3d4e5"}, media_body=media)
        .execute()["labelIds"]
    )


def multipart_upload():
    return upload(resumable=False)


def media_upload():
    media = MediaIoBaseUpload(io.BytesIO(message()), "message/rfc822")
    return service().messages().send(userId="me", media_body=media).execute()["labelIds"]


def resumable_upload():
    return upload(resumable=True)


def resumable_upload_in_chunks():
    return upload(resumable=True, chunks=512 * 1024)


def batch():
    mail, seen = service(), {}

    def arrived(number, answer, problem):
        seen[number] = problem and str(problem) or answer["snippet"]

    together = build("gmail", "v1", credentials=mail._http.credentials, static_discovery=True).new_batch_http_request(
        arrived
    )
    for name in ("18c2f0a1b2c3d400", "18c2f0a1b2c3d401", "18c2f0a1b2c3d410"):
        together.add(mail.messages().get(userId="me", id=name, format="minimal"))
    together.execute()
    return sorted(seen.values())


def as_service_account():
    account = json.loads(E["SUITE_SERVICE_ACCOUNT"])
    credentials = service_account.Credentials.from_service_account_info(
        account, scopes=SCOPES, subject="bob@example.com"
    )
    return service(credentials).getProfile(userId="me").execute()["messagesTotal"]


def code_flow():
    client = {
        "client_id": E["GMAIL_CLIENT_ID"],
        "client_secret": E["GMAIL_CLIENT_SECRET"],
        "auth_uri": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    flow = Flow.from_client_config({"web": client}, SCOPES, redirect_uri="https://app.example/callback")
    url, state = flow.authorization_url(access_type="offline", prompt="consent")
    agreed = requests.get(url, allow_redirects=False, timeout=60)
    assert f"state={state}" in agreed.headers["Location"]
    flow.fetch_token(authorization_response=agreed.headers["Location"])
    first = service(flow.credentials).getProfile(userId="me").execute()["messagesTotal"]
    flow.credentials.refresh(Request())
    return [first, service(flow.credentials).getProfile(userId="me").execute()["messagesTotal"]]


if __name__ == "__main__":
    driver.run(
        {
            each.__name__: each
            for each in (
                list_and_get,
                attachment,
                profile,
                send,
                send_attachment,
                draft,
                multipart_upload,
                media_upload,
                resumable_upload,
                resumable_upload_in_chunks,
                batch,
                as_service_account,
                code_flow,
            )
        }
    )
