"""Words before the commands of an executor, and away again."""

from recproxy.runners.tox.isolated_commands import prefix_commands, release_commands


class Instance:
    def __init__(self, words):
        self.words = words

    @property
    def cmd(self):
        return self.words


class Executor:
    def build_instance(self, request, options, out, *, err):
        return Instance([request, options, out, err])


def test_commands_get_the_words_until_they_are_released():
    executor = Executor()
    other = Executor()

    prefix_commands(executor, ["enter", "1"])
    isolated = executor.build_instance("a", "b", "c", err="d")
    release_commands(executor)
    release_commands(executor)

    assert isolated.cmd == ["enter", "1", "a", "b", "c", "d"]
    assert isinstance(isolated, Instance)
    assert executor.build_instance("a", "b", "c", err="d").cmd == ["a", "b", "c", "d"]
    assert other.build_instance("a", "b", "c", err="d").cmd == ["a", "b", "c", "d"]
