"""gRPC by grpcio, unchanged: four kinds of call recorded from its server, and replayed without it."""

import subprocess
import sys
from pathlib import Path

import prestarted
import pytest

pytest.importorskip("grpc")
pytest.importorskip("grpc_status")

HERE = Path(__file__).parent
DATA = HERE.parent / "grpc" / "data"
RECORDED = "tests/functional/recordings/notes/default.rec"
CONFIG = """[tool.recproxy.profiles.notes]
{lines}
[tool.recproxy.profiles.notes.upstream]
address = "http://127.0.0.1:{port}"
[[tool.recproxy.profiles.notes.endpoints]]
hosts = ["notes.example"]
base_url = "NOTES_BASE_URL"
"""
CLIENT = f"""
import os, queue, sys
sys.path.insert(0, {str(HERE.parent / "helpers")!r})
import grpc
from grpc_status import rpc_status
from notes_messages import Note, stubs
options = {{"compression": grpc.Compression.Gzip}} if "gzip" in sys.argv else {{}}
channel = grpc.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2], **options)
calls = stubs(channel)
text = sys.argv[1]

def tried(call):
    try:
        print(call())
    except grpc.RpcError as error:
        status = rpc_status.from_call(error)
        print(error.code(), error.details().splitlines()[0], [each.type_url for each in status.details] if status else [])

def unary():
    metadata = (("x-me-bin", b"\\xff\\1"),)
    reply, call = calls["Send"].with_call(Note(text=text, request_id=sys.argv[2]), timeout=20, metadata=metadata)
    return reply.text, reply.count, dict(call.initial_metadata())["x-first-bin"], dict(call.trailing_metadata())

def talk():
    said, got = queue.Queue(), []
    replies = calls["Talk"](iter(said.get, None), timeout=20)
    got.append(next(replies).text)
    for word in ("one", text, "bye"):
        said.put(Note(text=word))
        got.append(next(replies).text)
    got += [each.text for each in replies]  # the service ends first
    said.put(None)
    return got

tried(unary)
tried(lambda: calls["Send"](Note(text="forbidden"), timeout=20))
tried(lambda: calls["Upload"](iter([Note(text="a"), Note(text=text)]), timeout=20).text)
tried(lambda: [(each.text, each.count) for each in calls["List"](Note(text=text), timeout=20)])
tried(talk)
"""
SAID = """('HELLO', 1, b'\\xff\\x00', {'x-last-bin': b'\\x01\\x02'})
StatusCode.PERMISSION_DENIED no, ['type.googleapis.com/google.rpc.ErrorInfo']
a,hello
[('hello', 0), ('hello', 1), ('hello', 2)]
['welcome', 'you said one', 'you said hello', 'you said bye']
"""


class Service:
    """The service in a process of its own, by a fork."""

    def __init__(self, *words):
        program = str(HERE / "origins" / "grpc_notes.py")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = prestarted.popen()([sys.executable, program, *words], **pipes)
        self.port = int(self._process.stdout.readline())

    def __enter__(self):
        return self.port

    def __exit__(self, *_):
        self._process.communicate()


def client(project, *words, mode=()):
    return project.run("run", "--profile", "notes", *mode, "--", sys.executable, "client.py", *words)


def recorded(project, *words, lines="", service=()):
    """What the client printed while it was recorded; the service is gone then."""
    project.write("client.py", CLIENT)
    with Service(*service) as port:
        project.write("pyproject.toml", CONFIG.format(port=port, lines=lines))
        ran = client(project, "hello", "id-1", *words, mode=("--record", "notes"))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, (project.root / RECORDED).read_text()


def test_four_kinds_of_call_are_recorded_readable_and_replayed_as_they_were(project):
    lines = f'grpc.descriptors = "{DATA / "notes.binpb"}"\nmatch.ignore.grpc = ["request_id"]'
    said, text = recorded(project, lines=lines)

    assert said == SAID
    assert '\n[{"text": "a"}, {"text": "hello"}]\n' in text
    assert "\n:after 0 1 2 3 3\n" in text
    assert 'grpc-status-details-bin: {"code": 7, "message": "no,\\nzo\\u00eb", "details": [{"type_url": ' in text
    assert "grpc-timeout" not in text
    assert project.verb("check", RECORDED).stderr.endswith("0 problems\n")

    again = client(project, "hello", "id-2")

    assert (again.returncode, again.stdout) == (0, SAID), again.stderr
    row = next(line.split() for line in again.stderr.splitlines() if line.startswith("recproxy   notes"))
    assert row[3:8] == ["5", "0", "0", "0", "17"], again.stderr  # the last are messages, both ways


