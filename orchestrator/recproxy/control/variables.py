"""Environment variables that tell a test command, and all it starts, where it runs (DESIGN: environment contract)."""

from typing import Final

__all__ = [
    "AHEAD",
    "CA",
    "CLOCK",
    "CONTROL",
    "DEFAULT_LANE",
    "LANE",
    "MODE",
    "PROXY",
    "RECORDED_AT",
    "RECORD_COMMAND",
    "REDIRECT",
    "R_PROFILE",
    "SHARD",
    "SHOWN_FROM",
    "SPKI",
    "TESTS",
    "TOKEN",
    "WANTED",
]

#: The mode of the run: replay, record, live or auto.
MODE: Final = "RECPROXY_MODE"
#: URL of the control address.
CONTROL: Final = "RECPROXY_CONTROL"
#: Bearer token of the control address.
TOKEN: Final = "RECPROXY_TOKEN"  # noqa: S105 - the variable's name, not a token
#: The lane this process belongs to.
LANE: Final = "RECPROXY_LANE"
#: The lane of everything that was not started in a lane of its own.
DEFAULT_LANE: Final = "default"
#: Exactly `1` puts the 2011 decorator in record mode, where MODE is not set.
PROXY: Final = "PROXY"
#: Where the socket redirect sends connections: `host:port=127.0.0.1:port,...`; empty switches it off.
REDIRECT: Final = "RECPROXY_REDIRECT"
#: File of the run's CA, which the redirect makes TLS contexts trust whatever bundle they name.
CA: Final = "RECPROXY_CA"
#: The user's own R_PROFILE_USER, which profile.R loads.
R_PROFILE: Final = "RECPROXY_R_PROFILE"
#: Hash of the key of the run's certificates, which a browser's flag takes.
SPKI: Final = "RECPROXY_SPKI"
#: The name of the shard that this run is: `K/N` has pytest-split choose its tests.
SHARD: Final = "RECPROXY_SHARD"
#: When the recordings in play were made, in ISO 8601 and UTC: of the test that is running, or of the run's own.
RECORDED_AT: Final = "RECPROXY_RECORDED_AT"
#: `recorded` where tests run at that time; `AHEAD` and seconds where a proof has them run later than now.
CLOCK: Final = "RECPROXY_CLOCK"
AHEAD: Final = "ahead "
#: In a fault sweep: the file that tells the pytest plugin which tests to run.
TESTS: Final = "RECPROXY_TESTS"
#: What nox, tox and pytest are called with to record, as `record_commands` has it: messages name it.
RECORD_COMMAND: Final = "RECPROXY_RECORD_COMMAND"
#: The folder that paths in messages are relative to, where that is not the working directory.
SHOWN_FROM: Final = "RECPROXY_SHOWN_FROM"
#: The file that gets the list of what a replay missed.
WANTED: Final = "RECPROXY_WANTED"
