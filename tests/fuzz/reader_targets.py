"""Targets that read files: recordings of every format, content codings, profiles and projects, journals."""

import atexit
import contextlib
import json
import shutil
import struct
import tempfile
from pathlib import Path
from unittest import mock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fuzz_target import HERE, Target

from recproxy.config import project as project_module
from recproxy.config.profile_reading import parse_profile
from recproxy.config.project import find_project
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError, RecordingError
from recproxy.formats import FORMATS, f1, format_of, unread_format
from recproxy.formats.registry import by_name
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.left_journals import abandoned
from recproxy.play.reading import load_any
from recproxy.recording import DecodeError, decode, dump, encode, load

DATA = HERE.parent / "formats/data"
SMALL = 4_000
_NAMES = {
    "rec": b"XXX :scope :body base64\n :wild ZZZ :delay 1 :chunks :header A base64 eA==",
    "http": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
}
_FOLDER = Path(tempfile.mkdtemp(prefix="recproxy-fuzz-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


def _samples(*patterns):
    found = [path for pattern in patterns for path in sorted(DATA.glob(pattern)) if path.is_file()]
    return tuple(data for path in found if len(data := path.read_bytes()) <= SMALL)[:6]


def read_rec(data):
    """Our own format: what is read, is written, and read again, stays the same."""
    recording = load(data, path="a.rec")
    if not data.lstrip(b"\xef\xbb\xbf").startswith(b"#recproxy 2"):
        return  # of 2011: it has no host yet
    text = dump(recording)
    assert dump(load(text)) == text, "written otherwise the second time"


def reader_of(name):
    """A function that reads one format, and writes it and our own."""
    known = by_name(name)

    def read(data):
        loaded = known.load(data, "a/b")
        if name != "rec-2011":  # it has no host yet
            dump(loaded.recording)
        if known.dump is not None:
            with contextlib.suppress(RecordingError):
                known.dump(loaded.recording)

    return read


def detect(data):
    """A file of any format."""
    unread_format(data)
    known = format_of(data)
    load_any(data, "a/b.rec" if known is None else "a/b")


def read_capture(data):
    """A folder of the F1 corpus: its files follow each other, each behind a line with its name."""
    files = {}
    for part in data.split(b"\n--file ")[1:]:
        name, _, content = part.partition(b"\n")
        files[name.decode("latin-1")] = content
    f1.load(files, "a")


CODINGS = ("gzip", "deflate", "br", "zstd", "gzip, gzip", "identity", "x-gzip", "unknown")


def code(data):
    """A content coding, undone and made."""
    coding = CODINGS[data[0] % len(CODINGS)] if data else "gzip"
    with contextlib.suppress(DecodeError, *([ValueError] if coding == "unknown" else ())):
        decode(data[1:], coding, limit=1 << 20)
    if coding != "unknown":
        assert decode(encode(data[1:], coding), coding) == data[1:], coding


def profile(data):
    """A profile.toml."""
    path = _FOLDER / "profile.toml"
    path.write_bytes(data)
    found = parse_profile(read_toml(path, ProfileError))
    found.rules()
    found.redaction()


def project(data):
    """A project's recproxy.toml, and the profiles in it."""
    (_FOLDER / "recproxy.toml").write_bytes(data)
    with mock.patch.object(project_module, "offers", dict):  # which profiles are installed here is no matter
        found = find_project(_FOLDER)
        for name in (*found.default_profiles(), *found.inline):
            one = found.profile(name)
            one.rules()
            one.redaction()


KEY, KEY_ID = bytes(range(32)), "0" * 32
MAGIC = b"#recproxy journal 2 " + KEY_ID.encode() + b"\n"


class Keys:
    """There is one key."""

    def find(self, name):
        return KEY if name == KEY_ID else None


def sealed(text):
    """The frame of an entry, as a run writes it at the beginning of a journal."""
    head = struct.pack("!BIQ", 1, 1, len(text) + 16)
    nonce = bytes(12)
    return head + nonce + AESGCM(KEY).encrypt(nonce, text, b"%d " % len(MAGIC) + head)


def journal(data):
    """A journal that a killed run left, or somebody put there: any bytes, or an entry that leads anywhere."""
    folders = JournalFolders(_FOLDER / "recordings", _FOLDER)
    folders.journal.mkdir(parents=True, exist_ok=True)
    if data.startswith(b"{"):  # the first words of an entry, which say where it belongs
        about, _, packed = data.partition(b"\0")
        with contextlib.suppress(ValueError):
            values = json.loads(about)
            known = {"base": "project", "path": "a.rec", "profile": "shop", "scope": "run", "recorded": "2026-01-01"}
            about = json.dumps({key: str(values.get(key, usual)) for key, usual in known.items()}).encode()
            data = MAGIC + sealed(struct.pack("!I", len(about)) + about + packed)
    (folders.journal / "1-0.journal").write_bytes(data)
    with abandoned(folders, Keys()) as journals:
        for found in journals:
            for entry in found.entries:
                assert entry.recording.resolve().is_relative_to(_FOLDER.resolve()), entry.recording


REC = (
    b"#recproxy 2\n# a comment\n\n:scope test_send\n:recorded 2026-01-01\nPOST https://a.example/2/tweets?x=XXX HTTP/1.1\n"
    b'Authorization: Bearer XXX\nContent-Type: application/json\n\n{"text": "hello", "nonce": "XXX[n]"}\n====\n'
    b'HTTP/1.1 201 Created\nContent-Type: application/json\n\n{"data": {"id": "XXX[n]"}}\n=======\n\n'
    b":wild ZZZ\n:body base64\nPUT https://a.example/ HTTP/1.1\n\nAAEC\n====\n:body crlf\n:delay 0.5\n:chunks 2 3\n"
    b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\na\nb\n=======\n"
)
PROFILE = b"""schema = 1
name = "shop"
summary = "A shop"
credentials = ["SHOP_KEY"]
[[endpoints]]
protocol = "http"
hosts = ["api.shop.example", "*.shop.example"]
base_url = "SHOP_BASE_URL"
[placeholders]
SHOP_KEY = "placeholder"
[match]
headers = ["accept"]
ignore.query = ["nonce"]
ignore.json = ["/client_token"]
repeat = "last"
[redact]
json = ["/email", "token"]
patterns = ["[a-z]{3}(?P<x>[0-9]+)"]
[replay]
pace = "none"
[upstream]
timeout = 30
max_body = 1000
"""
PROJECT = b"""recordings = "rec"
profiles = ["shop"]
unlisted = "pass"
pass_hosts = ["*.example"]
on_miss = "warn"
idle_timeout = 3
[profiles.shop]
credentials = ["SHOP_KEY"]
[[profiles.shop.endpoints]]
hosts = ["shop.example"]
base_url = "SHOP_BASE_URL"
[profiles.shop.match.ignore]
query = ["a"]
"""
PROJECT = PROJECT.replace(b'profiles = ["shop"]\n', b"")
CAPTURE = (
    b'\n--file meta.json\n{"uri": "https://www.google.com/m8", "method": "GET"}\n--file request-0\nGET /m8 HTTP/1.1\n'
    b"Host: www.google.com\n\n\n--file response-0\nHTTP/1.1 200 OK\nContent-Type: text/plain\n\nhi"
)
ENTRY = (
    b'{"base": "recordings", "path": "shop/a.rec", "profile": "shop", "scope": "run", "recorded": "2026-01-01"}\0packed'
)
JOURNALS = (
    ENTRY,
    ENTRY.replace(b"shop/a.rec", b"../../x"),
    MAGIC + struct.pack("!BIQ", 1, 1, 20) + bytes(32),
    b"#recproxy journal 1\n",
)
#: Samples of each format, and how its values are read: files of tests/formats/data, and tests/fuzz/corpus.
KINDS = {
    "php-vcr": ("yaml", ()),
    "php-vcr-json": ("json", ()),
    "go-vcr": ("yaml", ("go-vcr/**/*",)),
    "vcrpy": ("yaml", ("vcrpy/**/*.yaml",)),
    "vcrpy-json": ("json", ("vcrpy/**/*.json",)),
    "har": ("json", ("har/**/*.har",)),
    "har-yaml": ("yaml", ()),
    "responses": ("yaml", ("responses/*.yaml",)),
    "responses-toml": ("toml", ("responses/*.toml",)),
    "betamax": ("json", ("betamax/**/*",)),
    "ruby-vcr": ("yaml", ("ruby-vcr/**/*",)),
    "rec-2011": ("", ("rec/*",)),
}
assert set(KINDS) == {each.name for each in FORMATS}
READERS = (
    Target(name="rec", run=read_rec, seeds=(REC,), tokens=tuple(_NAMES["rec"].split())),
    *(
        Target(name=name, run=reader_of(name), seeds=_samples(*patterns), tree=tree)
        for name, (tree, patterns) in KINDS.items()
    ),
    Target(name="detection", run=detect, seeds=(REC, *_samples("*/*", "*/*/*"))),
    Target(
        name="f1-capture",
        run=read_capture,
        seeds=(CAPTURE,),
        tokens=(b"\n--file smtp-trace\n", b"\n--file response-1\n"),
    ),
    Target(name="codings", run=code, seeds=tuple(bytes((n,)) + encode(b"abc" * 9, CODINGS[n]) for n in range(5))),
    Target(name="profile", run=profile, seeds=(PROFILE,), tree="toml"),
    Target(name="project", run=project, seeds=(PROJECT,), tree="toml"),
    Target(name="journal", run=journal, seeds=JOURNALS, tokens=(KEY_ID.encode(), MAGIC)),
)
