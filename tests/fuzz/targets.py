"""All fuzz targets, by name."""

from grpc_targets import GRPC
from mail_targets import MAIL
from reader_targets import READERS
from text_targets import TEXTS
from wire_targets import WIRE

TARGETS = {each.name: each for each in (*READERS, *WIRE, *MAIL, *GRPC, *TEXTS)}