def test_a_message_that_fits_nothing_ends_its_call_with_the_field(project):
    recorded(project)
    ran = client(project, "good morning", "id-1")

    assert ran.returncode == 3
    assert ran.stdout.count("StatusCode.FAILED_PRECONDITION recproxy: no recorded interaction of notes fits") == 4
    assert '  grpc [1].1  "hello"   "good morning"' in ran.stderr


def test_compressed_messages_match_what_was_recorded_plain(project):
    recorded(project)
    ran = client(project, "hello", "id-1", "gzip")

    assert (ran.returncode, ran.stdout) == (0, SAID), ran.stderr


def test_a_service_that_tells_its_types_is_asked_for_them(project):
    said, text = recorded(project, service=("reflection",))

    assert said == SAID
    assert "\n:message notes.v1.Note text=1 request_id=19\n" in text
    assert "ServerReflection" not in text
    assert text.count("\nPOST ") == 5

    again = client(project, "hello", "id-1")

    assert (again.returncode, again.stdout) == (0, SAID), again.stderr


def test_auto_records_what_is_missing_and_a_stream_that_departs_from_its_recording_is_a_miss(project):
    project.write("client.py", CLIENT)
    with Service() as port:
        project.write("pyproject.toml", CONFIG.format(port=port, lines=""))
        first = client(project, "hello", "id-1", mode=("--mode", "auto"))
        other = client(project, "other", "id-1", mode=("--mode", "auto"))
    again = client(project, "other", "id-1")

    assert (first.returncode, first.stdout) == (0, SAID), first.stderr
    *others, talk = other.stdout.splitlines()
    assert others == SAID.replace("hello", "other").replace("HELLO", "OTHER").splitlines()[:4]
    assert talk.startswith("StatusCode.FAILED_PRECONDITION recproxy: no recorded interaction of notes fits")
    assert other.returncode == 3
    assert again.stdout == other.stdout


LEAVES = f"""
import os, sys
sys.path.insert(0, {str(HERE.parent / "helpers")!r})
import grpc
from notes_messages import Note, stubs
with grpc.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2]) as channel:
    calls = stubs(channel)
    calls["Send"](Note(text="hello"), timeout=20)
    try:
        calls["Send"](Note(text="never"), timeout=0.5)
    except grpc.RpcError as error:
        print(error.code())
    stream = calls["List"](Note(text="never"))
    print([next(stream).count for _ in range(3)])
    stream.cancel()
    print(calls["Send"](Note(text="hello"), timeout=20).text)
"""


def test_calls_that_their_client_leaves_are_recorded_with_its_status_and_replayed(project):
    project.write("client.py", LEAVES)
    with Service() as port:
        project.write("pyproject.toml", CONFIG.format(port=port, lines=""))
        ran = client(project, mode=("--record", "notes"))
    text = (project.root / RECORDED).read_text()

    assert (ran.returncode, ran.stdout) == (0, "StatusCode.DEADLINE_EXCEEDED\n[0, 1, 2]\nHELLO\n"), ran.stderr
    assert text.count(":trailer grpc-status: 4\n") == text.count(":trailer grpc-status: 1\n") == 1
    assert ":delay" not in text

    again = client(project)

    assert (again.returncode, again.stdout) == (0, ran.stdout), again.stderr


TALKS = f"""
import os, sys
sys.path.insert(0, {str(HERE.parent / "helpers")!r})
import grpc
from notes_messages import Note, stubs
with grpc.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2]) as channel:
    calls = stubs(channel)
    calls["Send"](Note(text=os.environ["NOTES_KEY"]), timeout=20)
    print([each.text[:8] for each in calls["Talk"](iter([Note(text="hi"), Note(text="bye")]), timeout=20)], flush=True)
    sys.stdin.read()
"""


def test_calls_of_a_killed_run_are_recovered_readable_and_masked(project):
    project.write("client.py", TALKS)
    key = "-".join(("k3y", "value", "of", "the", "notes"))
    words = ("run", "--profile", "notes", "--record", "notes", "--")
    with Service() as port:
        profile = CONFIG.format(port=port, lines='credentials = ["NOTES_KEY"]')
        project.write("pyproject.toml", profile)
        pipes = {"stdin": subprocess.PIPE, "environment": {"NOTES_KEY": key}}
        run = project.start(*words, sys.executable, "client.py", **pipes)
        assert run.stdout.readline() == "['welcome', 'you said', 'you said']\n"
        run.kill()
        run.communicate()
        after = project.run(*words, "true", environment={"NOTES_KEY": key})
    text = (project.root / RECORDED).with_suffix(".failed.rec").read_text()

    assert "recovered 2 interactions from a killed run" in after.stderr
    assert '\n[{"1": "hi"}, {"1": "bye"}]\n' in text
    assert text.count(":encoding grpc\n") == 4
    assert key not in text


