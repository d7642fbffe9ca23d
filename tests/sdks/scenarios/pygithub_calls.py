"""PyGithub: a repository, issues by pages, commits, webhooks, releases, GraphQL, a workflow, an app, a limit."""

import datetime as dt
import os
import urllib.request
import uuid

import driver
import github
from github_app_key import app_key


def client(**more):
    """Without the pauses that PyGithub makes between requests, and without retries."""
    settings = {"auth": github.Auth.Token(os.environ["GITHUB_TOKEN"]), "retry": None}
    return github.Github(**settings | {"seconds_between_requests": None, "seconds_between_writes": None} | more)


def things(opened=None):
    return (opened or client()).get_repo("suite/things")


def user():
    found = client().get_user()
    return [found.login, "@" in found.email]


def repository():
    found = things()
    return [found.full_name, found.owner.login]


def repository_unchanged():
    found = things()
    return [found.full_name, found.update()]


def issue():
    opened = things().create_issue("Broken", body="It is broken.")
    said = opened.create_comment("Me too.").body
    opened.edit(state="closed")
    return [opened.number, said, opened.state]


def issues_by_pages():
    return [each.number for each in things().get_issues(state="open")]


def commit():
    author = github.InputGitAuthor("Suite", "someone" + "@suite.example", dt.datetime.now(dt.UTC).isoformat())
    made = things().create_file("notes.txt", "Notes", "some notes", author=author, committer=author)
    return [made["content"].path, made["commit"].sha]


def commit_with_addresses():
    found = things().get_commit("6dcb09b").commit
    return [found.message.partition("<")[0], found.author.name]


def webhook():
    config = {"url": "https://suite.example/hook", "secret": os.environ["GITHUB_WEBHOOK_SECRET"]}
    made = things().create_hook("web", config, events=["push"])
    sent = things().get_hook_delivery(1, 1).request
    return [made.active, sorted(sent.headers)]


def check_run():
    now = dt.datetime.now(dt.UTC)
    made = things().create_check_run("Suite", "6dcb09b", conclusion="success", started_at=now, completed_at=now)
    return made.conclusion


def release_with_asset():
    made = things().create_git_release("v1", "One", "The first.")
    uploaded = made.upload_asset("any.txt", name="any.txt", content_type="text/plain")
    uploaded.download_asset("downloaded.txt")
    with open("downloaded.txt", encoding="utf-8") as file:
        return [made.tag_name, uploaded.size, file.read()]


def archive():
    address = things().get_archive_link("tarball", "main")
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read()[:2].hex()


def workflow_until_it_is_done():
    home = things()
    home.get_workflow("159038").create_dispatch("main")
    run = home.get_workflow_run(9)
    seen = [run.status]
    while seen[-1] != "completed":
        run.update()
        seen.append(run.status)
    return seen


def graphql():
    asked = 'query ($name: String!) { repository(owner: "suite", name: $name) { name } }'
    return client().requester.graphql_query(asked, {"name": "things"})[1]["data"]


def graphql_error():
    asked = 'query ($name: String!) { repository(owner: "suite", name: $name) { name } }'
    return driver.raised(lambda: client().requester.graphql_query(asked, {"name": "missing"}))


def graphql_mutation():
    """With an id that the client makes and expects in the answer."""
    star = {"starrableId": "R_1", "clientMutationId": str(uuid.uuid4())}
    asked = "mutation ($star: AddStarInput!) { addStar(input: $star) { clientMutationId } }"
    data = client().requester.graphql_query(asked, {"star": star})[1]["data"]
    return data["addStar"]["clientMutationId"] == star["clientMutationId"]


def limited_then_answered():
    return client(retry=github.GithubRetry()).get_repo("suite/busy").full_name


def installation():
    signed = github.Auth.AppAuth("1", app_key()).get_installation_auth(7)
    return things(client(auth=signed)).full_name


def not_found():
    return driver.raised(lambda: client().get_repo("suite/missing"), said=lambda error: error.status)


def over_the_base_url():
    """By GITHUB_API_URL; PyGithub follows no link to another address then."""
    opened = client(base_url=os.environ["GITHUB_API_URL"])
    return things(opened).full_name


SCENARIOS = (
    *(user, repository, repository_unchanged, issue, issues_by_pages, commit, commit_with_addresses, webhook),
    *(check_run, release_with_asset, archive, workflow_until_it_is_done, graphql, graphql_error, graphql_mutation),
    *(limited_then_answered, installation, not_found, over_the_base_url),
)

if __name__ == "__main__":
    with open("any.txt", "w", encoding="utf-8") as written:
        written.write("anything\n")
    driver.run({each.__name__: each for each in SCENARIOS})
