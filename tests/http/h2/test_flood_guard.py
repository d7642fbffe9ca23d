import pytest

from recproxy.http.h2.errors import PeerError
from recproxy.http.h2.flood_guard import PATIENCE, FloodGuard, FrameKind


def flood(guard, kind, size=0, *, count=PATIENCE + 1, now=0.0, **how):
    for number in range(count):
        try:
            guard.frame(kind, size, now, **how)
        except PeerError as problem:
            return number, str(problem)
    return None


@pytest.mark.parametrize(
    ("kind", "size", "most"),
    [
        (FrameKind.RST_STREAM, 4, PATIENCE),
        (FrameKind.PING, 8, PATIENCE),
        (FrameKind.SETTINGS, 6, PATIENCE // 5),
        (FrameKind.DATA, 0, PATIENCE),
        (FrameKind.WINDOW_UPDATE, 4, PATIENCE),
        (FrameKind.PRIORITY, 5, PATIENCE),
        (0x2A, 5, PATIENCE),
    ],
)
def test_frames_that_lead_to_nothing_use_the_patience_up(kind, size, most):
    number, said = flood(FloodGuard(0.0), kind, size)

    assert number == most
    assert said == f"too many frames that lead to nothing, at last of {kind.name if kind != 0x2A else 'type 42'}"


@pytest.mark.parametrize(
    ("kind", "size", "how"),
    [
        (FrameKind.HEADERS, 10, {}),
        (FrameKind.DATA, 1, {}),
        (FrameKind.PING, 8, {"is_acknowledgement": True}),
        (FrameKind.SETTINGS, 0, {"is_acknowledgement": True}),
    ],
)
def test_frames_that_lead_somewhere_cost_nothing(kind, size, how):
    assert flood(FloodGuard(0.0), kind, size, count=5 * PATIENCE, **how) is None


def test_answers_bodies_and_time_give_patience_back():
    guard = FloodGuard(0.0)
    for number in range(10 * PATIENCE):
        guard.frame(FrameKind.RST_STREAM, 4, number / 10)
        guard.answered()
        guard.frame(FrameKind.WINDOW_UPDATE, 4, number / 10)
        guard.sent(1000)
        guard.frame(FrameKind.PING, 8, number / 10)

    assert flood(guard, FrameKind.PING, 8, count=PATIENCE - 10, now=PATIENCE) is None


def test_one_byte_windows_are_a_flood_however_much_they_move():
    guard = FloodGuard(0.0)
    for _ in range(PATIENCE):
        guard.frame(FrameKind.WINDOW_UPDATE, 4, 0.0)
        guard.sent(1)

    with pytest.raises(PeerError):
        guard.frame(FrameKind.WINDOW_UPDATE, 4, 0.0)


def test_small_messages_that_no_window_cuts_short_are_no_flood_however_many_they_are():
    guard = FloodGuard(0.0)
    for _ in range(10 * PATIENCE):  # as grpcio answers each message
        guard.frame(FrameKind.WINDOW_UPDATE, 4, 0.0)
        guard.frame(FrameKind.WINDOW_UPDATE, 4, 0.0)
        guard.frame(FrameKind.PING, 8, 0.0)
        guard.sent(20, is_whole=True)


@pytest.mark.parametrize(("size", "most"), [(100, 63), (0, 4)])
def test_a_head_has_so_many_continuations(size, most):
    guard = FloodGuard(0.0)
    guard.frame(FrameKind.HEADERS, 10, 0.0)

    assert flood(guard, FrameKind.CONTINUATION, size)[0] == most
