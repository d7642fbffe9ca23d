"""PyGithub asks for the starter recordings of the github profile; retries are off but for the limit that ends."""

import driver
import github
import github.NamedUser
from github_app_key import app_key
from pygithub_calls import client

REFUSED = (
    *("invalid_token", "forbidden", "not_found", "validation_failed", "rate_limited", "secondary_rate_limited"),
    *("too_many_requests", "server_error"),
)
QUERY = "query { viewer { login } }"


def lazy_repository():
    return client().get_repo("someone/something", lazy=True)


def repository():
    return client().get_repo("octocat/Hello-World").full_name


def repository_unchanged():
    found = client().get_repo("octocat/Hello-World")
    return [found.full_name, found.update()]


def issue_closed():
    opened = lazy_repository().create_issue("Anything")
    before = opened.state
    opened.edit(state="closed")
    return [before, opened.state]


def organization_member():
    member = github.NamedUser.NamedUser(client().requester, {}, {"login": "sigmavirus24"}, completed=True)
    return client().get_organization("github3py").has_in_members(member)


def commit_unchanged():
    headers = {"If-None-Match": '"1254fe8f5cfcbd4afc2f692827da4f04a3033c56"'}
    path = "/repos/PyCQA/flake8/commits/stable/2.6"
    return client().requester.requestJson("GET", path, headers=headers)[0]


def release_asset():
    made = lazy_repository().create_git_release("v1", "v1", "Anything")
    return made.upload_asset_from_memory(_File(b"anything"), 8, "any.txt").name


class _File:
    """What can be read once."""

    def __init__(self, content):
        self.content = content

    def read(self, size=-1):
        taken, self.content = self.content, b""
        return taken


def release_asset_download():
    asset = lazy_repository().get_release_asset(1)
    asset.download_asset("downloaded.txt")
    with open("downloaded.txt", encoding="utf-8") as file:
        return file.read().strip()


def workflow_run():
    found = lazy_repository().get_workflow_run(1)
    seen = [found.status]
    for _ in range(3):
        found.update()
        seen.append(found.status)
    return seen


def installation_token():
    signed = github.Auth.AppAuth("1", app_key()).get_installation_auth(7)
    return client(auth=signed).get_repo("octocat/Hello-World").full_name


def limited_then_answered():
    return client(retry=github.GithubRetry()).get_repo("octocat/Hello-World").full_name


def what(error):
    return error.status


def by_graphql():
    return client().requester.graphql_query(QUERY, {})[1]["data"]["viewer"]["login"]


if __name__ == "__main__":
    driver.run(
        {
            "repository": repository,
            "repository_moved": lambda: client().get_repo("github3py/github3.py").full_name,
            "repository_unchanged": repository_unchanged,
            "commit_unchanged": commit_unchanged,
            "issue": lambda: lazy_repository().create_issue("Anything").state,
            "issue_closed": issue_closed,
            "issues_by_pages": lambda: [each.title for each in lazy_repository().get_issues()],
            "user": lambda: client().get_user().login,
            "search_users": lambda: [each.login for each in client(per_page=100).search_users("tom followers:>1000")],
            "organization_member": organization_member,
            "zen": lambda: client().requester.requestJsonAndCheck("GET", "/zen")[1]["data"],
            **{name: lambda: driver.raised(repository, said=what) for name in REFUSED},
            "secondary_rate_limited_then_answered": limited_then_answered,
            "graphql": by_graphql,
            "graphql_error": lambda: driver.raised(by_graphql, said=what),
            "graphql_rate_limited": lambda: driver.raised(by_graphql, said=what),
            "release_asset": release_asset,
            "release_asset_download": release_asset_download,
            "workflow_run": workflow_run,
            "installation_token": installation_token,
        }
    )
