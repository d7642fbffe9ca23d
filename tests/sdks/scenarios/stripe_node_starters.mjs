// stripe of node asks for the starter recordings of the stripe profile; retries are off but for the limit that ends.
import Stripe from 'stripe'

import { run } from './driver.mjs'

const client = (maxNetworkRetries = 0) => new Stripe(process.env.STRIPE_SECRET_KEY, { maxNetworkRetries })
const PAYMENT = { amount: 2000, currency: 'eur' }

async function refused() {
  try {
    await client().paymentIntents.create(PAYMENT)
  } catch (error) {
    return `${error.type.replace('Stripe', '')} ${error.statusCode} ${error.code ?? 'None'}`
  }
  return 'nothing'
}

async function payment(times) {
  const made = await client().paymentIntents.create(PAYMENT)
  const seen = [(await client().paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa' })).status]
  while (seen.length <= times) seen.push((await client().paymentIntents.retrieve(made.id)).status)
  return [made.status, ...seen]
}

async function listed(pages) {
  const seen = []
  for await (const each of pages) seen.push(each.name)
  return seen
}

await run({
  payment_intent: () => payment(1),
  payment_requires_action: async () => (await payment(2)).slice(1),
  card_declined: refused,
  insufficient_funds: refused,
  authentication_required: refused,
  customer: async () => (await client().customers.create({})).id,
  async idempotent_replay() {
    const seen = []
    while (seen.length < 2) {
      const made = await client().customers.create({}, { idempotencyKey: 'any' })
      seen.push(made.lastResponse.headers['idempotent-replayed'] ?? null)
    }
    return seen
  },
  idempotency_key_reused: refused,
  idempotency_key_in_use: refused,
  customers_by_pages: () => listed(client().customers.list()),
  search: () => listed(client().customers.search({ query: 'a' })),
  rate_limited: refused,
  rate_limited_then_answered: async () => (await client(2).customers.create({})).id,
  lock_timeout: refused,
  invalid_key: refused,
  forbidden: refused,
  not_found: refused,
  invalid_request: refused,
  server_error: refused,
  async checkout_session() {
    const made = await client().checkout.sessions.create({ mode: 'payment' })
    const seen = [made.status]
    while (seen.length < 3) seen.push((await client().checkout.sessions.retrieve(made.id)).status)
    return seen
  },
  setup_intent: async () => (await client().setupIntents.create({})).status,
  refund: async () => (await client().refunds.create({ payment_intent: 'pi_any' })).status,
  async file_upload() {
    const file = { data: Buffer.from('anything'), name: 'any.txt', type: 'text/plain' }
    return (await client().files.create({ purpose: 'dispute_evidence', file })).filename
  },
  async webhook() {
    const event = await client().events.retrieve('evt_any')
    const body = JSON.stringify(event, null, 2)
    const signature = event.lastResponse.headers['x-starter-webhook']
    return client().webhooks.constructEvent(body, signature, process.env.STRIPE_WEBHOOK_SECRET, 0).type
  },
  connect_token: async () =>
    (await client().oauth.token({ grant_type: 'authorization_code', code: 'ac_any' })).stripe_user_id,
})
process.exit()
