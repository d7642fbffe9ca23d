// googleapis of node: the same mail program.
import { Readable } from 'node:stream'

import { google } from 'googleapis'

import { run } from './driver.mjs'

const E = process.env
const SCOPES = ['https://www.googleapis.com/auth/gmail.modify']
const userId = 'me'

function oauth() {
  return new google.auth.OAuth2(E.GMAIL_CLIENT_ID, E.GMAIL_CLIENT_SECRET, 'https://app.example/callback')
}

function gmail(auth) {
  if (!auth) {
    auth = oauth()
    auth.setCredentials({ refresh_token: E.GMAIL_REFRESH_TOKEN })
  }
  return google.gmail({ version: 'v1', auth }).users
}

// A message as a program makes it: new each time in its Date, its Message-ID and its boundary.
function message(attachment) {
  const boundary = `----=_Part_${Math.random().toString(36).slice(2)}`
  const head = ['To: bob@example.com', 'Subject: Hello', `Date: ${new Date().toUTCString()}`]
  head.push(`Message-ID: <${Math.random().toString(36).slice(2)}@a.example>`)
  if (!attachment) return [...head, '', 'Hello Bob'].join('\r\n')
  const parts = ['Content-Type: text/plain', '', 'Hello Bob', `--${boundary}`, 'Content-Type: image/png', '']
  return [...head, `Content-Type: multipart/mixed; boundary="${boundary}"`, '', `--${boundary}`, ...parts, attachment, `--${boundary}--`].join('\r\n')
}

const raw = (attachment) => ({ raw: Buffer.from(message(attachment)).toString('base64url') })

await run({
  async list_and_get() {
    const seen = []
    let pageToken
    do {
      const page = (await gmail().messages.list({ userId, q: 'in:inbox', pageToken })).data
      seen.push(...page.messages.map((each) => each.id))
      pageToken = page.nextPageToken
    } while (pageToken)
    return [seen, (await gmail().messages.get({ userId, id: seen[0] })).data.payload.headers]
  },
  async attachment() {
    const found = await gmail().messages.attachments.get({ userId, messageId: '18c2f0a1b2c3d400', id: 'ANGjdJ8' })
    return [found.data.size, Buffer.from(found.data.data, 'base64url').length]
  },
  async profile() {
    return (await gmail().getProfile({ userId })).data.messagesTotal
  },
  async send() {
    return (await gmail().messages.send({ userId, requestBody: raw() })).data.labelIds
  },
  async draft() {
    const made = (await gmail().drafts.create({ userId, requestBody: { message: raw() } })).data
    return [made.id, (await gmail().drafts.send({ userId, requestBody: { id: made.id } })).data.labelIds]
  },
  async multipart_upload() {
    const media = { mimeType: 'message/rfc822', body: Readable.from([message('x'.repeat(50000))]) }
    return (await gmail().messages.send({ userId, requestBody: { threadId: '18c2f0a1b2c3d4e5' }, media })).data.labelIds
  },
  async media_upload() {
    const media = { mimeType: 'message/rfc822', body: message() }
    return (await gmail().messages.send({ userId, media })).data.labelIds
  },
  async as_service_account() {
    const account = JSON.parse(E.SUITE_SERVICE_ACCOUNT)
    const auth = new google.auth.JWT({ email: account.client_email, key: account.private_key, scopes: SCOPES, subject: 'bob@example.com' })
    return (await gmail(auth).getProfile({ userId })).data.messagesTotal
  },
  async code_flow() {
    const auth = oauth()
    const { codeVerifier, codeChallenge } = await auth.generateCodeVerifierAsync()
    const words = { access_type: 'offline', scope: SCOPES, code_challenge_method: 'S256', code_challenge: codeChallenge }
    const agreed = await fetch(auth.generateAuthUrl(words), { redirect: 'manual' })
    const code = new URL(agreed.headers.get('location')).searchParams.get('code')
    const { tokens } = await auth.getToken({ code, codeVerifier })
    auth.setCredentials(tokens)
    const first = (await gmail(auth).getProfile({ userId })).data.messagesTotal
    const again = oauth()
    again.setCredentials({ refresh_token: tokens.refresh_token })
    return [first, (await gmail(again).getProfile({ userId })).data.messagesTotal]
  },
})
process.exit()
