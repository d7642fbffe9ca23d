"""Asserts that pytest rewrites, once for all workers: each would rewrite those of all test files, at the same time."""

import sys

from _pytest.assertion import rewrite


def rewrite_share(config):
    """Rewrite the asserts of a worker's share of the test files and keep them where pytest looks for them.

    Nothing is done where pytest rewrites none or keeps no compiled modules, where files are named, and of what is kept already.
    """
    worker = getattr(config, "workerinput", None)
    if (
        worker is None
        or rewrite.assertstate_key not in config.stash
        or sys.dont_write_bytecode
        or config.args_source is config.ArgsSource.ARGS
    ):
        return
    paths = sorted(config.rootpath.glob("tests/**/test_*.py"))
    for path in paths[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        folder = rewrite.get_cache_dir(path)
        kept = folder / f"{path.stem}{rewrite.PYC_TAIL}"
        if rewrite._read_pyc(path, kept) is None and rewrite.try_makedirs(folder):
            source_hash, code = rewrite._rewrite_test(path, config)
            rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, source_hash, kept)
