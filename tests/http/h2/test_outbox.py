from recproxy.http.h2.outbox import Outbox


def test_pieces_come_out_in_order_and_as_small_as_asked_for():
    outbox = Outbox()
    outbox.add(b"abc")
    outbox.add(b"")
    outbox.add(b"de")

    assert outbox.size == 5
    assert [bytes(outbox.take(2)) for _ in range(3)] == [b"ab", b"c", b"de"]
    assert outbox.size == 0
