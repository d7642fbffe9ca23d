"""Work in several processes: the results of one, in order, and no process that stays."""

import os
import signal
import subprocess
import sys

import pytest
from deadlines import seconds

from recproxy.cli import shared_work
from recproxy.cli.shared_work import in_shares, in_turn, shares_of

HERE = os.getpid()


@pytest.fixture
def none_stays(monkeypatch):
    """Says whether all processes that were forked are gone; others may be children of these tests, too."""
    fork, forked = os.fork, []

    def noted():
        forked.append(fork())
        return forked[-1]

    def none_stays():
        for pid in forked:
            with pytest.raises(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        return bool(forked)

    monkeypatch.setattr(os, "fork", noted)
    return none_stays


def work(share):
    """Learns the largest number, and says of each how far it is from the largest of all."""
    largest = max((yield max(share)))
    return [(largest - each, each) for each in share]


def test_each_share_is_told_what_all_of_them_teach_and_the_results_are_in_order():
    wanted = [(8, 1), (0, 9), (7, 2), (6, 3), (5, 4)]
    assert list(in_shares(work, [[1, 9, 2, 3, 4]])) == list(in_shares(work, [[1], [9, 2], [3, 4]])) == wanted


def test_what_a_fork_cannot_do_is_done_here(monkeypatch):
    def killed(share):
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return (yield from work(share))

    def killed_later(share):
        largest = max((yield max(share)))
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return [(largest - each, each) for each in share]

    def refused():
        raise BlockingIOError

    shares = [[1, 9], [2], [3, 4]]
    wanted = [(8, 1), (0, 9), (7, 2), (6, 3), (5, 4)]
    assert list(in_shares(killed, shares)) == list(in_shares(killed_later, shares)) == wanted
    monkeypatch.setattr(os, "fork", refused)
    assert list(in_shares(work, shares)) == wanted


def test_what_is_made_in_turn_comes_as_it_is_made_and_from_a_fork_that_dies_too(none_stays):
    made = []

    def double(share):
        for each in share:
            made.append(each)
            yield each * 2

    class Deadly(int):
        def __reduce__(self):
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(share):
        return (each if each != 4 or os.getpid() == HERE else Deadly(each) for each in share)

    turns = in_turn(double, [[1, 2], [3, 4], [5]])
    assert (next(turns), made) == (2, [1])
    assert ([*turns], made) == ([4, 6, 8, 10], [1, 2])
    assert list(in_turn(dying, [[1, 2], [3, 4, 5], [6]])) == [1, 2, 3, 4, 5, 6]
    for _ in in_turn(double, [[1, 2], [3, 4]]):
        break
    assert none_stays()


def test_what_a_fork_is_told_is_whole_whatever_signals_come_meanwhile():
    program = """
import signal
from recproxy.cli.shared_work import in_shares
def work(share):
    told = yield bytes(20_000_000)
    return [sum(map(len, told)) for _ in share]
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
told = list(in_shares(work, [[1], [2]]))
signal.setitimer(signal.ITIMER_REAL, 0)
print(told)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=seconds(20), check=False
    )
    assert (done.stdout, done.stderr) == ("[40000000, 40000000]\n", "")


@pytest.mark.parametrize("wrong", [1, 2])
def test_an_error_of_any_share_is_that_of_the_work_and_no_process_stays(wrong, capfd, none_stays):
    def failing(share):
        yield 0
        if wrong in share:
            raise KeyboardInterrupt
        return list(share)

    with pytest.raises(KeyboardInterrupt):
        list(in_shares(failing, [[1], [2], [3]]))
    assert none_stays()
    assert capfd.readouterr() == ("", "")


def test_a_fork_ends_with_a_process_that_is_killed_and_not_by_a_signal_of_the_terminal():
    program = """
import os, signal, sys, time
from recproxy.cli.shared_work import in_shares
here = os.getpid()
def work(share):
    yield
    if os.getpid() == here:
        sys.stdin.read()
    os.kill(os.getpid(), signal.SIGINT)
    print("works", flush=True)
    while True:
        time.sleep(60)
list(in_shares(work, [[1], [2]]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "works\n"
        process.kill()
        assert process.stdout.read() == ""  # at the end of all that write to it


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_while_a_fork_begins_is_not_lost(name):
    """It comes in a hook such as those of `logging`, where an exception of its handler would be ignored."""
    program = """
import os, signal, sys
from recproxy.cli.shared_work import in_shares
number = getattr(signal, sys.argv[1])
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), number))
signal.signal(number, lambda *_: sys.exit("ended"))
def work(share):
    yield
    return share
print(list(in_shares(work, [[1], [2]])))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, name], capture_output=True, text=True, timeout=seconds(20), check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "ended\n")


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [
        ([], [0]),
        ([5], [1]),
        ([4, 4], [1, 1]),
        ([1, 1, 1, 1], [4]),
        ([1] * 12, [4, 4, 4]),
        ([9, 1, 1, 1], [1, 3]),
        ([1, 1, 1, 9], [4]),
        ([1, 9, 1, 9], [2, 2]),
    ],
)
def test_shares_are_of_about_the_same_size_and_worth_a_process(sizes, parts, monkeypatch):
    monkeypatch.setattr(shared_work, "_LEAST", 4)
    monkeypatch.setattr(shared_work, "_processors", lambda: 3)
    items = list(range(len(sizes)))
    shares = shares_of(items, sizes)
    assert [len(share) for share in shares] == parts
    assert [each for share in shares for each in share] == items
