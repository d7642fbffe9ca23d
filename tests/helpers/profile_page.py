"""docs/reference/profiles.md, made from the packages below profiles/: `python tests/helpers/profile_page.py` writes it."""

import json
import tomllib
from pathlib import Path

from recproxy.config.keys import leaves
from recproxy.config.profile import Profile
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/profiles.md"
HEAD = """# Profiles

The service profiles of this repository: their hosts, variables, rules and starter recordings.
Each row names its source, a line of `profile.toml`, or where a recording comes from.
`python tests/helpers/profile_page.py` makes this page from the packages.

`recproxy profiles show NAME` prints the same for an installed profile, together with what your project changes.

## Which profile owns a host

The most specific name wins, so no host of these profiles belongs to two of them:

- `api.openai.com` and `*.openai.azure.com` belong to `openai`. No profile owns `*.services.ai.azure.com` and `*.cognitiveservices.azure.com`, where several makers have models. The README of [openai](../../profiles/openai/README.md#azure) says how to add one.
- `api.github.com` and `uploads.github.com` belong to `github` by name; it owns no `*.github.com`.
- `*.slack.com` belongs to `slack`, with all workspaces in it. It names no host of another service.
- `*.blob.core.windows.net` belongs to nobody: `openai` names the one account that holds its pictures.

"""


def packages():
    """The folders of all profiles, in order."""
    return [path.parent for path in sorted(ROOT.glob("profiles/*/recproxy_*/profile.toml"))]


def page():
    """The whole page."""
    return HEAD + "\n".join(_section(package) for package in packages())


def _section(package):
    file = read_toml(package / "profile.toml", ProfileError)
    values = file.values
    name = tomllib.loads((package.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
    folder = f"../../{package.relative_to(ROOT).as_posix()}"

    def source(*keys):
        return f"[profile.toml:{file.place(keys).rpartition(':')[2]}]({folder}/profile.toml)"

    lines = [f"## {values['name']}", "", f"{values['summary']}.", ""]
    lines += [
        f"The package is `{name}`: [README](../../{package.parent.relative_to(ROOT).as_posix()}/README.md), [recordings]({folder}/recordings/README.md).",
        "",
    ]
    lines += [*_table(("hosts", "protocol", "base URL or variables", "source"), _endpoints(values, source)), ""]
    lines += [*_table(("variable", "meaning", "placeholder", "source"), _variables(values, source)), ""]
    lines += [*_table(("rule", "value", "source"), _rules(file, source)), ""]
    lines += [*_table(("recording", "what it plays", "origin"), _recordings(package)), ""]
    return "\n".join(lines)


def _endpoints(values, source):
    for number, each in enumerate(values["endpoints"]):
        where = (
            f"`{each['base_url']}`, which ends in `{each.get('base_path') or ':PORT'}`" if "base_url" in each else ""
        )
        if "variables" in each:
            where = f"`{each['variables']}_HOST`, `{each['variables']}_PORT`"
        yield _listed(each["hosts"]), each.get("protocol", "http"), where, source("endpoints", number, "hosts")


def _variables(values, source):
    placeholders = dict(values.get("placeholders", {}))
    said = [(name, "needed to record or run live", ("credentials",)) for name in values.get("credentials", ())]
    redacted = values.get("redact", {}).get("variables", ())
    said += [(name, "redacted by value where set", ("redact", "variables")) for name in redacted]
    known = {name for name, _, _ in said}
    said += [
        (name, "has a placeholder in replay", ("placeholders", name)) for name in placeholders if name not in known
    ]
    for name, meaning, keys in said:
        yield f"`{name}`", meaning, f"`{placeholders[name]}`" if name in placeholders else "", source(*keys)


def _rules(file, source):
    for path, _ in leaves(Profile):
        if len(path) > 1 and path[0] not in ("endpoints", "placeholders") and path != ("redact", "variables"):
            value = file.at(path)
            if value is not None:
                yield f"`{'.'.join(path)}`", _value(value), source(*path)


def _value(value):
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, dict):
        return _listed(f"{name} = {each}" for name, each in value.items())
    return f"`{json.dumps(value)}`"


def _listed(words):
    return ", ".join(f"`{word}`".replace("|", "\\|") for word in words)


def _recordings(package):
    """The rows of the table in the package's own README, which a test of each package holds to its files."""
    for line in (package / "recordings/README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            yield tuple(cell.strip() for cell in line.strip("|").split(" | "))


def _table(head, rows):
    lines = [head, ("---",) * len(head), *rows]
    return [f"| {' | '.join(each)} |".replace("|  |", "| |") for each in lines]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
