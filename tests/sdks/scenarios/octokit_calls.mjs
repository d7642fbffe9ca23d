// @octokit/rest of node: a repository, issues by pages, commits, releases, GraphQL, a workflow, an app, the device flow.
import { randomUUID } from 'node:crypto'

import { createAppAuth } from '@octokit/auth-app'
import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device'
import { Octokit } from '@octokit/rest'

import { run } from './driver.mjs'
import { appKey, client } from './octokit_client.mjs'

const here = { owner: 'suite', repo: 'things' }
const NAMED = 'query ($name: String!) { repository(owner: "suite", name: $name) { name } }'

async function raised(call) {
  try {
    await call()
  } catch (error) {
    return `${error.name} ${error.status ?? error.errors[0].type}`
  }
  return 'nothing'
}

await run({
  async user() {
    const { data } = await client().rest.users.getAuthenticated()
    return [data.login, data.email.includes('@')]
  },
  async repository() {
    return (await client().rest.repos.get(here)).data.full_name
  },
  async repository_unchanged() {
    const { headers } = await client().rest.repos.get(here)
    return raised(() => client().rest.repos.get({ ...here, headers: { 'if-none-match': headers.etag } }))
  },
  async issue() {
    const { data } = await client().rest.issues.create({ ...here, title: 'Broken', body: 'It is broken.' })
    const issue_number = data.number
    const said = await client().rest.issues.createComment({ ...here, issue_number, body: 'Me too.' })
    const closed = await client().rest.issues.update({ ...here, issue_number, state: 'closed' })
    return [issue_number, said.data.body, closed.data.state]
  },
  async issues_by_pages() {
    const opened = client()
    const pages = await opened.paginate(opened.rest.issues.listForRepo, { ...here, state: 'open' })
    return pages.map((each) => each.number)
  },
  async commit() {
    const author = { name: 'Suite', email: ['someone', 'suite.example'].join('@'), date: new Date().toISOString() }
    const asked = { ...here, path: 'notes.txt', message: 'Notes', content: 'c29tZSBub3Rlcw==', author, committer: author }
    return (await client().rest.repos.createOrUpdateFileContents(asked)).data.commit.sha
  },
  async patch() {
    const { data } = await client().rest.repos.getCommit({ ...here, ref: '6dcb09b', mediaType: { format: 'patch' } })
    return data.split('<')[0]
  },
  async release_with_asset() {
    const made = await client().rest.repos.createRelease({ ...here, tag_name: 'v1' })
    const sent = { ...here, release_id: 1, url: made.data.upload_url, name: 'any.txt', data: 'anything\n' }
    const uploaded = await client().rest.repos.uploadReleaseAsset(sent)
    const headers = { accept: 'application/octet-stream' }
    const { data } = await client().rest.repos.getReleaseAsset({ ...here, asset_id: 1, headers })
    return [uploaded.data.size, Buffer.from(data).toString()]
  },
  async archive() {
    const { data } = await client().rest.repos.downloadTarballArchive({ ...here, ref: 'main' })
    return Buffer.from(data).subarray(0, 2).toString('hex')
  },
  async workflow_until_it_is_done() {
    await client().rest.actions.createWorkflowDispatch({ ...here, workflow_id: 159038, ref: 'main' })
    const seen = []
    while (seen.at(-1) !== 'completed')
      seen.push((await client().rest.actions.getWorkflowRun({ ...here, run_id: 9 })).data.status)
    return seen
  },
  async graphql() {
    return client().graphql(NAMED, { name: 'things' })
  },
  async graphql_error() {
    return raised(() => client().graphql(NAMED, { name: 'missing' }))
  },
  async graphql_mutation() {
    const star = { starrableId: 'R_1', clientMutationId: randomUUID() }
    const asked = 'mutation ($star: AddStarInput!) { addStar(input: $star) { clientMutationId } }'
    return (await client().graphql(asked, { star })).addStar.clientMutationId === star.clientMutationId
  },
  async limited_then_answered() {
    const busy = () => client().rest.repos.get({ owner: 'suite', repo: 'busy' })
    return [await raised(busy), (await busy()).data.full_name]
  },
  async installation() {
    const auth = { appId: 1, privateKey: appKey(), installationId: 7 }
    return (await new Octokit({ authStrategy: createAppAuth, auth }).rest.repos.get(here)).data.full_name
  },
  async device_flow() {
    const told = []
    const onVerification = (each) => told.push(each.verification_uri)
    const auth = createOAuthDeviceAuth({ clientType: 'oauth-app', clientId: '1', onVerification })
    const { token } = await auth({ type: 'oauth' })
    return [told, (await client({ auth: token }).rest.users.getAuthenticated()).data.login]
  },
  async not_found() {
    return raised(() => client().rest.repos.get({ owner: 'suite', repo: 'missing' }))
  },
  async over_the_base_url() {
    const opened = client({ baseUrl: process.env.GITHUB_API_URL })
    const pages = await opened.paginate(opened.rest.issues.listForRepo, { ...here, state: 'open' })
    return [(await opened.rest.repos.get(here)).data.full_name, ...pages.map((each) => each.number)]
  },
})
process.exit()
