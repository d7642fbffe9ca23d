"""What is said where TLS with a client of a mail server goes wrong."""

import pytest

from recproxy.config.mail_endpoints import MailPlace
from recproxy.proxy.mail_tls import client_tls_problem, no_tls


@pytest.mark.parametrize(("protocol", "port", "plain"), [("smtp", 465, "587, 25"), ("imap", 993, "143")])
def test_a_client_without_tls_is_told_the_ports_with_starttls(protocol, port, plain):
    place = MailPlace(protocol=protocol, host="mail.example", port=port, tls=True, endpoint=0)

    assert no_tls(place) == (
        f"a client of mail.example:{port} began no TLS, with which connections to this port begin: "
        f"have it begin TLS at once, or use STARTTLS at another port ({plain})"
    )


def test_a_client_that_does_not_trust_the_run_is_told_where_its_ca_is():
    problem = OSError("TLSV1_ALERT_UNKNOWN_CA")

    assert client_tls_problem("a", problem) == (
        "TLS with a client of a failed: tlsv1 alert unknown ca; "
        "it does not trust the run's CA: point its CA setting at $SSL_CERT_FILE"
    )
    assert client_tls_problem("a", ConnectionResetError()) == "TLS with a client of a failed: ConnectionResetError"
