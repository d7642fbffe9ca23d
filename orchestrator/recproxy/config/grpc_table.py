"""The table `grpc` of a profile: how the messages of its calls are read."""

from typing import Annotated

from recproxy.config import profile_words as words
from recproxy.config.keys import Computed
from recproxy.lazy.dataclass import dataclass

__all__ = ["GrpcTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcTable:
    """How the messages of gRPC calls are read.

    `place` is the path of the descriptors, wherever the run is started.
    """

    descriptors: Annotated[str, words.DESCRIPTORS] = ""
    """A file that names the fields of messages: descriptors, as `protoc --include_imports --descriptor_set_out=api.binpb`
    writes them, or a `.proto` file, which needs `protoc` or `grpcio-tools`. The path is relative to the file that names it.
    Without it, fields have their numbers. A replay reads messages by what the recordings say of them, too.
    """
    reflection: bool = True
    """Whether recproxy asks a service for its descriptors when it records (gRPC server reflection), if a call is in
    none of the `descriptors`.
    """
    place: Computed[str] = ""
