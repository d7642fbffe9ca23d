// Runs the scenarios of an SDK, each in a scope of its own, as driver.py does in Python.
import http from 'node:http'

const days = Number(process.env.SDK_DAYS ?? 0)
if (days) {
  const Now = Date
  const later = () => Now.now() + days * 86400000
  globalThis.Date = class extends Now {
    constructor(...words) {
      super(...(words.length ? words : [later()]))
    }

    static now() {
      return later()
    }
  }
}

function scope(method, value) {
  const url = new URL('/lanes/default/scope', process.env.RECPROXY_CONTROL)
  const body = JSON.stringify(value) // node frames the body of a DELETE only with a length
  const headers = { Authorization: `Bearer ${process.env.RECPROXY_TOKEN}`, 'Content-Length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers }, (answer) => {
      let text = ''
      answer.on('data', (piece) => (text += piece))
      answer.on('end', () => (answer.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text))))
    })
    request.on('error', reject)
    request.end(body)
  })
}

export async function run(scenarios) {
  const wanted = process.argv.slice(2)
  for (const name of wanted.length ? wanted : Object.keys(scenarios)) {
    const line = { scenario: name, misses: [] }
    try {
      await scope('PUT', { name, recordings: { [process.env.SDK_PROFILE]: `${name}.rec` } })
    } catch (error) {
      line.error = error.message
      console.log(JSON.stringify(line).replace('{"scenario":', '{"scenario": '))
      continue
    }
    try {
      line.result = await scenarios[name]()
    } catch (error) {
      line.error = `${error.name}: ${error.message} ${JSON.stringify(error.data ?? error.response?.data ?? null)}`.slice(0, 3000)
    }
    line.misses = (await scope('DELETE', { passed: !('error' in line) })).missed ?? []
    console.log(JSON.stringify(line).replace('{"scenario":', '{"scenario": '))
  }
}
