// A client of @octokit/rest, and a key for a GitHub App, made at once: none lies in a file.
import { generateKeyPairSync } from 'node:crypto'

import { Octokit } from '@octokit/rest'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
export const client = (more) => new Octokit({ auth: process.env.GITHUB_TOKEN, log: quiet, ...more })

export function appKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs8', format: 'pem' })
}
