// googleapis of node asks for the starter recordings of Gmail; no call is tried again.
import { google } from 'googleapis'

import { run } from './driver.mjs'

const E = process.env
const raw = () => Buffer.from(`To: bob@example.com\r\nDate: ${new Date().toUTCString()}\r\n\r\nHello Bob`).toString('base64url')

function signedIn() {
  const auth = new google.auth.OAuth2(E.GMAIL_CLIENT_ID, E.GMAIL_CLIENT_SECRET)
  auth.setCredentials({ refresh_token: E.GMAIL_REFRESH_TOKEN })
  return auth
}

async function send(times = 1) {
  const { messages } = google.gmail({ version: 'v1', auth: signedIn(), retryConfig: { retry: 0 } }).users
  const seen = []
  for (; times; times--) seen.push((await messages.send({ userId: 'me', requestBody: { raw: raw() } })).data.id)
  return seen
}

async function token() {
  return Boolean((await signedIn().getAccessToken()).token)
}

const raised = (call) => async () => {
  try {
    return await call()
  } catch (error) {
    const said = error.response?.data?.error
    return `${error.constructor.name} ${error.response?.status} ${said?.errors?.[0].reason ?? said}`
  }
}

await run({
  token,
  token_revoked: raised(token),
  token_server_error: raised(token),
  send: () => send(),
  send_duplicate: () => send(2),
  send_rate_limited: raised(send),
  send_revoked: raised(send),
  send_server_error: raised(send),
})
process.exit()
