"""A listener of a process that can open no file the first time that it accepts a connection."""

import errno


class Exhausted:
    """Such a listener around a real one; `failed` counts how often it had no descriptor."""

    def __init__(self, real):
        self._real = real
        self.failed = 0

    def accept(self):
        if not self.failed:
            self.failed += 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self._real.accept()

    def __getattr__(self, name):
        return getattr(self._real, name)
