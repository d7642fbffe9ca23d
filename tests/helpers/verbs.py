"""The verbs of the command line, which are imported when they are asked for."""

from recproxy.cli.main import _recproxy


def verbs_of(group=_recproxy):
    """The verbs of a group by their names."""
    return {name: group.get_command(None, name) for name in group.list_commands(None)}
