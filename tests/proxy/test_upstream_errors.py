"""The line that a client gets where a service cannot be asked."""

import pytest

from recproxy.proxy.route import Target
from recproxy.proxy.upstream_errors import upstream_failure

REFUSED = ConnectionRefusedError(111, "Connection refused")


@pytest.mark.parametrize(("scheme", "host", "port"), [("https", "127.0.0.1", 443), ("http", "localhost", 80)])
def test_at_the_usual_port_of_this_machine_it_says_where_another_one_is_written(scheme, host, port):
    problem = upstream_failure(Target(scheme, host, port), REFUSED, 30)

    said = f"{host} cannot be reached: Connection refused: if it is not at port {port}, say where it is in "
    assert (problem.status, str(problem)) == (502, said + "upstream.address of the profile")


@pytest.mark.parametrize(
    ("target", "way", "said"),
    [
        (Target("https", "api.shop.example", 443), "", "api.shop.example"),
        (Target("http", "127.0.0.1", 8971), "", "127.0.0.1:8971"),
        (
            Target("https", "127.0.0.1", 443),
            " at upstream.address 127.0.0.1:1",
            "127.0.0.1 at upstream.address 127.0.0.1:1",
        ),
    ],
)
def test_where_the_port_is_told_or_the_service_is_elsewhere_no_other_is_proposed(target, way, said):
    assert str(upstream_failure(target, REFUSED, 30, way)) == f"{said} cannot be reached: Connection refused"
