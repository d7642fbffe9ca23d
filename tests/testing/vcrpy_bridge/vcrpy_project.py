"""Suites that know vcrpy alone, run by vcrpy itself and by the bridge."""

import os
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2] / "client"))

from client_project import ClientProject, Outcomes

DATA = Path(__file__).parent / "data"
#: Where plugins are that clash with one another: a folder each, named by the session that runs these tests.
PLUGINS = os.environ.get("CLASHING_PYTEST_PLUGINS", "")
#: Nobody asks for this host. A run starts a process for each profile, and without this for each that is installed here.
ONE_PROFILE = 'run = ["unasked"]\n[profiles.unasked]\n[[profiles.unasked.endpoints]]\nhosts = ["unasked.example"]\n'


def interaction(path, said, *, method="GET", host="api.shop.example", body=None, headers=None, code=200, answered=None):
    """One interaction of a cassette, as vcrpy writes it; `headers` are the request's, `answered` the response's."""
    return {
        "request": {"method": method, "uri": f"https://{host}/{path}", "body": body, "headers": headers or {}},
        "response": {
            "status": {"code": code, "message": "OK"},
            "headers": answered or {"Content-Type": ["text/plain"]},
            "body": {"string": said},
        },
    }


class Suite(ClientProject):
    """A suite of somebody who has never heard of recproxy: cassettes, and tests that name them."""

    #: What vcrpy imports of what is here, what clients import late, and what the bridge does to read and write cassettes.
    imported = (
        *("aiohttp_parts", "httpcore", "httpx", "requests", "yaml", "attr", "wrapt"),
        *("botocore.awsrequest", "botocore.httpsession", "email.policy", "netrc", "xmlrpc.client"),
        *("recproxy.testing.vcrpy_bridge.patches", "recproxy.testing.vcrpy_bridge.plugin"),
        *("recproxy.formats.vcrpy", "recproxy.play.reading", "recproxy.recording.writer"),
    )

    def __init__(self, root):
        self.root = root
        self.write("pytest.ini", "[pytest]\n")
        self.write("recproxy.toml", ONE_PROFILE)

    def cassette(self, name, *interactions):
        text = yaml.safe_dump({"version": 1, "interactions": list(interactions)})
        return self.write(name, text)

    def copy(self, name):
        return self.write(name, (DATA / name).read_text())

    def run(self, *words, bridge, plugin=None, **environment):
        """Run pytest, with the bridge or without it, and with one of the plugins that cannot stand side by side."""
        path = [str(self.root)]
        if plugin is not None:
            if not Path(PLUGINS, plugin).is_dir() or not PLUGINS:
                pytest.skip(f"{plugin} is in no folder of $CLASHING_PYTEST_PLUGINS")
            path.append(str(Path(PLUGINS, plugin)))
        words = ("-p", "recproxy.vcrpy_bridge", *words) if bridge else words
        code, out = self.python(
            *(
                "-m",
                "pytest",
                "-p",
                "no:randomly",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:asyncio",
                "-W",
                "ignore::ResourceWarning",
                *words,
            ),
            PYTHONPATH=os.pathsep.join(path),
            PYTHONWARNINGS="default",
            **environment,
        )
        return Outcomes(code, out)
