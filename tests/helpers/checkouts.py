"""Projects whose recordings are in a store, each a checkout in a folder of its own."""

from command_line import recproxy

from recproxy.stores.lock import read_lock
from recproxy.stores.pulling import pull_recordings
from recproxy.stores.pushing import push_recordings
from recproxy.stores.store import opened_store

TEXT = "one recording\n" * 100


class Checkout:
    """A project with a store, in a folder of its own."""

    def __init__(self, root, url):
        self.root, self.url = root, url
        self.folder = root / "recordings"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.opened = 0

    def open(self):
        self.opened += 1
        return opened_store(self.url)

    def write(self, name, text=TEXT):
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(text)

    def text(self, name):
        return (self.folder / name).read_text()

    def push(self, **how):
        return push_recordings(self.open, self.root, self.folder, **how)

    def pull(self, **how):
        return pull_recordings(self.open, self.root, self.folder, **how)

    @property
    def lock(self):
        return read_lock(self.root / "recproxy.lock")

    def take_lock(self, other):
        (self.root / "recproxy.lock").write_bytes((other.root / "recproxy.lock").read_bytes())

    def place(self, name):
        """Where the object of a recording is in the store, as fsspec names it."""
        store = self.open()
        return store._system, store._place(self.lock[name])


RECORDING = "#recproxy 2\n\nGET https://api.shop.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhello\n=======\n"
_PROJECT = """[tool.recproxy]
recordings = "file://{store}"
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
"""


def stored_project(folder):
    """A project whose store is a folder beside it, and its one recording, which is in no store yet."""
    root = folder / "project"
    recording = root / "tests/functional/recordings/shop/default.rec"
    recording.parent.mkdir(parents=True)
    recording.write_text(RECORDING)
    (root / "pyproject.toml").write_text(_PROJECT.format(store=folder / "store"))
    return root, recording


def said(project, *words):
    """What `recproxy` says there: its exit code, and its two streams."""
    done = recproxy(*words, folder=project)
    return done.returncode, done.stdout, done.stderr
