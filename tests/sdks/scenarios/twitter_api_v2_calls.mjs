// twitter-api-v2 of node: signing in in both ways, application only, paging, media, stream, like and follow.
import { TwitterApi } from 'twitter-api-v2'

import { run } from './driver.mjs'

const E = process.env
const USER = '1072250532645998596'
const MEDIA = Buffer.concat(Array.from({ length: 1200 }, () => Buffer.from(Array.from({ length: 256 }, (_, each) => each))))
const app = { appKey: E.TWITTER_CONSUMER_KEY, appSecret: E.TWITTER_CONSUMER_SECRET }
const user = () =>
  new TwitterApi({ ...app, accessToken: E.TWITTER_ACCESS_TOKEN, accessSecret: E.TWITTER_ACCESS_TOKEN_SECRET })

await run({
  async three_legged() {
    const link = await new TwitterApi(app).generateAuthLink('oob')
    const words = { ...app, accessToken: link.oauth_token, accessSecret: link.oauth_token_secret }
    const { client, screenName } = await new TwitterApi(words).login('4711007')
    return [screenName, (await client.v1.verifyCredentials()).screen_name]
  },
  async application_only() {
    const client = await new TwitterApi(app).appLogin()
    return (await client.v2.followers(USER)).data.map((each) => each.username)
  },
  async oauth2_with_pkce() {
    const client = new TwitterApi({ clientId: E.TWITTER_CLIENT_ID, clientSecret: E.TWITTER_CLIENT_SECRET })
    const redirectUri = 'https://app.example/callback'
    const scope = ['tweet.read', 'users.read', 'offline.access']
    const link = client.generateOAuth2AuthLink(redirectUri, { scope })
    const agreed = await fetch(link.url, { redirect: 'manual' })
    const back = new URL(agreed.headers.get('location'))
    if (back.searchParams.get('state') !== link.state) throw new Error('another state')
    const words = { code: back.searchParams.get('code'), codeVerifier: link.codeVerifier, redirectUri }
    const signed = await client.loginWithOAuth2(words)
    const me = await signed.client.v2.me()
    const again = await client.refreshOAuth2Token(signed.refreshToken)
    return [me.data.username, signed.expiresIn, (await again.client.v2.me()).data.name]
  },
  async post() {
    return (await user().v2.tweet('hello')).data
  },
  async paging() {
    const seen = []
    for await (const each of await user().v2.followers(USER, { asPaginator: true })) seen.push(each.username)
    return seen
  },
  async like_and_follow() {
    return [(await user().v2.like(USER, '20')).data, (await user().v2.follow(USER, '12')).data]
  },
  async media_in_chunks() {
    const media = await user().v1.uploadMedia(MEDIA, { mimeType: 'video/mp4', chunkLength: 100000 })
    return [media, (await user().v2.tweet('a film', { media: { media_ids: [media] } })).data.text]
  },
  async media_of_v2() {
    const media = await user().v2.uploadMedia(MEDIA, { media_type: 'image/png' })
    return [media, (await user().v2.tweet('a photo', { media: { media_ids: [media] } })).data.text]
  },
  async filtered_stream() {
    const client = new TwitterApi(E.TWITTER_BEARER_TOKEN)
    await client.v2.updateStreamRules({ add: [{ value: 'recproxy', tag: 't' }] })
    const stream = await client.v2.searchStream()
    const texts = []
    for await (const each of stream) {
      texts.push(each.data.text)
      if (texts.length === 3) break
    }
    stream.close()
    return texts
  },
})
process.exit()
