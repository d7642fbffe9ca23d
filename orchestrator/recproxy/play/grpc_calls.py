"""The calls of a profile with the types of their messages: what was recorded, what is live, and files of descriptors.

Reads descriptors from the disk when the first call needs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from recproxy.errors import ProfileError
from recproxy.grpc.content_types import framing_of
from recproxy.grpc.descriptors import Services, load_descriptors
from recproxy.grpc.types import Types, types_of
from recproxy.play.candidates import Candidates
from recproxy.recording import Interaction, Recording, Request
from recproxy.recording.located import Located
from recproxy.recording.message_coding import is_message_coding

__all__ = ["LiveCalls", "call_path", "load_services", "read_interaction", "readable_interaction"]

_NOTHING = Services()


@lru_cache(maxsize=16)
def load_services(place: str) -> Services:
    """What a file of descriptors, or a .proto file, says; nothing for an empty place.

    Raises:
        ProfileError: it cannot be read.
    """
    if not place:
        return _NOTHING
    try:
        data = _compiled(Path(place)) if place.endswith(".proto") else Path(place).read_bytes()
    except OSError as problem:
        raise ProfileError(f"{place}: {problem.strerror or problem}: check grpc.descriptors") from None
    try:
        return load_descriptors(data)
    except ValueError as problem:
        raise ProfileError(f"{place}: {problem}") from None


def _compiled(place: Path) -> bytes:
    """The descriptors of a .proto file and what it imports."""
    import shutil  # noqa: PLC0415 - few profiles have .proto files
    import tempfile  # noqa: PLC0415 - see above

    place.stat()
    protoc = shutil.which("protoc")
    compiler = [protoc] if protoc else [sys.executable, "-m", "grpc_tools.protoc"]
    with tempfile.TemporaryDirectory(prefix="recproxy-") as folder:
        made = Path(folder, "made.binpb")
        command = [*compiler, f"--proto_path={place.parent}", "--include_imports", f"--descriptor_set_out={made}"]
        ran = subprocess.run(
            [*command, str(place)], capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
        if ran.returncode:
            said = ran.stderr.decode("utf-8", "replace").strip().splitlines() or ["it failed"]
            advice = ": install protoc, or pip install 'recproxy[grpc]'" if "No module named" in said[-1] else ""
            raise ProfileError(f"{place}: cannot be compiled: {said[-1]}{advice}")
        return made.read_bytes()


def call_path(url: str) -> str:
    """The path of a call as descriptors have it: service and method, whatever stands before them."""
    return "/" + "/".join(urlsplit(url).path.split("/")[-2:])


def readable_interaction(interaction: Interaction, place: str) -> Interaction:
    """An interaction with the messages of a call as JSON, by the descriptors at a `place`; itself where it is none.

    Raises:
        ProfileError: the descriptors cannot be read.
    """
    headers = interaction.request.headers, interaction.response.headers
    if interaction.steps or not any(map(framing_of, headers)):
        return interaction
    return read_interaction(interaction, load_services(place))


def read_interaction(interaction: Interaction, services: Services) -> Interaction:
    """A call with its messages as JSON, by the types of services."""
    from recproxy.grpc.bodies import read_messages  # noqa: PLC0415 - most services have no gRPC

    request, response = interaction.request, interaction.response
    method = services.methods.get(call_path(request.url))
    # A deadline is of one call: it would be another in each recording.
    request = replace(request, headers=tuple(line for line in request.headers if line[0].lower() != b"grpc-timeout"))
    asked = read_messages(request, services.types, method.request if method is not None else "")
    said = read_messages(response, services.types, method.response if method is not None else "")
    if method is not None and not method.client_streams and said.after:
        said = replace(said, after=())  # whether its end came with the only message, or behind it, is chance
    return replace(interaction, request=asked, response=said)


class LiveCalls:
    """Reads live calls as they were recorded: by the types in recordings, and for what these lack by those of `place`."""

    def __init__(self, recordings: Sequence[Recording], place: str) -> None:
        self._recordings = recordings
        self._place = place
        self._known: dict[str, tuple[str, Types]] | None = None
        #: Paths of calls that were recorded without names.
        self._nameless: set[str] = set()
        self._all: dict[str, tuple[str, Types]] = {}

    def message(self, request: Request, message: bytes) -> bytes:
        """One message of a live call, as it is compared by its types. Raises ProfileError."""
        one = replace(request, body=b"\0" + len(message).to_bytes(4, "big") + message, encoding=None)
        return self.forms(one)[0].body

    def located(self, request: Request, locate: Callable[[Request], Candidates]) -> tuple[Request, Candidates]:
        """A live request in the form in which it is compared, and what fits it. Raises ProfileError."""
        found = [(each, locate(each)) for each in self.forms(request)]
        return next((each for each in found if each[1].groups), found[0])

    def forms(self, request: Request) -> tuple[Request, ...]:
        """A live request in each form in which it may have been recorded, the likeliest first.

        Raises:
            ProfileError: the profile's descriptors cannot be read.
        """
        if not framing_of(request.headers):
            return (request,)
        from recproxy.grpc.bodies import read_messages  # noqa: PLC0415 - most services have no gRPC

        path = call_path(request.url)
        root, types = self._types(path)
        forms = [read_messages(request, types, root)]
        if root and path in self._nameless:
            forms.append(read_messages(request, Types(), ""))
        return tuple(forms)

    def _types(self, path: str) -> tuple[str, Types]:
        if self._known is None:
            self._known = self._recorded()
        found = self._all.get(path)
        if found is None:
            root, types = self._known.get(path, ("", Types()))
            services = load_services(self._place)
            method = services.methods.get(path)
            if method is not None and root in ("", method.request):
                root = method.request
                both = Types()
                both.add(types)
                both.add(services.types)
                types = both
            found = self._all[path] = root, types
        return found

    def _recorded(self) -> dict[str, tuple[str, Types]]:
        known: dict[str, tuple[str, Types]] = {}
        for each in _requests(self._recordings):
            if not is_message_coding(each.encoding) or not each.body:
                continue
            path = call_path(each.url)
            root, types = types_of(each.encoding or "")
            if not root:
                self._nameless.add(path)
            elif path in known:
                known[path][1].add(types)
            else:
                known[path] = root, types
        return known


def _requests(recordings: Iterable[Recording]) -> Iterator[Request]:
    """The requests that may hold calls: those of a located recording that were read at once are among them."""
    for recording in recordings:
        interactions = recording.interactions
        for each in interactions.read_at_once() if isinstance(interactions, Located) else interactions:
            yield each.request
