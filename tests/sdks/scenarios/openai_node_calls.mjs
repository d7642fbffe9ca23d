// openai of node: chat and responses, plain, streamed and with a tool; embeddings, files, a batch, a limit.
import OpenAI, { toFile } from 'openai'

import { run } from './driver.mjs'

const model = 'gpt-5.4-mini'
const messages = [{ role: 'user', content: 'hello there' }]
const weather = [{ role: 'user', content: 'How is the weather in Paris?' }]
const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }]
const flatTools = [{ type: 'function', name: 'get_weather', parameters }]

async function pieces(opened) {
  const seen = []
  for await (const each of await opened.chat.completions.create({ model, messages, stream: true }))
    seen.push(each.choices[0].delta.content ?? null)
  return seen
}

await run({
  async chat() {
    const done = await new OpenAI().chat.completions.create({ model, messages })
    return [done.choices[0].message.content, done.usage.total_tokens, done._request_id.slice(0, 4)]
  },
  async chat_stream() {
    return pieces(new OpenAI())
  },
  async chat_tools() {
    const first = (await new OpenAI().chat.completions.create({ model, messages: weather, tools })).choices[0].message
    const [call] = first.tool_calls
    const told = { role: 'tool', tool_call_id: call.id, content: 'sunny' }
    const last = await new OpenAI().chat.completions.create({ model, messages: [...weather, first, told], tools })
    return [JSON.parse(call.function.arguments), last.choices[0].message.content]
  },
  async chat_tools_stream() {
    const stream = new OpenAI().chat.completions.stream({ model, messages: weather, tools })
    const kinds = []
    for await (const each of stream) kinds.push(each.choices[0].finish_reason ?? null)
    return [kinds, (await stream.finalChatCompletion()).choices[0].message.tool_calls[0].function.arguments]
  },
  async responses() {
    return (await new OpenAI().responses.create({ model, input: 'hello there' })).output_text
  },
  async responses_stream() {
    const kinds = []
    let text = ''
    for await (const each of await new OpenAI().responses.create({ model, input: 'hello there', stream: true })) {
      kinds.push(each.type)
      if (each.type === 'response.output_text.delta') text += each.delta
    }
    return [kinds, text]
  },
  async responses_tools() {
    const input = weather[0].content
    const first = await new OpenAI().responses.create({ model, input, tools: flatTools })
    const [call] = first.output
    const told = { type: 'function_call_output', call_id: call.call_id, output: 'sunny' }
    const words = { model, input: [told], previous_response_id: first.id, tools: flatTools }
    return [call.name, JSON.parse(call.arguments), (await new OpenAI().responses.create(words)).output_text]
  },
  async tools_in_parallel() {
    const asked = ['Paris', 'Oslo', 'Rome'].map((city) => [{ role: 'user', content: `hello ${city}` }])
    const done = await Promise.all(asked.map((each) => new OpenAI().chat.completions.create({ model, messages: each })))
    return done.map((each) => each.choices[0].message.content)
  },
  async embeddings() {
    const made = await new OpenAI().embeddings.create({ model: 'text-embedding-3-small', input: 'hello' })
    return Array.from(made.data[0].embedding)
  },
  async file_upload() {
    const file = await toFile(Buffer.from('{"custom_id": "1"}\n'), 'input.jsonl')
    const made = await new OpenAI().files.create({ file, purpose: 'batch' })
    return [made.id, made.bytes, made.purpose]
  },
  async files_by_pages() {
    const seen = []
    for await (const each of new OpenAI().files.list({ limit: 1 })) seen.push(each.id)
    return seen
  },
  async batch_until_it_is_done() {
    const words = { input_file_id: 'file-abc123', endpoint: '/v1/chat/completions', completion_window: '24h' }
    const made = await new OpenAI().batches.create(words)
    const seen = [made.status]
    while (seen.at(-1) !== 'completed') seen.push((await new OpenAI().batches.retrieve(made.id)).status)
    return seen
  },
  async limited_then_answered() {
    const again = [{ role: 'user', content: 'again' }]
    return (await new OpenAI().chat.completions.create({ model, messages: again })).choices[0].message.content
  },
  async through_the_proxy() {
    return pieces(new OpenAI({ baseURL: 'https://api.openai.com/v1' }))
  },
})
process.exit()
