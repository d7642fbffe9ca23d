"""`recproxy_prove`: the command of an environment that records, run by `recproxy run --prove` instead of by tox.

A proof runs the command several times, which tox does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tox.config.types import Command
from tox.tox_env.api import ToxEnv
from tox.tox_env.errors import Fail

__all__ = ["prove_instead"]


def prove_instead(tox_env: ToxEnv, python: str, options: Sequence[str], environment: Mapping[str, str]) -> None:
    """Have recproxy run the one command of an environment, with these options of `run` and variables.

    Raises:
        Fail: there are several commands, so that none of them alone is what was recorded.
    """
    conf = tox_env.conf
    commands: list[Command] = conf["commands"]
    if len(commands) != 1:
        raise Fail(
            f"recproxy_prove needs one command in {conf.name}, which has {len(commands)}: put them into a script"
        )
    (command,) = commands
    command.args[:0] = [python, "-P", "-m", "recproxy", "run", *options, "--prove", "--"]
    conf["allowlist_externals"].append(python)
    conf["set_env"].update(dict(environment), override=True)
