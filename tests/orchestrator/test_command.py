"""The command: its exit code, its signals, and what it leaves running."""

import asyncio
import os
import resource
import signal
import sys

import pytest
from deadlines import seconds

from recproxy.errors import ConfigurationError
from recproxy.orchestrator import command as module
from recproxy.orchestrator.command import Command, check_command


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch):
    """Whoever runs these tests on a terminal shares it with nothing here."""
    monkeypatch.setattr(module, "_in_foreground", lambda: False)


def run(program, work=None, environment=None, **options):
    """The exit code of a Python program; `work(command, pipe)` is done while it runs, `pipe` is what it writes to."""

    async def ran():
        loop = asyncio.get_running_loop()
        read, write = os.pipe()
        os.set_inheritable(write, True)
        words = [sys.executable, "-c", program, str(write)]
        # The pipe must reach the child: Popen closes what is not said to stay.
        popen = module.subprocess.Popen
        module.subprocess.Popen = lambda words, **options: popen(words, **options | {"pass_fds": (write,)})
        try:
            command = Command(words, os.environ | (environment or {}), loop, **options)
        finally:
            module.subprocess.Popen = popen
            os.close(write)
        reader = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb"))
        async with asyncio.timeout(seconds(30)):
            if work is not None:
                await work(command, reader)
            code = await command.wait()
        transport.close()
        return code

    return asyncio.run(ran())


SAY = "import os, sys; say = lambda text: os.write(int(sys.argv[1]), text)\n"


@pytest.mark.parametrize("code", [0, 1, 5, 255])
def test_its_exit_code_is_its_own(code):
    assert run(f"import sys; sys.exit({code})") == code


def test_a_signal_is_told_as_a_shell_does():
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)") == 128 + signal.SIGKILL


def test_it_gets_the_environment_that_is_given():
    assert run("import os, sys; sys.exit(int(os.environ['CODE']))", environment={"CODE": "7"}) == 7


def test_elsewhere_than_on_a_terminal_it_has_a_session_of_its_own():
    assert run("import os, sys; sys.exit(os.getsid(0) != os.getpid())") == 0


def test_on_a_terminal_it_shares_our_process_group(monkeypatch):
    monkeypatch.setattr(module, "_in_foreground", lambda: True)

    assert run(f"import os, sys; sys.exit(os.getpgrp() != {os.getpgrp()})") == 0


def test_it_is_stopped_by_a_signal():
    async def stop(command, pipe):
        assert await pipe.readexactly(2) == b"up"
        await command.stop(signal.SIGTERM)

    program = SAY + "import signal; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9)); say(b'up'); signal.pause()"
    assert run(program, stop) == 9


def test_one_that_does_not_stop_is_killed(monkeypatch):
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.05)

    async def stop(command, pipe):
        assert await pipe.readexactly(2) == b"up"
        await command.stop(signal.SIGTERM)

    program = SAY + "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); say(b'up'); time.sleep(60)"
    assert run(program, stop) == 128 + signal.SIGKILL


def test_on_a_terminal_only_the_command_gets_the_signal(monkeypatch):
    """The group is ours too: it must not be stopped with it."""
    monkeypatch.setattr(module, "_in_foreground", lambda: True)

    async def stop(command, pipe):
        assert await pipe.readexactly(2) == b"up"
        await command.stop(signal.SIGTERM)

    assert run(SAY + "import signal; say(b'up'); signal.pause()", stop) == 128 + signal.SIGTERM


@pytest.mark.parametrize("ignored", ["SIGTERM", "SIGUSR1"])
def test_what_it_leaves_running_ends_with_it_even_if_it_does_not_listen(monkeypatch, ignored):
    monkeypatch.setattr(module, "_LEFTOVER_SECONDS", 0.05)

    async def until_end(command, pipe):
        await command.wait()
        # The pipe has ended: nobody holds its other end any more.
        assert await pipe.read() == b"up"

    program = SAY + (
        "import signal, time\n"
        "read, write = os.pipe()\n"
        "if os.fork() == 0:\n"
        f"    signal.signal(signal.{ignored}, signal.SIG_IGN)\n"
        "    say(b'up'); os.write(write, b'x'); time.sleep(60)\n"
        "os.read(read, 1)\n"  # the child is up
    )
    assert run(program, until_end) == 0


def test_what_others_have_started_while_they_were_killed_is_killed_too(monkeypatch):
    found = [{"supervisor", "worker"}, {"worker of the supervisor"}, set()]

    class Started:
        """Does not hear, and starts one while it is killed."""

        def __init__(self, command, *, session, mark):
            """All that a command has started."""

        def ask(self):
            return bool(found[0])

        def kill(self):
            return bool(found.pop(0))

    monkeypatch.setattr(module, "StartedProcesses", Started)
    monkeypatch.setattr(module, "_LEFTOVER_SECONDS", 0.05)

    assert run("") == 0
    assert found == []


@pytest.mark.skipif(sys.platform != "linux", reason="without /proc only the command's group is known")
@pytest.mark.parametrize(("end", "stays"), [("sys.exit(0)", True), ("os.kill(os.getpid(), 9)", False)])
def test_what_has_left_its_session_stays_unless_it_was_killed(tmp_path, end, stays):
    """A daemon has left it on purpose; a command that is killed cannot end what it has started."""
    program = SAY + (
        "import time\n"
        "read, write = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.setsid(); say(b'%d.' % os.getpid()); os.write(write, b'x'); time.sleep(60)\n"
        f"os.read(read, 1); {end}"
    )

    async def until_end(command, pipe):
        child = int((await pipe.readuntil(b"."))[:-1])
        await command.wait()
        if stays:
            os.kill(child, signal.SIGKILL)  # it is there
        assert await pipe.read() == b""

    run(program, until_end, {"SSL_CERT_FILE": f"{tmp_path}/ca.pem"}, mark=str(tmp_path))


def test_it_gets_the_limit_of_open_files_that_we_were_started_with(monkeypatch):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.setitem(module._LIMITS, resource.RLIMIT_NOFILE, soft - 1)
    program = f"import resource, sys; sys.exit(resource.getrlimit(resource.RLIMIT_NOFILE) != ({soft - 1}, {hard}))"

    assert run(program) == 0
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)


def test_a_command_that_does_not_exist_is_refused_before_anything_starts():
    with pytest.raises(ConfigurationError, match="command 'no-such-command' does not exist or cannot be run"):
        check_command(["no-such-command", "x"], os.environ.get("PATH"))

    check_command([sys.executable], None)


def test_a_command_that_cannot_be_started_is_an_error_for_the_user(tmp_path):
    path = tmp_path / "broken"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o755)

    async def start():
        Command([str(path)], os.environ, asyncio.get_running_loop())

    with pytest.raises(ConfigurationError, match="broken' cannot be run: No such file"):
        asyncio.run(start())


def test_without_a_terminal_nothing_is_in_the_foreground(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(module.os, "open", lambda *_: (_ for _ in ()).throw(OSError("no terminal")))

    assert module._in_foreground() is False
