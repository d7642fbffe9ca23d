"""The forms of the keys of services, as a table: whose they are, what they hold for certain, and how they read.

A row is taken in only if its form names a secret: ids that merely look random are not here.
"""

from __future__ import annotations

import base64
import binascii
import re

from recproxy.redaction.shape_rows import APART, EDGE, UUID, shape

__all__ = ["JWT", "SHAPES"]

#: JWS with two dots, JWE with four.
JWT = rb"(?<![A-Za-z0-9.])eyJ[A-Za-z0-9_-]{5,}\.(?:eyJ[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*|[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3})"

#: How numbers begin in base64.
_NUMBER = b"|".join(base64.b64encode(b"%d0" % digit)[:2] for digit in range(1, 10))


def _holds_jwt(run: bytes) -> bool:
    """Whether base64 holds a token, and not the place in a list that begins like one."""
    try:
        return re.search(JWT, base64.b64decode(run[: len(run) // 4 * 4])) is not None
    except binascii.Error:
        return False


def _is_login(run: bytes) -> bool:
    """Whether base64 holds a user and a password, RFC 7617."""
    try:
        user, colon, password = base64.b64decode(run, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(colon) and len(password) >= 3 and (user + password).isprintable() and "XXX" not in password


SHAPES = (
    shape("jwt", b"eyJ", JWT),
    shape(
        "private key",
        b"PRIVATE KEY",
        rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[rn])*"
        rb"((?:(?!-----(?:END|BEGIN)|\\[rn]-----|\s{1,4}-----)[\s\S])+)",
    ),
    shape(
        "basic credentials", b"Basic ", rb"(?<![A-Za-z])Basic ([A-Za-z0-9+/]{8,}={0,2})(?![A-Za-z0-9+/=])", 0, _is_login
    ),
    shape("bearer token", b"earer ", rb"(?<![A-Za-z])[Bb]earer\s+([A-Za-z0-9._~+/-]{16,}=*)"),
    shape("slack token", b"xox", APART + rb"xox[a-z](?:\.xox[a-z])?-[0-9A-Za-z-]{10,}"),
    shape("slack token", b"xapp-", APART + rb"xapp-[0-9]-[0-9A-Za-z-]{10,}"),
    shape("slack token", b"xwfp-", APART + rb"xwfp-[0-9A-Za-z-]{10,}"),
    shape(
        "slack webhook",
        b"hooks.slack.com",
        rb"hooks\.slack\.com\\?/(?:services|workflows|triggers|actions|commands)\\?/([A-Za-z0-9/\\_-]{20,})",
    ),
    shape("github token", b"ghp_|gho_|ghu_|ghs_|ghr_", APART + rb"gh[pousr]_[A-Za-z0-9]{20,}"),
    # Of their usual length, within a word, too.
    shape("github token", b"ghp_|gho_|ghu_|ghs_|ghr_", rb"(?:ghp_|gho_|ghu_|ghs_|ghr_)[A-Za-z0-9]{36}"),
    shape(
        "github token",
        b"ghs_",  # those of installations, since 2026: the app's number and a JWT
        APART + rb"ghs_[A-Za-z0-9]{1,40}_eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
    ),
    shape("github token", b"github_pat_", rb"github_pat_[A-Za-z0-9_]{20,}"),
    shape(
        "stripe key",
        b"sk_live|sk_test|sk_prod|rk_live|rk_test|rk_prod",
        APART + rb"(?:sk|rk)_(?:live|test|prod)_[0-9A-Za-z]{10,}",
    ),
    shape("stripe key", b"whsec_", APART + rb"whsec_[0-9A-Za-z+/=]{16,}"),
    shape("bitly key", b"R_", EDGE + rb"R_[0-9a-f]{32}(?![0-9A-Za-z])"),
    shape("twitter token", b"AAAAAAAAAA", rb"(?<![A-Za-z0-9+/])A{20,}[0-9A-Za-z%]{20,}"),
    shape(
        "gitlab token",
        b"glpat-|gldt-|glrt-|glptt-|glcbt-|gloas-|glsoat-|glft-|glimt-|glagent-",
        APART + rb"gl(?:pat|dt|rt|ptt|cbt|oas|soat|ft|imt|agent)-[0-9A-Za-z_-]{20,}",
    ),
    shape("npm token", b"npm_", APART + rb"npm_[A-Za-z0-9]{36}"),
    shape("pypi token", b"pypi-", APART + rb"pypi-[A-Za-z0-9_-]{50,}"),
    shape("sendgrid key", b"SG.", APART + rb"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    shape("openai key", b"sk-", EDGE + rb"sk-(?:[a-z]+[0-9]*-)*[A-Za-z0-9_-]{20,}"),
    shape("twilio key", b"SK", EDGE + rb"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    shape("mailgun key", b"key-", EDGE + rb"key-[0-9a-f]{32}(?![0-9A-Za-z])"),
    shape(
        "mailchimp key",
        b"-us1|-us2|-us3|-us4|-us5|-us6|-us7|-us8|-us9",
        EDGE + rb"[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])",
    ),
    shape(
        "shopify token",
        b"shpat_|shpca_|shppa_|shpss_|shptka_|shpua_",
        APART + rb"shp(?:at|ca|pa|ss|tka|ua)_[0-9a-fA-F]{32}",
    ),
    shape("square token", b"sq0", APART + rb"sq0[a-z]{3}-[0-9A-Za-z_-]{22,}"),
    shape("facebook token", b"EAA", EDGE + rb"EAA[0-9A-Za-z]{60,}"),
    shape("telegram token", b":AA", rb"(?<![0-9])[0-9]{8,10}:AA[0-9A-Za-z_-]{33}(?![0-9A-Za-z_-])", 10),
    shape("telegram token", b"/bot", rb"/bot[0-9]{6,12}(?::|%3[Aa])([0-9A-Za-z_-]{20,})"),
    shape("hugging face token", b"hf_", APART + rb"hf_[A-Za-z]{30,}"),
    shape("vault token", b"hvs.|hvb.|hvr.", APART + rb"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    shape(
        "discord webhook",
        b"/webhooks/|\\/webhooks\\/",
        rb"discord(?:app)?\.com\\?/api\\?/(?:v[0-9]+\\?/)?webhooks\\?/[0-9]+\\?/([A-Za-z0-9_-]{20,})",
    ),
    shape(
        "teams webhook",
        b"webhook.office.com",
        rb"webhook\.office\.com\\?/webhookb2\\?/([A-Za-z0-9@-]{20,}\\?/IncomingWebhook\\?/[A-Za-z0-9/\\-]{20,})",
    ),
    shape(
        "client secret", b"_secret_", APART + rb"(?:pi|seti|cs|src|cuss|ba)_[A-Za-z0-9]{6,}_secret_([A-Za-z0-9]{6,})"
    ),
    shape("anthropic key", b"sk-ant-", APART + rb"sk-ant-[A-Za-z0-9_-]{20,}"),
    shape("groq key", b"gsk_", APART + rb"gsk_[A-Za-z0-9]{40,}"),
    shape(
        "grafana token", b"glsa_|glc_", APART + rb"(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,}={0,3})"
    ),
    shape("sentry token", b"sntrys_|sntryu_", APART + rb"sntry[su]_[A-Za-z0-9+/=_]{40,}"),
    shape("postman key", b"PMAK-", APART + rb"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    shape("atlassian token", b"ATATT3|ATCTT3", APART + rb"AT[AC]TT3[A-Za-z0-9_=-]{60,}"),
    shape("notion token", b"ntn_", APART + rb"ntn_[A-Za-z0-9]{40,}"),
    shape("figma token", b"figd_", APART + rb"figd_[A-Za-z0-9_-]{30,}"),
    shape("rubygems key", b"rubygems_", APART + rb"rubygems_[a-f0-9]{48}"),
    shape("tailscale key", b"tskey-", APART + rb"tskey-[a-z]+-[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]{20,})?"),
    shape("age key", b"AGE-SECRET-KEY-", APART + rb"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    shape("pulumi token", b"pul-", EDGE + rb"pul-[a-f0-9]{40}"),
    shape(
        "doppler token",
        b"dp.pt.|dp.st.|dp.ct.|dp.sa.",
        APART + rb"dp\.(?:pt|st|ct|sa)\.(?:[a-z0-9_-]+\.)?[A-Za-z0-9]{40,}",
    ),
    shape("gitlab token", b"GR1348941", APART + rb"GR1348941[0-9A-Za-z_-]{20,}"),
    shape("clojars token", b"CLOJARS_", APART + rb"CLOJARS_[0-9a-z]{60}"),
    shape("hugging face token", b"hf_", APART + rb"hf_[0-9A-Za-z]{34}(?![0-9A-Za-z])"),
    shape("perplexity key", b"pplx-", APART + rb"pplx-[0-9A-Za-z]{40,}"),
    shape(
        "dynatrace token",
        b"dt0c01.|dt0s01.|dt0s16.|dt0e01.",
        APART + rb"dt0[a-z][0-9]{2}\.[0-9A-Z]{8,24}\.[0-9A-Z]{64}",
    ),
    shape("new relic key", b"NRAK-|NRJS-|NRAL-", APART + rb"NR(?:AK|JS|AL)-[0-9A-Za-z]{19,}"),
    shape("brevo key", b"xkeysib-", APART + rb"xkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}"),
    shape("artifactory key", b"AKCp", EDGE + rb"AKCp[0-9A-Za-z]{60,}"),
    shape("airtable token", b"pat", EDGE + rb"pat[0-9A-Za-z]{14}\.[0-9a-f]{64}"),
    shape("easypost key", b"EZAK|EZTK", EDGE + rb"EZ[AT]K[0-9A-Za-z]{54}"),
    shape("duffel token", b"duffel_", APART + rb"duffel_(?:test|live)_[0-9A-Za-z_=-]{43}"),
    shape("prefect token", b"pnu_", APART + rb"pnu_[0-9A-Za-z]{36}"),
    shape("readme token", b"rdme_", APART + rb"rdme_[0-9a-z]{70}"),
    shape("shippo token", b"shippo_", APART + rb"shippo_(?:live|test)_[0-9A-Fa-f]{40}"),
    shape("flutterwave key", b"FLWSECK", APART + rb"FLWSECK(?:_TEST)?-[0-9A-Za-z]{12,}(?:-X)?"),
    shape("plaid token", b"access-", APART + rb"access-(?:sandbox|development|production)-[0-9a-f-]{32,36}"),
    shape("adobe secret", b"p8e-", APART + rb"p8e-[0-9A-Za-z]{32}(?![0-9A-Za-z])"),
    shape("1password token", b"ops_eyJ", APART + rb"ops_eyJ[0-9A-Za-z+/_-]{100,}={0,2}"),
    shape("gitlab token", b"glffct-", APART + rb"glffct-[0-9A-Za-z_-]{20,}"),
    shape(
        "sourcegraph token", b"sgp_", APART + rb"sgp_(?:(?:(?:local|[0-9a-fA-F]{16})_)?[0-9a-fA-F]{40}|[0-9A-Za-z]{64})"
    ),
    shape("frame.io token", b"fio-u-", APART + rb"fio-u-[0-9A-Za-z_=-]{60,}"),
    shape("defined networking key", b"dnkey-", APART + rb"dnkey-[0-9A-Za-z_=-]{60,}"),
    shape("harness token", b"pat.|sat.", EDGE + rb"[ps]at(?:\.[0-9A-Za-z_-]{20,24}){3}(?![0-9A-Za-z_.-])"),
    shape("infracost key", b"ico-", APART + rb"ico-[0-9A-Za-z]{32}(?![0-9A-Za-z_-])"),
    shape("maxmind key", b"_mmk", EDGE + rb"[0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mmk(?![0-9A-Za-z_-])"),
    shape("new relic key", b"NRII-", APART + rb"NRII-[0-9A-Za-z-]{30,}"),
    shape("typeform token", b"tfp_", APART + rb"tfp_[0-9A-Za-z_.=-]{50,}"),
    shape("slack webhook", b"/services/T", rb"/services/T[A-Z0-9]{7,12}/B[A-Z0-9]{7,12}/([A-Za-z0-9]{20,})", 0),
    shape("discord token", b"/interactions/", rb"/interactions/[0-9]{10,20}/([A-Za-z0-9_-]{40,})", 0),
    shape("proxmox ticket", b"PVE:|PVEAuth", rb"PVE:[^:\s\"]{1,64}:[0-9A-Fa-f]{8}::([A-Za-z0-9+/%]{40,}={0,2})", 0),
    shape("signed link", b"~hmac=", rb"~hmac=([0-9a-f]{32,128})", 0),
    shape(
        "password of pgpass",
        b":5432:|:5433:|:6432:|:*:",
        rb"(?m)(?:^|(?<=\\n)|(?<=\"))[A-Za-z0-9_.*/-]{1,253}:(?:[0-9]{4,5}|\*):[^:\s\"\\]{1,64}:[^:\s\"\\]{1,64}:([^:\s\"\\]{1,200})(?=\\n|\"|\s|\Z)",
    ),
    shape(
        "password of netrc",
        b"machine ",
        rb"machine\s{1,20}(?:\S{0,100}[.:]\S{1,100}|localhost)\s{1,20}login\s{1,20}\S{1,200}\s{1,20}(?:account\s{1,20}\S{1,200}\s{1,20})?password\s{1,20}(\S{1,200})",
        0,
    ),
    shape(
        "password of redis",
        b"requirepass |masterauth ",
        rb"(?:\A|[\r\n\"']|\\n|--|SET )[ \t]{0,8}(?:requirepass|masterauth) {1,8}['\"]?([^\s'\"\\<]{3,})",
        0,
    ),
    shape("password of a database", b"jdbc:oracle:", rb"jdbc:oracle:[a-z0-9]+:[^\s/@\"']{1,60}/([^\s/@\"'\\]{3,})@", 0),
    shape("password of a network", b"WIFI:", rb"WIFI:[^\"\r\n]{0,200}?P:((?:[^;\"\r\n\\]|\\.){4,});", 0),
    shape(
        "stripe session",
        b"billing.stripe.com",
        rb"billing\.stripe\.com\\?/(?:p\\?/)?session\\?/([0-9A-Za-z_-]{16,})",
        0,
    ),
    shape("linear key", b"lin_api_", APART + rb"lin_api_[0-9A-Za-z]{32,}"),
    # More that gitleaks names, and keys whose makers gave them a sign.
    shape(
        "1password key",
        b"A3-",
        EDGE + rb"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?![A-Z0-9-])",
    ),
    shape("artifactory token", b"cmVmd", EDGE + rb"cmVmd[A-Za-z0-9]{59}(?![A-Za-z0-9])"),
    shape(
        "authress key",
        b".acc-|.acc_",
        EDGE
        + rb"(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,}",
        46,
    ),
    shape("grafana key", b"eyJrIjoi", EDGE + rb"eyJrIjoi[A-Za-z0-9]{70,}={0,3}"),
    shape("hugging face token", b"api_org_", APART + rb"api_org_[A-Za-z]{34}"),
    shape("intra 42 secret", b"s-s4t2ud-|s-s4t2af-", APART + rb"s-s4t2(?:ud|af)-[a-f0-9]{64}"),
    shape("octopus key", b"API-", EDGE + rb"API-[A-Z0-9]{26}(?![A-Za-z0-9-])"),
    shape("settlemint token", b"sm_aat_|sm_pat_|sm_sat_", APART + rb"sm_[aps]at_[0-9A-Za-z]{16}"),
    shape("square token", b"EAAA", EDGE + rb"EAAA[0-9A-Za-z_-]{60}(?![0-9A-Za-z_-])"),
    shape("jwt", b"ZXlK", EDGE + rb"ZXlK[A-Za-z0-9+/]{32,}={0,2}", None, _holds_jwt),
    shape(
        "discord token",  # the number of a bot in base64, and the session of a framework with a time in it
        _NUMBER,
        EDGE + rb"(?:" + _NUMBER + rb")[A-Za-z0-9]{20,26}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_.-])",
    ),
    shape("discord token", b"mfa.", EDGE + rb"mfa\.[A-Za-z0-9_-]{84}"),
    shape("twitch token", b"oauth:", rb"(?<![A-Za-z0-9])oauth:([a-z0-9]{30})(?![A-Za-z0-9])", 0),
    shape("docker token", b"dckr_pat_|dckr_oat_", APART + rb"dckr_[op]at_[A-Za-z0-9_-]{20,}"),
    shape("asana token", b"/12", EDGE + rb"[12]/12[0-9]{14}(?:/12[0-9]{14})?:[0-9a-f]{32}", 1),
    shape("dropbox token", b"sl.", EDGE + rb"sl\.(?:u\.)?[A-Za-z0-9_-]{120,}"),
    shape("mapbox token", b"sk.eyJ", APART + rb"sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{16,}"),
    shape("paypal token", b"access_token$", rb"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    shape("replicate token", b"r8_", APART + rb"r8_[A-Za-z0-9]{37}"),
    shape("contentful token", b"CFPAT-", APART + rb"CFPAT-[A-Za-z0-9_-]{43}"),
    shape("hubspot token", b"pat-", APART + rb"pat-[a-z]{2}[0-9]-" + UUID),
    shape("snyk token", b"snyk_", APART + rb"snyk_[us]at\.[0-9a-f]{8}\.[A-Za-z0-9_-]{30,}"),
    shape("sonar token", b"squ_|sqp_|sqa_", APART + rb"sq[upa]_[0-9a-f]{40}"),
    shape("buildkite token", b"bkua_", APART + rb"bkua_[0-9a-f]{40}"),
    shape("circleci token", b"CCIPAT_|CCIPRJ_", APART + rb"CCI(?:PAT|PRJ)_[A-Za-z0-9]{20,24}_[0-9a-f]{40}"),
    shape("langchain key", b"lsv2_", APART + rb"lsv2_[a-z]{2}_[0-9a-f]{32}_[0-9a-f]{10}"),
    shape("xai key", b"xai-", APART + rb"xai-[A-Za-z0-9]{70,}"),
    shape("elevenlabs key", b"sk_", APART + rb"sk_[0-9a-f]{48}(?![0-9A-Za-z])"),
    shape("resend key", b"re_", APART + rb"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9_])"),
    shape("posthog key", b"phx_|phs_", APART + rb"ph[xs]_[A-Za-z0-9]{40,}"),
    shape("launchdarkly key", b"sdk-", APART + rb"sdk-" + UUID),
    shape("nuget key", b"oy2", EDGE + rb"oy2[a-z0-9]{43}(?![A-Za-z0-9])"),
    shape("bitbucket password", b"ATBB", APART + rb"ATBB[A-Za-z0-9]{32}"),
    shape("crates.io token", b"cio", EDGE + rb"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    shape("stripe key", b"sk_org_|ek_live_|ek_test_", APART + rb"(?:sk_org|ek)_(?:live|test)_[0-9A-Za-z]{20,}"),
    shape("adafruit key", b"aio_", APART + rb"aio_[A-Za-z0-9]{28}(?![A-Za-z0-9])"),
    shape("nostr key", b"nsec1", APART + rb"nsec1[a-z0-9]{58}(?![a-z0-9])"),
    shape("wallet key", b"prv", EDGE + rb"[xyzt]prv[A-Za-z0-9]{100,}", 1),
    # Addresses that are keys themselves.
    shape("push address", b"/fcm/send/|/wpush/", rb"/(?:fcm\\?/send|wpush\\?/v[0-9])\\?/([0-9A-Za-z_:-]{24,})", 0),
    shape("calendar address", b"/private-", rb"/private-([0-9a-f]{32})(?=\\?/|%2F)", 0),
    shape("webhook", b"hooks.zapier.com", rb"hooks\.zapier\.com\\?/hooks\\?/catch\\?/[0-9]+\\?/([0-9A-Za-z]{6,})"),
    shape(
        "webhook", b"maker.ifttt.com", rb"maker\.ifttt\.com\\?/[A-Za-z0-9_/\\-]{1,120}\\?/key\\?/([0-9A-Za-z_-]{16,})"
    ),
    shape("webhook", b".make.com", rb"hook\.[a-z0-9]{2,12}\.make\.com\\?/([0-9A-Za-z]{20,})", 20),
    # Hashes of passwords, which anybody can try passwords on.
    shape(
        "password hash",
        b"$1$|$5$|$6$|$y$|$apr1$|$2a$|$2b$|$2y$",
        rb"\$(?:(?:1|5|6|y|apr1)\$(?:rounds=[0-9]{1,9}\$|[./A-Za-z0-9]{1,16}\$(?=[./A-Za-z0-9]{1,64}\$))?[./A-Za-z0-9]{1,64}\$[./A-Za-z0-9]{22,}"
        rb"|2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53})",
        0,
    ),
    shape(
        "password hash",
        b"$argon2|pbkdf2_sha|$pbkdf2|bcrypt_sha256$|$scrypt$|scrypt:",
        rb"(?:\$argon2(?:id|i|d)\$v=[0-9]+\$[^$\s\"']{1,60}\$|pbkdf2_sha(?:1|256|512)\$[0-9]+\$[^$\s\"']{1,64}\$"
        rb"|\$pbkdf2(?:-sha[0-9]{1,3})?\$[0-9]+\$[./A-Za-z0-9]{1,64}\$|\$scrypt\$[^$\s\"']{1,60}\$[^$\s\"']{1,64}\$"
        rb"|scrypt:[0-9:]{1,30}\$[^$\s\"']{1,64}\$)(?:[./A-Za-z0-9+=]{1,64}\$)?[./A-Za-z0-9+=]{16,}",
        0,
    ),
)
