// @slack/web-api and @slack/webhook ask for the starter recordings of the slack profile.
import { run } from './driver.mjs'
import { client, patient, raised, sent } from './slack_node_client.mjs'

const post = (more, options) => client(options).chat.postMessage({ channel: 'C0123456789', text: 'Say something.', ...more })
const text = async (...words) => (await post(...words)).message.text
const refused = () => raised(post)
const listed = () => raised(() => client().conversations.list({ limit: 2 }))
const upload = () => client().filesUploadV2({ filename: 'notes.txt', file: Buffer.from('hello\n'), channel_id: 'C0123456789' })
const webhook = () => sent({ text: 'hello' })

await run({
  auth_test: async () => (await client().auth.test()).user_id,
  message: () => text(),
  async message_and_reply() {
    const first = await post()
    return [first.message.text, await text({ thread_ts: first.ts })]
  },
  channel_not_found: refused,
  not_in_channel: refused,
  invalid_auth: listed,
  token_revoked: listed,
  missing_scope: listed,
  rate_limited: () => raised(() => client({ rejectRateLimitedCalls: true }).conversations.list({ limit: 2 })),
  service_unavailable: listed,
  rate_limited_then_posted: () => text({}, patient),
  async channels() {
    const names = []
    for await (const page of client().paginate('conversations.list', { limit: 2 })) names.push(...page.channels.map((each) => each.name))
    return names
  },
  history: async () => (await client().conversations.history({ channel: 'C0123456789' })).messages.map((each) => each.text),
  user: async () => (await client().users.info({ user: 'U1' })).user.profile.email,
  file_upload: async () => (await upload()).files[0].files[0].id,
  file_upload_refused: () => raised(upload),
  webhook,
  webhook_gone: webhook,
  webhook_invalid_payload: webhook,
  webhook_rate_limited: webhook,
  socket_mode: async () => (await client({}, process.env.SLACK_APP_TOKEN).apps.connections.open()).url.slice(0, 6),
})
