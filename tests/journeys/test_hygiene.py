"""What is left when a run ends, however it ends: no process, no listener, no file."""

import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from deadlines import seconds, wait_until
from namespaces import need_namespaces
from process_tree import descendants

from .conftest import alive, interruptible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

SLEEP = "import sys, time; print('up', flush=True); time.sleep(60)"


@pytest.fixture(params=[(), ("--isolate",)], ids=["plain", "isolated"])
def isolation(request):
    """The words of a run without and with isolation."""
    if request.param:
        need_namespaces()
    return request.param


def up(project, program=SLEEP, *, words=(), **options):
    """A run whose command is up, its processes, and its folder."""
    temporary = project.root / "tmp"
    temporary.mkdir(exist_ok=True)
    options["environment"] = {"TMPDIR": str(temporary)} | options.get("environment", {})
    run = project.start("run", *words, "--", sys.executable, "-c", program, **options)
    assert run.stdout.readline() == "up\n", run.stderr.read()
    return run, descendants(run.pid), temporary


def started(as_by_a_user):
    """What starts a run: an interpreter for one of the cases of a test, and for the others a fork."""
    return subprocess.Popen if as_by_a_user else None


def listening(pids):
    """Whether any of these processes holds a listening TCP socket."""
    inodes = {line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"}
    for pid in pids:
        try:
            links = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            continue
        if any(link.startswith("socket:[") and link[8:-1] in inodes for link in links):
            return True
    return False


def close(run):
    run.stdout.close()
    run.stderr.close()


def test_a_run_has_one_proxy_per_profile_and_leaves_nothing(project):
    run, below, temporary = up(project, "print('up', flush=True)")

    assert run.wait(seconds(20)) == 0
    assert not any(alive(pid) for pid in below)
    assert list(temporary.iterdir()) == []
    close(run)


#: A command that wants to stay, with a child: neither ends when it is asked to.
STUBBORN = (
    "import os, signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
    "print('up', flush=True); time.sleep(60)\n"
)


@pytest.mark.parametrize("program", [SLEEP, STUBBORN], ids=["plain", "stubborn"])
def test_kill_9_of_the_orchestrator_leaves_nothing(project, isolation, program):
    run, below, temporary = up(project, program, words=isolation, popen=started(program is SLEEP))
    assert isolation or listening([run.pid, *below])  # those of an isolated run are in a network of their own
    proxies = [pid for pid in below if _is_proxy(pid)]
    assert len(proxies) == 2  # the fork server and the one proxy
    assert len(below) > len(proxies)

    run.kill()
    run.wait()

    wait_until(lambda: not any(alive(pid) for pid in below))
    wait_until(lambda: not list(temporary.iterdir()))
    close(run)


def test_kill_9_of_the_orchestrator_ends_a_proxy_that_does_nothing_any_more(project):
    """It is stopped as by a debugger: it would never see that its channel has ended."""
    run, below, temporary = up(project)
    stop_proxy(below)

    run.kill()
    run.wait()

    wait_until(lambda: not any(alive(pid) for pid in below))
    wait_until(lambda: not list(temporary.iterdir()))
    close(run)


def test_kill_9_of_the_orchestrator_on_a_terminal_ends_the_command_and_what_it_started(project):
    """It is in the process group of the shell that started the run, which stays."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(project.root)
        words = [sys.executable, "-m", "recproxy", "run", "--profile", "shop", "--", sys.executable, "-c", STUBBORN]
        os.execve("/bin/sh", ["sh", "-c", f"{shlex.join(words)}; echo stays; cat"], project.environment())
    said = _read_until(terminal, b"up\r\n")
    (run,) = (each for each in descendants(pid) if _parent(each) == pid)
    below = descendants(run)
    assert len(below) == 4  # the fork server, the proxy, the command and its child

    os.kill(run, signal.SIGKILL)

    said += _read_until(terminal, b"stays\r\n")
    wait_until(lambda: not any(alive(each) for each in below))
    assert alive(pid), said
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)


def _parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.parametrize(
    ("processes", "moment"),
    [(0, 0), (1, 0), (2, 0), (3, 0), (0, 0.18), (0, 0.36)],
    ids=["at once", "fork server", "proxy", "command", "started 0.18", "started 0.36"],
)
def test_kill_9_while_it_comes_up_leaves_nothing(project, processes, moment):
    """As soon as it has so many processes; or at a moment at which an interpreter that is started still imports."""
    temporary = project.root / "tmp"
    temporary.mkdir()
    words = ("run", "--", sys.executable, "-c", SLEEP)
    run = project.start(*words, environment={"TMPDIR": str(temporary)}, popen=started(moment))
    below = set()
    deadline = time.monotonic() + moment

    def seen():
        below.update(descendants(run.pid))
        return len(below) >= processes and time.monotonic() >= deadline

    wait_until(seen, process=run)
    run.kill()
    run.wait()

    wait_until(lambda: not any(alive(pid) for pid in below))
    wait_until(lambda: not list(temporary.iterdir()))
    close(run)


def _is_proxy(pid):
    try:
        return b"recproxy.proxy" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_sigterm_stops_the_command_and_ends_the_run(project, isolation):
    run, below, temporary = up(project, words=isolation, popen=started(not isolation))

    run.send_signal(signal.SIGTERM)

    assert run.wait(seconds(20)) == 128 + signal.SIGTERM
    assert not any(alive(pid) for pid in below)
    assert list(temporary.iterdir()) == []
    assert "recproxy   shop" in run.stderr.read()
    close(run)


def test_sigint_without_a_terminal_stops_the_command(project, isolation):
    run, below, _ = up(project, words=isolation, preexec_fn=interruptible)

    run.send_signal(signal.SIGINT)

    assert run.wait(seconds(20)) in (1, 128 + signal.SIGINT)
    assert not any(alive(pid) for pid in below)
    close(run)


def test_a_run_under_nohup_goes_on_when_its_terminal_is_closed(project):
    program = "import sys; print('up', flush=True); sys.stdin.read()"
    as_nohup = partial(signal.signal, signal.SIGHUP, signal.SIG_IGN)
    run, _, _ = up(project, program, stdin=subprocess.PIPE, preexec_fn=as_nohup)

    run.send_signal(signal.SIGHUP)
    run.stdin.close()

    assert run.wait(seconds(20)) == 0
    close(run)


def test_ctrl_c_on_a_terminal_reaches_the_command_once_and_it_decides(project, isolation):
    """The command sees one SIGINT, takes its time, and its exit code is the run's."""
    program = (
        "import signal, sys, time\n"
        "try: print('up', flush=True); time.sleep(60)\n"
        "except KeyboardInterrupt: pass\n"
        "print('once', flush=True)\n"
        "sys.exit(5)\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        interruptible()
        os.chdir(project.root)
        words = [sys.executable, "-m", "recproxy", "run", "--profile", "shop", *isolation]
        os.execve(sys.executable, [*words, "--", sys.executable, "-c", program], project.environment())
    said = _read_until(terminal, b"up\r\n")
    below = descendants(pid)
    os.write(terminal, b"\x03")
    said += _read_until(terminal, b"\x00")
    status = os.waitpid(pid, 0)[1]
    os.close(terminal)

    assert os.waitstatus_to_exitcode(status) == 5, said
    assert said.count(b"once") == 1
    assert b"shop" in said.partition(b"once")[2]
    assert not any(alive(each) for each in below)


def _read_until(terminal, mark):
    said = b""
    while mark not in said:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # the other end has gone
            return said
        if not data:
            return said
        said += data
    return said


def test_what_a_command_leaves_running_is_ended_with_it(project):
    program = (
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print('up', flush=True); print(left.pid, flush=True)\n"
    )
    run, _, _ = up(project, program)

    left = int(run.stdout.readline())

    assert run.wait(seconds(20)) == 0
    assert not alive(left)
    close(run)


def test_a_proxy_that_dies_fails_the_run_at_once_by_name(project):
    run, below, _ = up(project)
    proxy = max(pid for pid in below if _is_proxy(pid))

    os.kill(proxy, signal.SIGKILL)

    assert run.wait(seconds(10)) == 4
    assert "the proxy of profile 'shop' was killed by signal 9" in run.stderr.read()
    assert not any(alive(pid) for pid in below)
    close(run)


def test_the_death_of_the_process_that_holds_the_proxies_fails_the_run_at_once(project):
    run, below, temporary = up(project)
    proxies = [pid for pid in below if _is_proxy(pid)]
    holder = _parent(max(proxies))

    os.kill(holder, signal.SIGKILL)

    assert run.wait(seconds(20)) == 4
    said = run.stderr.read()
    assert "the fork server has ended" in said
    assert "Traceback" not in said
    assert not any(alive(pid) for pid in below)
    assert list(temporary.iterdir()) == []
    close(run)


def test_a_fork_server_that_is_killed_before_it_forks_fails_the_run_at_once(project):
    """A proxy that was ordered and never forked has no end to wait for."""
    project.write("beside/uvloop.py", "import time\nopen('imports', 'w').close()\ntime.sleep(60)\n")
    beside = {"PYTHONPATH": str(project.root / "beside")}
    run = project.start("run", "--", "true", environment=beside, popen=subprocess.Popen)
    wait_until((project.root / "imports").exists, process=run)
    (holder,) = descendants(run.pid)

    os.kill(holder, signal.SIGKILL)

    assert run.wait(seconds(20)) == 4
    (line,) = run.stderr.read().splitlines()
    assert line in (  # as the order was sent or was yet to be
        "recproxy: the proxy of profile 'shop' did not start: the fork server has ended",
        "recproxy: the proxies could not be started: the fork server has ended",
    )
    close(run)


def started_by_a_parent(project, program):
    """A process that started a run whose command is up, and the run's pid; the run has the process's standard input."""
    words = [sys.executable, "-m", "recproxy", "run", "--profile", "shop", "--", sys.executable, "-c", program]
    starter = (
        "import subprocess, sys, time\n"
        f"run = subprocess.Popen({words!r}, stdin=0)\n"
        "print(run.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starter],
        cwd=project.root,
        env=project.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    run = int(parent.stdout.readline())
    assert parent.stdout.readline() == "up\n"
    return parent, run


def test_a_run_ends_when_whoever_started_it_has_died(project):
    """As nox, when it is killed: the command is stopped, and nothing stays."""
    parent, run = started_by_a_parent(project, SLEEP)
    below = descendants(run)

    parent.kill()
    parent.wait()

    wait_until(lambda: not alive(run) and not any(alive(pid) for pid in below), 10)
    parent.stdin.close()
    parent.stdout.close()


def watched(pid):
    """The descriptors that the event loop of a process waits for."""
    loops = (each for each in Path(f"/proc/{pid}/fd").iterdir() if "eventpoll" in os.readlink(each))
    lines = (line for each in loops for line in Path(f"/proc/{pid}/fdinfo/{each.name}").read_text().splitlines())
    return [int(line.split()[1]) for line in lines if line.startswith("tfd:")]


def stop_proxy(below):
    (proxy,) = (pid for pid in below if Path(f"/proc/{pid}/comm").read_text() == "rp-shop\n")
    os.kill(proxy, signal.SIGSTOP)


@pytest.mark.long
def test_a_proxy_that_does_not_answer_holds_up_no_run_that_is_told_to_end(project):
    """It is stopped as by a debugger: the end of its scope would be waited for, for ever."""
    server = project.start("serve", stdin=subprocess.PIPE)
    assert server.stdout.readline().startswith('{"environment": ')
    below = descendants(server.pid)
    stop_proxy(below)
    server.stdin.close()

    wait_until(lambda: 0 not in watched(server.pid))  # it has seen the end, and has begun to end
    server.send_signal(signal.SIGTERM)

    server.wait(seconds(30))
    assert server.returncode == 4
    assert server.stderr.read() == (
        "recproxy: SIGTERM ended the run before its scopes had ended, because a proxy does not answer: the next run that "
        "records recovers what was recorded\n"
    )
    assert not any(alive(pid) for pid in below)
    close(server)


@pytest.mark.long
def test_one_signal_ends_a_run_whose_proxy_does_not_answer(project):
    run, below, temporary = up(project)
    stop_proxy(below)

    run.send_signal(signal.SIGTERM)

    assert run.wait(seconds(40)) == 4
    assert run.stderr.read().endswith(
        "recproxy: SIGTERM ended the run before its scopes had ended, because a proxy does not answer: the next run that "
        "records recovers what was recorded\n"
    )
    assert not any(alive(pid) for pid in below)
    assert list(temporary.iterdir()) == []
    close(run)


@pytest.mark.long
def test_a_run_that_saves_ends_when_whoever_started_it_has_died(project):
    program = "import sys; print('up', flush=True); sys.stdin.read()"
    parent, run = started_by_a_parent(project, program)
    below = descendants(run)
    (command,) = (pid for pid in below if program in Path(f"/proc/{pid}/cmdline").read_text())
    stop_proxy(below)
    parent.stdin.close()
    wait_until(lambda: not alive(command))

    parent.kill()
    parent.wait()

    wait_until(lambda: not alive(run) and not any(alive(pid) for pid in below), 30)
    parent.stdout.close()


def test_serve_ends_with_its_standard_input(project):
    server = project.start("serve", stdin=subprocess.PIPE)
    assert server.stdout.readline().startswith('{"environment": ')
    below = descendants(server.pid)

    server.stdin.close()

    assert server.wait(seconds(10)) == 0
    assert not any(alive(pid) for pid in below)
    close(server)


def test_parallel_starts_never_clash(project, request):
    """200 at once with --thorough; few otherwise, since each is four processes. Forks also begin with the same numbers."""
    count = 200 if request.config.getoption("--thorough") else 8
    program = "import os, urllib.request as u; print(u.urlopen('https://api.shop.example/item?id=1').read(), os.environ['HTTP_PROXY'])"

    with ThreadPoolExecutor(16) as pool:
        runs = [project.python(program), *pool.map(lambda _: project.python(program), range(count))]

    assert {run.returncode for run in runs} == {0}
    assert all(run.stdout.startswith("b'first' ") for run in runs)


def test_nothing_listens_beyond_loopback(project):
    run, below, _ = up(project)

    inodes = set()
    for pid in (run.pid, *below):
        for path in Path(f"/proc/{pid}/fd").iterdir():
            link = os.readlink(path)
            if link.startswith("socket:["):
                inodes.add(link[8:-1])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    addresses = {row[1].partition(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes}

    assert addresses == {"0100007F"}
    run.terminate()
    run.wait(seconds(20))
    close(run)
