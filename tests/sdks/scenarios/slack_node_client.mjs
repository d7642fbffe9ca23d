// A client of @slack/web-api, which repeats nothing unless it is told to, and what it says of an error.
import { LogLevel, WebClient } from '@slack/web-api'
import { IncomingWebhook } from '@slack/webhook'

export const client = (more, token = process.env.SLACK_BOT_TOKEN) =>
  new WebClient(token, { logLevel: LogLevel.ERROR, retryConfig: { retries: 0 }, ...more })

//: Waits as Retry-After says, and then asks once more.
export const patient = { logger: quiet(), retryConfig: { retries: 1, minTimeout: 0, maxTimeout: 0 } }

function quiet() {
  const nothing = () => {}
  return { debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, setName: nothing, getLevel: nothing }
}

export async function raised(call) {
  try {
    await call()
  } catch (error) {
    return `${error.name} ${error.data?.error ?? error.body?.error ?? error.retryAfter ?? error.code}`
  }
  return 'nothing'
}

export async function sent(message) {
  try {
    return (await new IncomingWebhook(process.env.SLACK_WEBHOOK_URL).send(message)).text
  } catch (error) {
    return `${error.name} ${error.statusCode} ${error.body}`
  }
}
