"""Asks pip-audit about what is installed, and takes no answer for a bad one: offline it would pass."""

import json
import subprocess
import sys

AGAIN = "and run `nox -s audit` again"
AUDIT = ("pip-audit", "--local", "--skip-editable", "--progress-spinner", "off", "--format", "json")


def problems(code, out, err):
    """Lines about what is wrong; none if every package was looked up and has no known vulnerability."""
    try:
        packages = json.loads(out)["dependencies"]
    except (ValueError, KeyError):
        last = err.strip().splitlines()[-1:] or [f"exit code {code}"]
        return [f"pip-audit could not ask PyPI: {last[0]}: connect to a network {AGAIN}"]
    skipped = [each["name"] for each in packages if "skip_reason" in each and "editable" not in each["skip_reason"]]
    if skipped:
        unknown = f"{len(skipped)} of {len(packages)} packages, such as {skipped[0]}"
        return [f"pip-audit got no answer about {unknown}: connect to a network where PyPI answers {AGAIN}"]
    return [
        f"{each['name']} {each['version']} has {found['id']}: mended in {', '.join(found['fix_versions']) or 'no version'}"
        for each in packages
        for found in each.get("vulns", ())
    ]


def main():
    done = subprocess.run(AUDIT, capture_output=True, text=True)
    found = problems(done.returncode, done.stdout, done.stderr)
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
