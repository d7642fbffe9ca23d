// stripe of node: payments, customers by pages, search, Checkout, a file, a limit.
import { randomUUID } from 'node:crypto'

import Stripe from 'stripe'

import { run } from './driver.mjs'

const client = () => new Stripe(process.env.STRIPE_SECRET_KEY)

async function ids(pages) {
  const seen = []
  for await (const each of pages) seen.push(each.id)
  return seen
}

await run({
  async payment() {
    const made = await client().paymentIntents.create({ amount: 2000, currency: 'eur' })
    const done = await client().paymentIntents.confirm(made.id)
    return [made.status, done.status, made.client_secret.split('_secret_')[0] === made.id]
  },
  customers_by_pages: () => ids(client().customers.list({ limit: 1 })),
  search: () => ids(client().customers.search({ query: "name:'Suite'" })),
  async idempotent_replay() {
    const idempotencyKey = randomUUID()
    const answers = []
    while (answers.length < 2) answers.push((await client().customers.create({ name: 'Suite' }, { idempotencyKey })).lastResponse)
    return [...answers.map((each) => each.headers['idempotent-replayed'] ?? null), answers[0].idempotencyKey === idempotencyKey]
  },
  async checkout_until_it_is_paid() {
    const made = await client().checkout.sessions.create({ mode: 'payment', success_url: 'https://suite.example/' })
    const seen = [made.status]
    while (seen.at(-1) !== 'complete') seen.push((await client().checkout.sessions.retrieve(made.id)).status)
    return seen
  },
  async file() {
    const file = { data: Buffer.from('evidence'), name: 'evidence.txt', type: 'text/plain' }
    return (await client().files.create({ purpose: 'dispute_evidence', file })).size
  },
  async limited_then_answered() {
    return (await client().customers.create({ name: 'again' })).name
  },
})
process.exit()
