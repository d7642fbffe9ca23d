"""githubkit, by both of its clients: a repository, issues by pages, commits, releases, GraphQL, an app, a limit."""

import asyncio
import datetime as dt
import os
import uuid

import driver
import githubkit
from github_app_key import app_key

HERE = ("suite", "things")
HOME = "/repos/suite/things"
NAMED = 'query ($name: String!) { repository(owner: "suite", name: $name) { name } }'


KEPT = []


def client(auth=None, **more):
    """A client that lives on, since what is asked of it does not keep it; without the cache that all clients share."""
    settings = {"auto_retry": False, "http_cache": False} | more
    opened = githubkit.GitHub(auth or os.environ["GITHUB_TOKEN"], **settings)
    KEPT.append(opened)
    return opened


def at_once(call):
    """What a call of the asynchronous client gives."""

    async def called():
        async with client() as opened:
            return await call(opened)

    return asyncio.run(called())


def user():
    found = client().rest.users.get_authenticated().json()
    return [found["login"], "@" in found["email"]]


def repository():
    return client().rest.repos.get(*HERE).json()["full_name"]


def repository_async():
    async def call(opened):
        return (await opened.rest.repos.async_get(*HERE)).json()["full_name"]

    return at_once(call)


def repository_unchanged():
    found = client().rest.repos.get(*HERE)
    return client().rest.repos.get(*HERE, headers={"If-None-Match": found.headers["etag"]}).status_code


def issue():
    opened = client().rest.issues.create(*HERE, title="Broken", body="It is broken.").json()
    said = client().rest.issues.create_comment(*HERE, opened["number"], body="Me too.").json()
    closed = client().rest.issues.update(*HERE, opened["number"], state="closed").json()
    return [opened["number"], said["body"], closed["state"]]


def issues_by_pages():
    opened = client()
    pages = opened.rest.paginate(opened.rest.issues.list_for_repo, lambda page: page.json(), *HERE, state="open")
    return [each["number"] for each in pages]


def issues_by_pages_async():
    async def call(opened):
        asked = opened.rest.issues.async_list_for_repo
        pages = opened.rest.paginate(asked, lambda page: page.json(), *HERE, state="open")
        return [each["number"] async for each in pages]

    return at_once(call)


def issues_by_number():
    """By numbers of pages, all at once."""

    async def call(opened):
        asked = opened.rest.issues.async_list_for_repo
        pages = await asyncio.gather(*(asked(*HERE, state="open", page=number) for number in (1, 2, 3)))
        return [each["number"] for page in pages for each in page.json()]

    return at_once(call)


def commit():
    author = {"name": "Suite", "email": "someone" + "@suite.example", "date": dt.datetime.now(dt.UTC).isoformat()}
    asked = {"message": "Notes", "content": "c29tZSBub3Rlcw==", "author": author, "committer": author}
    return client().request("PUT", f"{HOME}/contents/notes.txt", json=asked).json()["commit"]["sha"]


def patch():
    found = client().rest.repos.get_commit(*HERE, "6dcb09b", headers={"Accept": "application/vnd.github.patch"})
    return found.text.partition("<")[0]


def release_with_asset():
    made = client().rest.repos.create_release(*HERE, tag_name="v1").json()
    address = made["upload_url"].partition("{")[0]
    sent = client().request("POST", address, params={"name": "any.txt"}, content=b"anything\n")
    taken = client().rest.repos.get_release_asset(*HERE, 1, headers={"Accept": "application/octet-stream"})
    return [sent.json()["size"], taken.text]


def archive():
    return client().rest.repos.download_tarball_archive(*HERE, "main").content[:2].hex()


def workflow_until_it_is_done():
    client().rest.actions.create_workflow_dispatch(*HERE, 159038, ref="main")
    seen = []
    while seen[-1:] != ["completed"]:
        seen.append(client().rest.actions.get_workflow_run(*HERE, 9).json()["status"])
    return seen


def graphql():
    return client().graphql(NAMED, {"name": "things"})


def graphql_async():
    async def call(opened):
        return await opened.async_graphql(NAMED, {"name": "things"})

    return at_once(call)


def graphql_error():
    return driver.raised(
        lambda: client().graphql(NAMED, {"name": "missing"}), said=lambda error: error.response.errors[0].type
    )


def graphql_mutation():
    """With an id that the client makes and expects in the answer."""
    star = {"starrableId": "R_1", "clientMutationId": str(uuid.uuid4())}
    asked = "mutation ($star: AddStarInput!) { addStar(input: $star) { clientMutationId } }"
    return client().graphql(asked, {"star": star})["addStar"]["clientMutationId"] == star["clientMutationId"]


def limited_then_answered():
    return client(auto_retry=True).rest.repos.get("suite", "busy").json()["full_name"]


def installation():
    auth = githubkit.AppInstallationAuthStrategy("1", app_key(), 7)
    return client(auth).rest.repos.get(*HERE).json()["full_name"]


def device_flow():
    told = []
    auth = githubkit.OAuthDeviceAuthStrategy("Iv1.suite", lambda data: told.append(data["verification_uri"]))
    signed = auth.exchange_token(client())
    found = client(signed.token).rest.users.get_authenticated().json()
    return [told, found["login"]]


def not_found():
    asked = client().rest.repos.get
    return driver.raised(asked, "suite", "missing", said=lambda error: error.response.status_code)


def over_the_base_url():
    opened = client(base_url=os.environ["GITHUB_API_URL"])
    pages = opened.rest.paginate(opened.rest.issues.list_for_repo, lambda page: page.json(), *HERE, state="open")
    return [opened.rest.repos.get(*HERE).json()["full_name"], *(each["number"] for each in pages)]


SCENARIOS = (
    *(user, repository, repository_async, repository_unchanged, issue, issues_by_pages, issues_by_pages_async),
    *(issues_by_number, commit, patch, release_with_asset, archive, workflow_until_it_is_done, graphql, graphql_async),
    *(graphql_error, graphql_mutation, limited_then_answered, installation, device_flow, not_found, over_the_base_url),
)

if __name__ == "__main__":
    driver.run({each.__name__: each for each in SCENARIOS})
