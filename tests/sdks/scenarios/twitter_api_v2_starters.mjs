// twitter-api-v2 of node asks for the starter recordings of X: v1 for v1.1, v2 for v2.
import { TwitterApi } from 'twitter-api-v2'

import { run } from './driver.mjs'

const E = process.env
const USER = '1072250532645998596'
const app = { appKey: E.TWITTER_CONSUMER_KEY, appSecret: E.TWITTER_CONSUMER_SECRET }
const user = () =>
  new TwitterApi({ ...app, accessToken: E.TWITTER_ACCESS_TOKEN, accessSecret: E.TWITTER_ACCESS_TOKEN_SECRET })

async function raised(call) {
  try {
    await call()
  } catch (error) {
    return `${error.constructor.name} ${error.code}`
  }
  return 'nothing'
}

const update = () => raised(() => user().v1.tweet('hello'))
const post = () => raised(() => user().v2.tweet('hello'))

await run({
  async v1_request_token() {
    return (await new TwitterApi(app).generateAuthLink('oob')).url.split('?')[0]
  },
  async v1_1_update() {
    const made = await user().v1.tweet('testing 1000')
    return [made.text, (await user().v1.deleteTweet(made.id_str)).id_str]
  },
  v1_1_update_duplicate: update,
  v1_1_update_rate_limited: update,
  v1_1_update_revoked: update,
  v1_1_update_server_error: update,
  async v2_me() {
    return (await user().v2.me()).data.username
  },
  async v2_user() {
    return (await user().v2.userByUsername('Twitter')).data.username
  },
  async v2_followers() {
    return (await user().v2.followers(USER)).data.map((each) => each.username)
  },
  async v2_post() {
    const made = (await user().v2.tweet('Test Tweet')).data
    return [made.text, (await user().v2.deleteTweet(made.id)).data.deleted]
  },
  v2_post_duplicate: post,
  v2_post_rate_limited: post,
  v2_post_revoked: post,
  v2_post_server_error: post,
  async v2_post_rate_limited_then_posted() {
    return [await post(), (await user().v2.tweet('Test Tweet')).data.text]
  },
})
process.exit()
