"""The names of secrets, as a table: the words a name ends with, what that says, and who uses such names.

A row is a phrase of words that must end a name: `api key` fits `X-Api-Key`, `apiKey`, `stripe_api_key` and `apikey`,
and does not fit `api_key_count`. Facts only; how a name is taken apart is known to `names`.

Compared by name, in November 2026, with the default sanitizers of Azure SDK's test proxy (headers, body keys, query),
the keyword list of detect-secrets, and the rule ids of gitleaks. Theirs that are missing here are ids (`client_id`,
`appId`), public keys, addresses, and names of things, which stay.
"""

from __future__ import annotations

__all__ = [
    "ALWAYS",
    "HARMLESS",
    "HEADERS",
    "KEYS_OF_THINGS",
    "LOOKS",
    "NEVER_IN_JSON",
    "QUALIFIERS",
    "SERVICES",
    "TRAILING",
    "TRIGGERS",
    "VOCABULARY",
]


def _rows(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.split()) for text in texts for row in text.split(","))


#: The value is a secret whatever it looks like, in headers, parameters, JSON, XML and configuration.
ALWAYS = _rows(
    # passwords: detect-secrets, gitleaks, Azure's test proxy, Rails' and Django's filters
    "password, passwd, passwort, passphrase, pass phrase, passcode, pwd, pass wd, passw, mdp, senha, contrasena, kennwort",
    "user pass, db pass, database pass, smtp pass, login pass, admin pass, key pass, http pass, proxy pass, ldap pass",
    "password hash, password digest, password salt, password confirmation, password confirm, password again",
    # secrets: OAuth 2 (RFC 6749), AWS, Slack, Stripe, Azure
    "secrete, secreto, secret, secret key, secret string, secret binary, secret access key, secret token, secret value, secret data",
    "app secret proof, appsecret proof, client secret basic, token secret",
    # tokens: OAuth 1 and 2, OpenID, token exchange (RFC 8693), device flow (RFC 8628), services' own
    "access token, refresh token, id token, auth token, authentication token, authorization token, bearer token",
    "session token, security token, oauth token, api token, bot token, app token, service token, deploy token",
    "private token, personal token, job token, guest token, login token, csrf token, xsrf token, device token",
    "registration token, subject token, actor token, crc token, response token, verification token, identity token",
    "authenticity token, csrf middleware token, reset token, reset password token, password token, master token",
    "runner token, trigger token, web token, jwt token, sas token, push token, webhook token, account token",
    "admin token, delegation token, impersonation token, id token hint, xsts token, user token, confirmation token",
    "unlock token, remember token, invitation token, ephemeral token, access tokens, registry token",
    # gitleaks: Facebook, GitLab, Vault, PyPI, Sentry, Amazon Bedrock
    "page access token, feed token, scim token, incoming mail token, batch token, upload token, org token",
    "bearer token bedrock",
    "jwt, json web token, client assertion, saml response, saml art, assertion, code verifier, device code, code challenge",
    "secret key base, mac key, ott, hapikey, secret hash, secret block, bcrypt hash, psk, wpa psk, pre shared key, preshared key, bind pw, root pw, user pw, admin pw, db pw, login pw",
    "snmp community, community string, security answer, challenge answer, secret answer, security question answer",
    "validation key, bind credential, bind credentials, api schlussel, zugangsschlussel, require pass, requirepass, master auth, masterauth",
    "jwt refresh, jwt access, token refresh, refresh jwt, jwt session, session jwt",
    "user code, authorization code, auth code, mfa code, otp code, sms code, two factor code, recovery code",
    # second factors, wallets and cards
    "totp seed, otp seed, backup code, backup codes, recovery codes, scratch code, scratch codes, pin code, cvv, cvc",
    "seed phrase, recovery phrase, mnemonic phrase, secret phrase, seed words, mnemonic words, recovery words, wallet seed",
    "recovery pin, backup phrase, puk code, one time token, one time codes, otp secret, otp token, otp key, otp auth url",
    "two factor token, two factor secret, mfa secret, mfa token, mfa key, totp secret, totp key, totp uri, otp uri, email otp, sms otp, card verification value, enc key",
    "otp, totp, totp code, one time code, one time password, crumb token, request verification token",
    # OAuth 1
    "oauth verifier, oauth signature, oauth nonce, oauth consumer key, oauth timestamp, oauth body hash",
    "consumer key, consumer secret",
    # keys: detect-secrets and gitleaks keywords, cloud providers, monitoring services
    "api key, api secret, api sign, access key, access key id, access key secret, secret access key, auth key",
    "private key, priv key, signing key, signing secret, signature key, encryption key, decryption key, master key",
    "account key, storage key, delegation key, shared access key, shared access signature, shared key, shared secret, subscription key",
    "license key, licence key, function key, functions key, admin key, deploy key, webhook key, hmac key, hmac secret",
    "ssh key, rsa key, service key, integration key, instrumentation key, developer key, session key, server key",
    "ingest key, routing key secret, kms key, ssl key, tls key, aes key, rest api key, application key, auth api key",
    "read only master key, readonly master key, customer key, server side encryption key, passkey, pass key",
    "primary read only master key, primary readonly master key",
    # gitleaks: Cloudflare, Sidekiq's gems; personal access tokens by their short name
    "origin ca key, enterprise contribsys com, gems contribsys com",
    "github pat, gitlab pat, digitalocean pat, devops pat, devops ext pat",
    "hmac, dpop, private key pem, private key id secret, privatekey, pem private key",
    # configuration: Azure's test proxy
    "connection string, primary connection string, secondary connection string, encrypted credential",
    "auth header, authorization, proxy authorization, cookie, set cookie, access sas, sas uri, sas url",
    "read list sas, write sas, account sas, container sas, blob sas, service sas",
    # signed links: AWS SigV4, Google, Azure
    "amz signature, amz security token, amz credential, goog signature, goog credential, signature",
    # uploads: their address is the key to them
    "guploader uploadid",
    # sessions of Java, PHP and ASP
    "j session id, php sess id, asp session id, asp net session id, cf id token, session secret",
)

