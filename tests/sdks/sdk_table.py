"""The SDKs that `nox -s sdks` runs: their packages, their profile, and the program with their scenarios.

Run as a program, it prints the packages of a registry: `python sdk_table.py pypi`.
"""

import json
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass(frozen=True)
class Sdk:
    """`program` is a file in scenarios/; `profile` the service that it asks."""

    name: str
    profile: str
    program: str
    packages: tuple[str, ...]
    registry: str = "pypi"


SDKS = (
    Sdk("tweepy", "twitter", "tweepy_calls.py", ("tweepy", "requests")),
    Sdk("python-twitter-v2", "twitter", "python_twitter_v2_calls.py", ("python-twitter-v2", "requests")),
    Sdk("twitter-api-v2", "twitter", "twitter_api_v2_calls.mjs", ("twitter-api-v2",), "npm"),
    Sdk("bitlyshortener", "bitly", "bitlyshortener_calls.py", ("bitlyshortener",)),
    Sdk("pyshorteners", "bitly", "pyshorteners_calls.py", ("pyshorteners", "requests")),
    Sdk(
        "google-api-python-client",
        "gmail",
        "google_api_python_client_calls.py",
        ("google-api-python-client", "google-auth-httplib2", "google-auth-oauthlib", "requests"),
    ),
    Sdk("googleapis", "gmail", "googleapis_calls.mjs", ("googleapis",), "npm"),
    Sdk("facebook-sdk", "facebook", "facebook_sdk_calls.py", ("facebook-sdk", "requests", "setuptools<81")),
    Sdk("facebook-business", "facebook", "facebook_business_calls.py", ("facebook-business",)),
    Sdk("openai", "openai", "openai_calls.py", ("openai",)),
    Sdk("openai-node", "openai", "openai_node_calls.mjs", ("openai",), "npm"),
    Sdk("anthropic", "anthropic", "anthropic_calls.py", ("anthropic",)),
    Sdk("anthropic-node", "anthropic", "anthropic_node_calls.mjs", ("@anthropic-ai/sdk",), "npm"),
    Sdk("slack_sdk", "slack", "slack_calls.py", ("slack_sdk", "aiohttp")),
    Sdk("@slack/web-api", "slack", "slack_node_calls.mjs", ("@slack/web-api", "@slack/webhook"), "npm"),
    Sdk("stripe", "stripe", "stripe_calls.py", ("stripe", "httpx", "anyio", "requests")),
    Sdk("stripe-node", "stripe", "stripe_node_calls.mjs", ("stripe",), "npm"),
    Sdk("PyGithub", "github", "pygithub_calls.py", ("PyGithub",)),
    Sdk("githubkit", "github", "githubkit_calls.py", ("githubkit[auth]", "hishel[async,httpx]<2")),
    Sdk(
        "@octokit/rest",
        "github",
        "octokit_calls.mjs",
        ("@octokit/rest", "@octokit/auth-app", "@octokit/auth-oauth-device"),
        "npm",
    ),
)


def version_here(sdk, packages):
    """The version that is installed: in this interpreter, or by npm in the folder `packages`; "" if none is."""
    try:
        if sdk.registry == "pypi":
            return metadata.version(sdk.packages[0].partition("[")[0])
        return json.loads((packages / "node_modules" / sdk.packages[0] / "package.json").read_text())["version"]
    except (metadata.PackageNotFoundError, OSError):
        return ""


if __name__ == "__main__":
    print(*sorted({package for sdk in SDKS if sdk.registry == sys.argv[1] for package in sdk.packages}))
