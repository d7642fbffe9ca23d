"""Tests in another language: node's own runner, by the control address."""

import os
import re
import shutil
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests/functional/node"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")


def run(*files, folder=ROOT, options=()):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
    environment.pop("NODE_TEST_CONTEXT", None)
    words = ("run", "--mode", "replay", *options, "--", NODE, "--test", *files)
    return prestarted.run("recproxy", words, cwd=folder, environment=environment, timeout=seconds(100))


def test_the_example_suite():
    pytest.importorskip("recproxy_twitter")

    done = run(SUITE / "tweets.test.mjs", options=("--profile", "twitter"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 3" in done.stdout or "pass 3" in done.stdout
    assert re.search(r"^recproxy +twitter +replay +3 ", done.stderr, re.MULTILINE)


def test_the_guide_has_the_helper_to_copy():
    guide = (ROOT / "docs/how-to/another-language.md").read_text(encoding="utf-8")
    assert f"```js\n{(SUITE / 'recproxy.mjs').read_text(encoding='utf-8')}```\n" in guide


def test_a_miss_fails_the_test_that_caused_it(project):
    project.record("two.rec", ("item", "first"))
    shutil.copy(SUITE / "recproxy.mjs", project.root)
    project.write(
        "shop.test.mjs",
        'import assert from "node:assert/strict";\nimport { test } from "node:test";\n'
        'import { recorded } from "./recproxy.mjs";\n\n'
        f'const two = {{ shop: "{project.root}/two.rec" }};\n'
        "const get = async (path) => (await fetch(`https://api.shop.example/${path}`)).text();\n\n"
        'test("swallowed", recorded(two, async () => { await get("elsewhere"); }));\n'
        'test("fails by itself", recorded(two, async () => {\n'
        '  assert.equal(await get("elsewhere"), "something");\n}));\n'
        'test("the next is clean", recorded(two, async () => { assert.equal(await get("item"), "first"); }));\n'
        'test("names nothing", recorded({ shop: "nowhere" }, async () => {}));\n',
    )

    done = run("shop.test.mjs", folder=project.root)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "pass 1" in done.stdout
    assert "fail 3" in done.stdout
    assert done.stdout.count("this request to shop was never recorded") >= 2
    assert re.search(r"^[#ℹ] *to record it: recproxy run --record shop", done.stdout, re.MULTILINE), done.stdout
    assert "recording 'nowhere' of profile 'shop' does not exist" in done.stdout