#: Services that a program has a key for, and calls it so.
SERVICES = frozenset(
    word
    for (word,) in _rows(
        "stripe, openai, anthropic, google, maps, mailgun, sendgrid, twilio, algolia, datadog, azure, aws, gcp, firebase",
        "mailchimp, sentry, pusher",
    )
)

#: The value decides: it is secret where it looks like a token.
LOOKS = _rows(
    "token, tokens, secrets, credential, credentials, creds, auth, sig, sign, key, code, session, session id, sess id",
    "sid, ticket, api, state token, csrf, xsrf, crumb, auth id, auth ticket, login ticket, pass",
    "user key, app key, client key, primary key, secondary key, primary master key, secondary master key, host key",
    "system key, db key, database key, write key, stream key, read key, query key, tenant key, default key, web key",
    "security code, verification code, access code, invite code, passwords, service ticket, auth session",
    "encoded certificate, recovery key, project key, device key, insert key, security key, application secret proof, magic",
    "plaintext, key string, oob code, jit config, auth req id, cookies, api keys, access keys, secret keys, private keys, sas, zak",
    *(f"{service} key" for service in sorted(SERVICES)),
    "pw, keys base64, secret id, activation key",
    "product key, client key data, macaroon, secret identifier",
    "bearer, mnemonic, magic link, magic code, pin, puk, email key, account id key",
    "co verifier, session info, accessor, token accessor, approval key",
    # a session of OpenID Connect, a stream of YouTube, the seed of a second factor at Amazon Cognito
    "session state, stream name, secret code, unsubscribe hash",
)

#: As the end of a header's name these say it all: headers have no other use for them.
HEADERS = _rows(
    "token, secret, api key, secret key, access key, auth key, password, passphrase, signature, auth, ticket, sign",
    "session, session id, credential, credentials, cookie2, authenticated user, oidc data, app key, user key",
    "client key, host key, service key, server key, x key, key id secret, otp, jwt, dpop, hmac, pass, sid",
    "access sign, access passphrase, encryption customer key, content sha256 key, source authorization",
    "art api, hmac sha, sas key, fastly key, guploader uploadid, authorization auxiliary, crumb, api secret, vault",
    "application key, primary key, write key, db key, ovh consumer, csrf, xsrf, pw",
)

#: A header that ends in `key` and has one of these words names a thing.
KEYS_OF_THINGS = frozenset(
    word
    for (word,) in _rows(
        "socket, trace, request, correlation, dedup, deduplication, message, record, document, ordering, shard, hash, lock",
        "etag, blob, item, row, event, job, span, file, entity, group, issue, storage, path, s3, resource, tag, transaction",
    )
)

