"""A report for GitLab: code quality as JSON. Pure.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable

from recproxy.report.problems import Severity, problems
from recproxy.report.run_report import RunReport

__all__ = ["code_quality"]

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def code_quality(report: RunReport, locate: Callable[[str], str | None], elsewhere: str) -> str:
    """The JSON list. `elsewhere` is the path of problems without a recording in the repository: GitLab asks for one."""
    rows = []
    seen: Counter[str] = Counter()
    for each in problems(report):
        key = "\n".join((each.kind, *each.key))
        seen[key] += 1
        place = locate(each.path) if each.path else None
        test = f" (test {each.test})" if each.test else ""
        rows.append(
            {
                "description": f"{each.title}{test}: {each.text.strip()}",
                "check_name": f"recproxy-{each.kind}",
                # the same in the next run, so that GitLab knows what is new: no line, no time
                "fingerprint": hashlib.sha256(f"{key}\n{seen[key]}".encode()).hexdigest(),
                "severity": _SEVERITIES[each.severity],
                "location": {"path": place or elsewhere, "lines": {"begin": (place and each.line) or 1}},
            }
        )
    return json.dumps(rows, indent=1) + "\n"
