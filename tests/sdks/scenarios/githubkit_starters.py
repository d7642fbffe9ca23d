"""githubkit asks for the starter recordings of the github profile; retries are off but for the limit that ends."""

import driver
import githubkit
from github_app_key import app_key
from githubkit.exception import RequestFailed
from githubkit_calls import client

REFUSED = (
    *("invalid_token", "forbidden", "not_found", "validation_failed", "rate_limited", "secondary_rate_limited"),
    *("too_many_requests", "server_error"),
)
ANY = ("someone", "something")


def repository():
    return client().rest.repos.get(*ANY).parsed_data.full_name


def repository_unchanged():
    found = client().rest.repos.get(*ANY)
    again = client().rest.repos.get(*ANY, headers={"If-None-Match": found.headers["etag"]})
    return [found.parsed_data.full_name, again.status_code]


def commit_unchanged():
    headers = {"If-None-Match": '"1254fe8f5cfcbd4afc2f692827da4f04a3033c56"'}
    return client().request("GET", "/repos/PyCQA/flake8/commits/stable/2.6", headers=headers).status_code


def issue():
    return client().rest.issues.create(*ANY, title="Anything").parsed_data.state


def issue_closed():
    opened = client().rest.issues.create(*ANY, title="Anything").parsed_data
    closed = client().rest.issues.update(*ANY, opened.number, state="closed").parsed_data
    return [opened.state, closed.state]


def issues_by_pages():
    opened = client()
    return [each.title for each in opened.rest.paginate(opened.rest.issues.list_for_repo, None, *ANY)]


def search_users():
    found = client().request("GET", "/search/users", params={"q": "tom followers:>1000", "per_page": 100})
    return [each["login"] for each in found.json()["items"]]


def organization_member():
    organization = client().request("GET", "/orgs/github3py").json()["login"]
    return client().rest.orgs.check_membership_for_user(organization, "sigmavirus24").status_code


def by_graphql():
    return client().graphql("query { viewer { login } }")["viewer"]["login"]


def what(error):
    return error.response.status_code if isinstance(error, RequestFailed) else error.response.errors[0].type


def release_asset():
    made = client().rest.repos.create_release(*ANY, tag_name="v1").parsed_data
    address = made.upload_url.partition("{")[0]
    headers = {"Content-Type": "text/plain"}
    return (
        client()
        .request("POST", address, params={"name": "any.txt"}, content=b"anything", headers=headers)
        .json()["name"]
    )


def release_asset_download():
    return client().rest.repos.get_release_asset(*ANY, 1, headers={"Accept": "application/octet-stream"}).text.strip()


def workflow_run():
    return [client().rest.actions.get_workflow_run(*ANY, 7).parsed_data.status for _ in range(4)]


def device_flow():
    told = []
    auth = githubkit.OAuthDeviceAuthStrategy("Iv1.placeholder", lambda data: told.append(data["verification_uri"]))
    token = auth.exchange_token(client()).token
    return [*told, token != ""]


def installation_token():
    auth = githubkit.AppInstallationAuthStrategy("1", app_key(), 7)
    return client(auth).rest.repos.get(*ANY).parsed_data.full_name


def limited_then_answered():
    return client(auto_retry=True).rest.repos.get(*ANY).parsed_data.full_name


if __name__ == "__main__":
    driver.run(
        {
            "repository": repository,
            "repository_moved": lambda: client().request("GET", "/repos/github3py/github3.py").json()["full_name"],
            "repository_unchanged": repository_unchanged,
            "commit_unchanged": commit_unchanged,
            "issue": issue,
            "issue_closed": issue_closed,
            "issues_by_pages": issues_by_pages,
            "user": lambda: client().rest.users.get_authenticated().parsed_data.login,
            "search_users": search_users,
            "organization_member": organization_member,
            "zen": lambda: client().rest.meta.get_zen().text,
            **{name: lambda: driver.raised(repository, said=what) for name in REFUSED},
            "secondary_rate_limited_then_answered": limited_then_answered,
            "graphql": by_graphql,
            "graphql_error": lambda: driver.raised(by_graphql, said=what),
            "graphql_rate_limited": lambda: driver.raised(by_graphql, said=what),
            "release_asset": release_asset,
            "release_asset_download": release_asset_download,
            "workflow_run": workflow_run,
            "device_flow": device_flow,
            "installation_token": installation_token,
        }
    )
