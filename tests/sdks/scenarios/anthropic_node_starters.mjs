// @anthropic-ai/sdk asks for the starter recordings of the anthropic profile; retries are off but for the limit that ends.
import Anthropic from '@anthropic-ai/sdk'

import { run } from './driver.mjs'

const say = { model: 'claude-sonnet-5', max_tokens: 64 }
const messages = [{ role: 'user', content: 'Say something.' }]
const tools = [{ name: 'get_weather', input_schema: { type: 'object' } }]
const client = () => new Anthropic({ maxRetries: 0 })
const message = (more) => client().messages.create({ ...say, messages, ...more })
const said = async () => (await message()).content[0].text

async function saidInAStream() {
  let text = ''
  for await (const each of await message({ stream: true })) text += each.delta?.text ?? ''
  return text
}

async function raised(call) {
  try {
    await call()
  } catch (error) {
    const kind = error.error?.error?.type ?? error.error?.type ?? error.message
    return [error.constructor.name, error.status, kind].filter((each) => each !== undefined).join(' ')
  }
  return 'nothing'
}

const error = () => raised(said)

await run({
  message: said,
  message_stream: saidInAStream,
  message_cut_short: async () => (await message()).stop_reason,
  message_refused: async () => (await message()).stop_reason,
  tools: async () => [(await message({ tools })).content[1].input, await said()],
  tools_stream: async () => {
    const done = await client().messages.stream({ ...say, messages, tools }).finalMessage()
    return [done.content[1].input, await saidInAStream()]
  },
  count_tokens: async () => (await client().messages.countTokens({ model: say.model, messages })).input_tokens,
  models: async () => (await client().models.list({ limit: 20 })).data.map((each) => each.display_name),
  invalid_key: error,
  rate_limited: error,
  overloaded: error,
  server_error: error,
  context_too_long: error,
  request_too_large: error,
  credit_used_up: error,
  unknown_model: error,
  overloaded_stream: () => raised(saidInAStream),
  rate_limited_then_answered: async () => (await new Anthropic().messages.create({ ...say, messages })).content[0].text,
})
process.exit()
