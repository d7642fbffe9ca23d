// @slack/web-api and @slack/webhook: messages, pages, users, uploads, webhooks and socket mode's address.
import { run } from './driver.mjs'
import { client, patient, raised, sent } from './slack_node_client.mjs'

const post = (text, more, channel = 'C1') => client(more).chat.postMessage({ channel, text })
const there = { slackApiUrl: `${process.env.SLACK_API_URL}/` }

await run({
  auth_test: async () => (await client().auth.test()).user_id,
  async post_and_change() {
    const posted = await post('hello')
    const changed = await client().chat.update({ channel: 'C1', ts: posted.ts, text: 'hello again' })
    return [posted.message.text, changed.message.text, changed.ts === posted.ts]
  },
  post_in_parallel: async () => (await Promise.all(['a', 'b', 'c'].map((each) => post(`to ${each}`)))).map((each) => each.message.text),
  unknown_channel: () => raised(() => post('hello', {}, 'C404')),
  invalid_token: () => raised(() => client({}, 'xoxb-wrong').auth.test()),
  limited_then_posted: async () => (await post('again', patient)).message.text,
  async channels_by_pages() {
    const names = []
    for await (const page of client().paginate('conversations.list', { limit: 1 })) names.push(...page.channels.map((each) => each.name))
    return names
  },
  history: async () => (await client().conversations.history({ channel: 'C1', limit: 5 })).messages.map((each) => each.text),
  user: async () => (await client().users.info({ user: 'U1' })).user.profile.real_name,
  user_by_address: async () => (await client().users.lookupByEmail({ email: 'someone' + '@suite.example' })).user.id,
  upload: async () =>
    (await client().filesUploadV2({ filename: 'notes.txt', file: Buffer.from('hello\n'), channel_id: 'C1', initial_comment: 'see' })).files[0]
      .files[0].title,
  webhook: () => sent({ text: 'hello' }),
  webhook_invalid_payload: () => sent({ text: 1 }),
  socket_mode: async () => (await client({}, process.env.SLACK_APP_TOKEN).apps.connections.open()).url.slice(0, 6),
  over_the_base_url: async () => (await post('hello there', there)).message.text,
  refused_over_the_base_url: () => raised(() => post('hello there', there, 'C404')),
})