#: In a JSON object these are seldom what OAuth or a query mean by them.
NEVER_IN_JSON = frozenset(
    {("code",), ("key",), ("sid",), ("session",), ("signature",), ("api",), ("sign",), ("magic",)}
)

#: A name with one of these words before its end names a place in a list, a count, or something made to be shown.
HARMLESS = frozenset(
    [
        "next",
        "prev",
        "previous",
        "page",
        "paging",
        "pagination",
        "continue",
        "continuation",
        "sync",
        "cursor",
        "cancel",
        "count",
        "usage",
        "limit",
        "max",
        "min",
        "num",
        "total",
        "type",
        "version",
        "expires",
        "expiry",
        "expiration",
        "placeholder",
        "idempotency",
        "idempotent",
        "stop",
        "prompt",
        "completion",
        "public",
        "publishable",
        "requires",
        "has",
        "supports",
        "can",
        "cached",
        "input",
        "output",
        "reasoning",
        "eos",
        "bos",
        "pad",
        "unk",
        "special",
        "mask",
        "sort",
        "partition",
        "routing",
        "surrogate",
        "foreign",
        "primary",
        "unique",
        "composite",
        "cache",
        "object",
    ]
)
#: Of these a name may begin where it asks or tells, and does not hold.
QUALIFIERS = frozenset(
    [
        "is",
        "has",
        "forgot",
        "reset",
        "change",
        "show",
        "hide",
        "use",
        "allow",
        "allows",
        "enable",
        "enabled",
        "requires",
        "needs",
    ]
)

#: Words behind the end of a name that change nothing.
TRAILING = frozenset(
    word
    for (word,) in _rows(
        "value, text, str, string, bin, confirmation, confirm, again, repeat, plain, raw, base64, b64, encoded, field, renewed, refreshed",
        # which of several: `API_KEY_LIVE`, `db_password_prod`
        "prod, production, staging, dev, live, sandbox",
        # in a filter: `password__exact`, `token[eq]`
        "eq, exact, iexact",
    )
)

#: Beside the words of the tables: words of which names are run together, as `xuserpassword`.
VOCABULARY = frozenset(
    [
        "x",
        "ovh",
        "user",
        "old",
        "new",
        "current",
        "my",
        "id",
        "admin",
        "client",
        "server",
        "account",
        "login",
        "db",
        "root",
        "minio",
        "aws",
        "gcp",
        "azure",
        "git",
        "hub",
        "lab",
        "google",
        "slack",
        "stripe",
        "header",
        "param",
        "request",
        "response",
        "value",
        "middleware",
        "twitter",
        "github",
        "gitlab",
        "facebook",
        "account",
        "application",
        "vault",
        "rapid",
        "pg",
        "mysql",
        "mongo",
        "redis",
        "ftp",
        "ssh",
        "sudo",
        "wifi",
        "npm",
        "docker",
    ]
)

#: Letters of which every name above holds some: a text without them holds no name that is secret. Many words hold `pin`,
#: few end with it.
TRIGGERS = tuple(
    b"pass,pwd,passw,mdp,senha,contrasena,secret,token,key,auth,sess,sid,sig,cred,code,cookie,ticket,jwt,saml,assertion,otp,nonce,"
    b'hmac,csrf,xsrf,crumb,connectionstring,connection_string,connection-string,dpop,sas,verifier,oauth,upload_id,uploadid,hub_pat,hub-pat,hubpat,lab_pat,lab-pat,labpat,ocean_pat,ocean-pat,oceanpat,ops_pat,ops_ext_pat,contribsys,contrase,kennwort,certificate,magic,seed,phrase,bearer,mnemonic,cvv,cvc,verification,pin",pin\',pin=,pin:,pin<,pin>,pin],pin&,puk,mfa,psk,ott",ott=,snmp,community,answer,plaintext,oob,jit_config,jitconfig,zak,macaroon,pw",pw=,pw:,pw>,two_factor,twofactor,two-factor,stream_name,streamname,stream-name,session_info,accessor,approval,schl,bcrypt,unsubscribe,recovery_words,recoverywords,recovery-words'.split(
        b","
    )
)