GOES_ON = f"""
import os, queue, sys
sys.path.insert(0, {str(HERE.parent / "helpers")!r})
import grpc
from notes_messages import Note, stubs

channel = grpc.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2])
said, calls, ended = queue.Queue(), [], []

def test_talk():
    talk = stubs(channel)["Talk"](iter(said.get, None), timeout=20)
    calls.append(talk)
    assert next(talk).text == "welcome"
    said.put(Note(text="one"))
    assert next(talk).text == "you said one"

def test_after():
    try:
        next(calls[0])
    except grpc.RpcError as error:
        ended.append((error.code().name, error.details()))
    assert ended == [("UNAVAILABLE", "recproxy: the test that began this call has ended")]
    assert stubs(channel)["Send"](Note(text="hello"), timeout=20).text == "HELLO"
    said.put(None)
"""


def test_a_call_both_ways_ends_with_its_test_and_is_kept_for_it(project):
    project.write("test_notes.py", GOES_ON)
    command = ("--", sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "test_notes.py")
    with Service() as port:
        project.write("pyproject.toml", CONFIG.format(port=port, lines=""))
        ran = project.run("run", "--profile", "notes", "--record", "notes", *command)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    text = (project.root / "tests/functional/recordings/notes/test_notes/test_talk.rec").read_text()
    assert ":after 0 1 end\n" in text
    assert ":trailer grpc-status: 1\n:trailer grpc-message: the test ended before the call\n" in text

    again = project.run("run", "--profile", "notes", *command)

    assert again.returncode == 0, again.stdout + again.stderr
    row = next(line.split() for line in again.stderr.splitlines() if line.startswith("recproxy   notes"))
    assert row[3:7] == ["2", "0", "0", "0"], again.stderr


WAITS = f"""
import os, queue, sys
sys.path.insert(0, {str(HERE.parent / "helpers")!r})
import grpc
from notes_messages import Note, stubs

channel = grpc.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2])
said, records = queue.Queue(), "record" in sys.argv
for note in (Note(text="one"), Note(text="two"), *[None] * records):
    said.put(note)
try:
    print(stubs(channel)["Upload"](iter(said.get, None), timeout=20 if records else 0.5).text)
except grpc.RpcError as error:
    print(error.code())
said.put(None)
"""


def test_a_call_that_its_client_leaves_unanswered_is_a_miss(project):
    project.write("client.py", WAITS)
    with Service() as port:
        project.write("pyproject.toml", CONFIG.format(port=port, lines=""))
        ran = client(project, "record", mode=("--record", "notes"))
    assert (ran.returncode, ran.stdout) == (0, "one,two\n"), ran.stderr

    again = client(project, "replay")

    assert (again.returncode, again.stdout) == (3, "StatusCode.DEADLINE_EXCEEDED\n"), again.stderr
    row = next(line.split() for line in again.stderr.splitlines() if line.startswith("recproxy   notes"))
    assert row[3:7] == ["0", "0", "1", "1"]
    told = "its client left this call before it ended its side: the recorded call is answered only then"
    assert f"recproxy: miss: {told}\n" in again.stderr


STAYS_LIVE = f"""
import os, queue, sys
sys.path.insert(0, {str(HERE.parent / "helpers")!r})
import grpc, pytest
from notes_messages import Note, stubs

channel = grpc.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2])
said = queue.Queue()
talk = stubs(channel)["Talk"](iter(said.get, None), timeout=20)
assert next(talk).text == "welcome"

@pytest.mark.recproxy(mode="replay")
def test_replayed():
    with pytest.raises(grpc.RpcError) as raised:
        next(talk)
    said.put(None)
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
    assert raised.value.details() == "recproxy: the test that is running now insists on replay"
"""


def test_a_call_of_auto_ends_in_a_test_that_insists_on_replay_and_is_kept(project):
    project.write("test_notes.py", STAYS_LIVE)
    command = ("--", sys.executable, "-m", "pytest", "-q", "test_notes.py")
    with Service() as port:
        project.write("pyproject.toml", CONFIG.format(port=port, lines=""))
        ran = project.run("run", "--profile", "notes", "--mode", "auto", *command, environment={"CI": ""})

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ":after 0 end\n" in (project.root / RECORDED).read_text()
