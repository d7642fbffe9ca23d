// @anthropic-ai/sdk of node: messages, plain, streamed and with a tool; counting, models, a batch, a limit.
import Anthropic from '@anthropic-ai/sdk'

import { run } from './driver.mjs'

const say = { model: 'claude-sonnet-5', max_tokens: 64 }
const messages = [{ role: 'user', content: 'hello there' }]
const weather = [{ role: 'user', content: 'How is the weather in Paris?' }]
const input_schema = { type: 'object', properties: { city: { type: 'string' } } }
const tools = [{ name: 'get_weather', input_schema }]
const textOf = (message) => message.content[0].text

async function pieces(opened) {
  const seen = []
  for await (const each of await opened.messages.create({ ...say, messages, stream: true }))
    if (each.type === 'content_block_delta') seen.push(each.delta.text)
  return seen
}

await run({
  async message() {
    const done = await new Anthropic().messages.create({ ...say, messages })
    return [textOf(done), done.usage.output_tokens, done._request_id.slice(0, 4)]
  },
  async message_stream() {
    return pieces(new Anthropic())
  },
  async tools() {
    const first = await new Anthropic().messages.create({ ...say, messages: weather, tools })
    const call = first.content[1]
    const told = [{ type: 'tool_result', tool_use_id: call.id, content: 'sunny' }]
    const after = [...weather, { role: 'assistant', content: first.content }, { role: 'user', content: told }]
    return [call.input, textOf(await new Anthropic().messages.create({ ...say, messages: after, tools }))]
  },
  async tools_stream() {
    const stream = new Anthropic().messages.stream({ ...say, messages: weather, tools })
    const kinds = []
    for await (const each of stream) kinds.push(each.type)
    return [kinds, (await stream.finalMessage()).content[1].input]
  },
  async tools_in_parallel() {
    const asked = ['Paris', 'Oslo', 'Rome'].map((city) => [{ role: 'user', content: `hello ${city}` }])
    return (await Promise.all(asked.map((each) => new Anthropic().messages.create({ ...say, messages: each })))).map(textOf)
  },
  async count_tokens() {
    return (await new Anthropic().messages.countTokens({ model: say.model, messages })).input_tokens > 10
  },
  async models_by_pages() {
    const seen = []
    for await (const each of new Anthropic().models.list({ limit: 1 })) seen.push(each.id)
    return seen
  },
  async batch_until_it_has_ended() {
    const requests = ['a', 'b'].map((custom_id) => ({ custom_id, params: { ...say, messages } }))
    const { batches } = new Anthropic().messages
    const made = await batches.create({ requests })
    const seen = [made.processing_status]
    while (seen.at(-1) !== 'ended') seen.push((await batches.retrieve(made.id)).processing_status)
    const results = []
    for await (const each of await batches.results(made.id)) results.push(each.custom_id)
    return [seen, results]
  },
  async limited_then_answered() {
    return textOf(await new Anthropic().messages.create({ ...say, messages: [{ role: 'user', content: 'again' }] }))
  },
  async through_the_proxy() {
    return pieces(new Anthropic({ baseURL: 'https://api.anthropic.com' }))
  },
})
process.exit()
