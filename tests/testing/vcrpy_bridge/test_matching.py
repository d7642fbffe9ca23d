"""What suites need of matching holds over TCP, with three clients, as it does in vcrpy."""

import importlib.util

from vcrpy_project import DATA

#: Ten tests, each with requests, httpx and aiohttp.
TESTS = 30


def test_three_clients_are_answered_as_vcrpy_answers_them(suite):
    spec = importlib.util.spec_from_file_location("suite_of_matching", DATA / "suite_of_matching.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make(suite)
    suite.write("test_a.py", (DATA / "suite_of_matching.py").read_text())

    by_vcrpy = suite.run("test_a.py", bridge=False)
    bridged = suite.run("test_a.py", bridge=True)

    # vcrpy's stubs hand coded bodies to some clients, and decoded ones under a header that denies it to others.
    failed = [line for line in by_vcrpy.out.splitlines() if line.startswith("FAILED")]
    assert [line for line in failed if "test_a_body_that_was_kept" not in line] == []
    assert bridged == {"passed": TESTS}
