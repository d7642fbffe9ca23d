"""google-api-python-client asks for the starter recordings of Gmail; no call is tried again."""

import driver
import google.oauth2.credentials
import google_auth_httplib2
from google.auth.transport.requests import Request
from google_api_python_client_calls import E, build, raw

SCOPES = ["https://www.googleapis.com/auth/gmail.send"]
ERRORS = ("rate_limited", "revoked", "server_error")


def credentials():
    return google.oauth2.credentials.Credentials(
        None,
        refresh_token=E["GMAIL_REFRESH_TOKEN"],
        client_id=E["GMAIL_CLIENT_ID"],
        client_secret=E["GMAIL_CLIENT_SECRET"],
        token_uri="https://oauth2.googleapis.com/token",
        scopes=SCOPES,
    )


def send(times=1):
    http = google_auth_httplib2.AuthorizedHttp(credentials(), max_refresh_attempts=0)
    messages = build("gmail", "v1", http=http, static_discovery=True).users().messages()
    return [messages.send(userId="me", body=raw()).execute()["id"] for _ in range(times)]


def send_error():
    return driver.raised(send, said=lambda error: f"{error.status_code} {error.error_details[0]['reason']}")


def token():
    mine = credentials()
    mine.refresh(Request())
    return mine.valid


def token_error():
    return driver.raised(token, said=lambda error: error.args[1]["error"])


if __name__ == "__main__":
    driver.run(
        {
            "token": token,
            "token_revoked": token_error,
            "token_server_error": token_error,
            "send": send,
            "send_duplicate": lambda: send(2),
            **{f"send_{error}": send_error for error in ERRORS},
        }
    )
