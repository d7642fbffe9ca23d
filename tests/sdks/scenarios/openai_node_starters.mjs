// openai of node asks for the starter recordings of the openai profile; retries are off but for the limit that ends.
import OpenAI from 'openai'

import { run } from './driver.mjs'

const model = 'gpt-5.4-mini'
const messages = [{ role: 'user', content: 'Say something.' }]
const input = 'Say something.'
const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }]
const flatTools = [{ type: 'function', name: 'get_weather', parameters: { type: 'object' } }]
const client = () => new OpenAI({ maxRetries: 0 })
const chat = (more) => client().chat.completions.create({ model, messages, ...more })
const said = async () => (await chat()).choices[0].message.content

async function saidInAStream() {
  let text = ''
  for await (const each of await chat({ stream: true })) text += each.choices[0].delta.content ?? ''
  return text
}

async function raised(call) {
  try {
    await call()
  } catch (error) {
    const what = error.status ? `${error.status} ${error.code ?? 'None'}` : error.type
    return `${error.constructor.name} ${what}`
  }
  return 'nothing'
}

async function responseInAStream(more) {
  for await (const each of await client().responses.create({ model, input, stream: true, ...more }))
    if (each.type === 'response.completed') return each.response
}

const textOf = (response) => response.output[0].content[0].text
const error = () => raised(said)

await run({
  chat: said,
  chat_stream: saidInAStream,
  chat_stream_broken: () => raised(saidInAStream),
  chat_refused: async () => (await chat()).choices[0].message.refusal,
  chat_cut_short: async () => (await chat({ max_completion_tokens: 3 })).choices[0].finish_reason,
  chat_tools: async () => {
    const [call] = (await chat({ tools })).choices[0].message.tool_calls
    return [call.function.arguments, await said()]
  },
  chat_tools_stream: async () => {
    const stream = client().chat.completions.stream({ model, messages, tools })
    const [call] = (await stream.finalChatCompletion()).choices[0].message.tool_calls
    return [call.function.arguments, await saidInAStream()]
  },
  responses: async () => (await client().responses.create({ model, input })).output_text,
  responses_stream: async () => textOf(await responseInAStream()),
  responses_tools: async () => {
    const [call] = (await client().responses.create({ model, input, tools: flatTools })).output
    return [call.arguments, (await client().responses.create({ model, input })).output_text]
  },
  responses_tools_stream: async () => {
    const [call] = (await responseInAStream({ tools: flatTools })).output
    return [call.arguments, textOf(await responseInAStream())]
  },
  embeddings: async () =>
    (await client().embeddings.create({ model: 'text-embedding-3-small', input: 'hello' })).data[0].embedding.length,
  models: async () => (await client().models.list()).data.map((each) => each.id),
  invalid_key: error,
  rate_limited: error,
  quota_used_up: error,
  context_too_long: error,
  unknown_model: error,
  server_error: error,
  overloaded: error,
  rate_limited_then_answered: async () =>
    (await new OpenAI().chat.completions.create({ model, messages })).choices[0].message.content,
})
process.exit()
