"""GitHub: opens an issue."""

import os

from share.service import call


def open_issue(title, *, body, repository):
    """Open an issue in a repository, which is `owner/name`."""
    return call(
        "github.com",
        "POST",
        f"https://api.github.com/repos/{repository}/issues",
        headers={"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"},
        json={"title": title, "body": body},
    )
