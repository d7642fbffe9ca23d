// @octokit/rest asks for the starter recordings of the github profile; it does not send a request again by itself.
import { createAppAuth } from '@octokit/auth-app'
import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device'
import { Octokit } from '@octokit/rest'

import { run } from './driver.mjs'
import { appKey, client } from './octokit_client.mjs'

const any = { owner: 'someone', repo: 'something' }
const get = async () => (await client().rest.repos.get(any)).data.full_name
const graphql = async () => (await client().graphql('query { viewer { login } }')).viewer.login

async function raised(call) {
  try {
    await call()
  } catch (error) {
    return `${error.name} ${error.errors?.[0].type ?? error.response?.data.error ?? error.status}`
  }
  return 'nothing'
}

async function unchanged(call) {
  try {
    await call()
  } catch (error) {
    return error.status
  }
  return 'nothing'
}

const refused = () => raised(get)
const device = (told) =>
  createOAuthDeviceAuth({ clientType: 'oauth-app', clientId: '1', onVerification: (each) => told.push(each.verification_uri) })

async function device_flow() {
  const told = []
  const { token } = await device(told)({ type: 'oauth' })
  return [...told, token !== '']
}

await run({
  repository: get,
  repository_moved: async () =>
    (await client().request('GET /repos/{owner}/{repo}', { owner: 'github3py', repo: 'github3.py' })).data.full_name,
  async repository_unchanged() {
    const { data, headers } = await client().rest.repos.get(any)
    return [data.full_name, await unchanged(() => client().rest.repos.get({ ...any, headers: { 'if-none-match': headers.etag } }))]
  },
  commit_unchanged: () =>
    unchanged(() =>
      client().request('GET /repos/PyCQA/flake8/commits/stable/2.6', {
        headers: { 'if-none-match': '"1254fe8f5cfcbd4afc2f692827da4f04a3033c56"' },
      }),
    ),
  issue: async () => (await client().rest.issues.create({ ...any, title: 'Anything' })).data.state,
  async issue_closed() {
    const { data } = await client().rest.issues.create({ ...any, title: 'Anything' })
    const closed = await client().rest.issues.update({ ...any, issue_number: data.number, state: 'closed' })
    return [data.state, closed.data.state]
  },
  async issues_by_pages() {
    const opened = client()
    return (await opened.paginate(opened.rest.issues.listForRepo, any)).map((each) => each.title)
  },
  user: async () => (await client().rest.users.getAuthenticated()).data.login,
  search_users: async () =>
    (await client().rest.search.users({ q: 'tom followers:>1000', per_page: 100 })).data.items.map((each) => each.login),
  async organization_member() {
    const { data } = await client().rest.orgs.get({ org: 'github3py' })
    return (await client().rest.orgs.checkMembershipForUser({ org: data.login, username: 'sigmavirus24' })).status
  },
  zen: async () => (await client().rest.meta.getZen()).data,
  invalid_token: refused,
  forbidden: refused,
  not_found: refused,
  validation_failed: refused,
  rate_limited: refused,
  secondary_rate_limited: refused,
  too_many_requests: refused,
  server_error: refused,
  secondary_rate_limited_then_answered: async () => [await refused(), await get()],
  graphql,
  graphql_error: () => raised(graphql),
  graphql_rate_limited: () => raised(graphql),
  async release_asset() {
    const made = await client().rest.repos.createRelease({ ...any, tag_name: 'v1' })
    const { id, upload_url } = made.data
    const sent = { ...any, release_id: id, url: upload_url, name: 'any.txt', data: 'anything' }
    return (await client().rest.repos.uploadReleaseAsset(sent)).data.name
  },
  async release_asset_download() {
    const headers = { accept: 'application/octet-stream' }
    const { data } = await client().rest.repos.getReleaseAsset({ ...any, asset_id: 1, headers })
    return Buffer.from(data).toString().trim()
  },
  async workflow_run() {
    const seen = []
    while (seen.length < 4) seen.push((await client().rest.actions.getWorkflowRun({ ...any, run_id: 7 })).data.status)
    return seen
  },
  device_flow,
  device_flow_denied: () => raised(device_flow),
  async installation_token() {
    const auth = { appId: 1, privateKey: appKey(), installationId: 7 }
    return (await new Octokit({ authStrategy: createAppAuth, auth }).rest.repos.get(any)).data.full_name
  },
})
process.exit()
