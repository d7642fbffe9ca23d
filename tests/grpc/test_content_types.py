from recproxy.grpc.content_types import framing_of


def test_content_types():
    kinds = (
        b"application/grpc",
        b"application/grpc+proto",
        b"Application/gRPC-Web; charset=utf-8",
        b"application/json",
    )

    assert [framing_of(((b"Content-Type", kind),)) for kind in kinds] == ["grpc", "grpc", "grpc-web", ""]
    assert framing_of(()) == ""
