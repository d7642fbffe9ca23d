"""Secrets known by their shape: tokens and keys that their makers gave a form of their own.

Each row has a word that must occur, so that most texts are left after a few fast searches. Knows text, not where it
stands. A shape is taken in only if it names a secret: ids that merely look random are not here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from recproxy.redaction.names import is_placeholder
from recproxy.redaction.spans import Span

__all__ = ["JWT", "shapes"]


class _Shape(NamedTuple):
    """A row. Where `before` is not None, each place begins at most so many bytes before a word: no others are tried."""

    rule: str
    hints: tuple[bytes, ...]
    pattern: bytes
    before: int | None

    @property
    def places(self) -> re.Pattern[bytes]:
        return _compiled(self.pattern)


#: Compiled on first use: every process of a run imports this table, and most texts need few of its rows.
_compiled = functools.cache(re.compile)


def _shape(rule: str, hints: bytes, pattern: bytes, before: int | None = None) -> _Shape:
    """A row: its words, divided by `|`, of which one must occur."""
    return _Shape(rule, tuple(hints.split(b"|")), pattern, before)


_EDGE = rb"(?<![A-Za-z0-9_-])"

#: JWS with two dots, JWE with four.
JWT = rb"(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{5,}\.(?:eyJ[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*|[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){3})"

#: A place in a group is the secret; without a group all of it is.
_SHAPES = (
    _shape("jwt", b"eyJ", JWT),
    _shape(
        "private key",
        b"PRIVATE KEY",
        rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[rn])*"
        rb"((?:(?!-----(?:END|BEGIN)|\\[rn]-----|\s{1,4}-----)[\s\S])+)",
    ),
    _shape("bearer token", b"earer ", rb"(?<![A-Za-z])[Bb]earer\s+([A-Za-z0-9._~+/-]{16,}=*)"),
    _shape("aws key", b"AKIA|ASIA|ABIA|ACCA", _EDGE + rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _shape("azure key", b"AccountKey", rb"AccountKey=([A-Za-z0-9+/]{40,}={0,2})"),
    _shape(
        "azure key", b"SharedAccessKey=|SharedAccessSignature=", rb"SharedAccess(?:Key|Signature)=([^;\s\"'<>&]{16,})"
    ),
    _shape("slack token", b"xox", _EDGE + rb"xox[a-z](?:\.xox[a-z])?-[0-9A-Za-z-]{10,}"),
    _shape("slack token", b"xapp-", _EDGE + rb"xapp-[0-9]-[0-9A-Za-z-]{10,}"),
    _shape(
        "slack webhook",
        b"hooks.slack.com",
        rb"hooks\.slack\.com\\?/(?:services|workflows|triggers|actions|commands)\\?/([A-Za-z0-9/\\_-]{20,})",
    ),
    _shape("github token", b"ghp_|gho_|ghu_|ghs_|ghr_", _EDGE + rb"gh[pousr]_[A-Za-z0-9]{20,}"),
    _shape("github token", b"github_pat_", _EDGE + rb"github_pat_[A-Za-z0-9_]{20,}"),
    _shape("stripe key", b"sk_live|sk_test|rk_live|rk_test", _EDGE + rb"(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,}"),
    _shape("stripe key", b"whsec_", _EDGE + rb"whsec_[0-9A-Za-z+/=]{16,}"),
    _shape("google key", b"AIza", _EDGE + rb"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    _shape("google key", b"ya29", _EDGE + rb"ya29\.[0-9A-Za-z_.-]{10,}"),
    _shape("google key", b"GOCSPX-", _EDGE + rb"GOCSPX-[0-9A-Za-z_-]{20,}"),
    _shape(
        "google key",
        b"1//0|1\\/\\/0|1%2F%2F0|1%2f%2f0|1%2F%2f0|1%2f%2F0",
        rb"(?<![A-Za-z0-9_/:-])1(?://|\\/\\/|%2[Ff]%2[Ff])0[0-9A-Za-z_-]{20,}",
        0,
    ),
    _shape("google key", b"4/0|4\\/0|4%2F0|4%2f0", rb"(?<![A-Za-z0-9_-])4(?:/|\\/|%2[Ff])0[0-9A-Za-z_-]{30,}", 0),
    _shape("bitly key", b"R_", _EDGE + rb"R_[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("twitter token", b"AAAAAAAAAA", rb"(?<![A-Za-z0-9+/])A{20,}[0-9A-Za-z%]{20,}"),
    _shape(
        "gitlab token",
        b"glpat-|gldt-|glrt-|glptt-|glcbt-|gloas-|glsoat-|glft-|glimt-|glagent-",
        _EDGE + rb"gl(?:pat|dt|rt|ptt|cbt|oas|soat|ft|imt|agent)-[0-9A-Za-z_-]{20,}",
    ),
    _shape("npm token", b"npm_", _EDGE + rb"npm_[A-Za-z0-9]{36}"),
    _shape("pypi token", b"pypi-", _EDGE + rb"pypi-[A-Za-z0-9_-]{50,}"),
    _shape("sendgrid key", b"SG.", _EDGE + rb"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _shape("openai key", b"sk-", _EDGE + rb"sk-(?:[a-z]+[0-9]*-)*[A-Za-z0-9_-]{20,}"),
    _shape("twilio key", b"SK", _EDGE + rb"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape("mailgun key", b"key-", _EDGE + rb"key-[0-9a-f]{32}(?![0-9A-Za-z])"),
    _shape(
        "mailchimp key",
        b"-us1|-us2|-us3|-us4|-us5|-us6|-us7|-us8|-us9",
        _EDGE + rb"[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])",
    ),
    _shape("shopify token", b"shpat_|shpca_|shppa_|shpss_", _EDGE + rb"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _shape("square token", b"sq0", _EDGE + rb"sq0[a-z]{3}-[0-9A-Za-z_-]{22,}"),
    _shape("facebook token", b"EAA", _EDGE + rb"EAA[0-9A-Za-z]{60,}"),
    _shape("telegram token", b":AA", rb"(?<![0-9])[0-9]{8,10}:AA[0-9A-Za-z_-]{33}(?![0-9A-Za-z_-])", 10),
    _shape("telegram token", b"/bot", rb"/bot[0-9]{6,12}(?::|%3[Aa])([0-9A-Za-z_-]{20,})"),
    _shape(
        "login of curl",
        b"curl ",
        rb"curl [^\n\r\"]{0,400}?(?:-u|--user)[ =]?['\"]?[^\s:'\"\\]*:(?![A-Z_]+\b)([^\s'\"\\]{3,})",
    ),
    _shape("hugging face token", b"hf_", _EDGE + rb"hf_[A-Za-z]{30,}"),
    _shape("digitalocean token", b"doo_v1_|dop_v1_|dor_v1_|dot_v1_", _EDGE + rb"do[oprt]_v1_[0-9a-f]{64}"),
    _shape("vault token", b"hvs.|hvb.|hvr.", _EDGE + rb"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    _shape(
        "discord webhook",
        b"/webhooks/|\\/webhooks\\/",
        rb"discord(?:app)?\.com\\?/api\\?/(?:v[0-9]+\\?/)?webhooks\\?/[0-9]+\\?/([A-Za-z0-9_-]{20,})",
    ),
    _shape(
        "teams webhook",
        b"webhook.office.com",
        rb"webhook\.office\.com\\?/webhookb2\\?/([A-Za-z0-9@-]{20,}\\?/IncomingWebhook\\?/[A-Za-z0-9/\\-]{20,})",
    ),
    _shape(
        "client secret", b"_secret_", _EDGE + rb"(?:pi|seti|cs|src|cuss|ba)_[A-Za-z0-9]{6,}_secret_([A-Za-z0-9]{6,})"
    ),
    _shape("anthropic key", b"sk-ant-", _EDGE + rb"sk-ant-[A-Za-z0-9_-]{20,}"),
    _shape("groq key", b"gsk_", _EDGE + rb"gsk_[A-Za-z0-9]{40,}"),
    _shape("databricks token", b"dapi", _EDGE + rb"dapi[0-9a-f]{32}(?:-[0-9])?"),
    _shape(
        "grafana token", b"glsa_|glc_", _EDGE + rb"(?:glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/]{32,}={0,3})"
    ),
    _shape("sentry token", b"sntrys_|sntryu_", _EDGE + rb"sntry[su]_[A-Za-z0-9+/=_]{40,}"),
    _shape("postman key", b"PMAK-", _EDGE + rb"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    _shape("atlassian token", b"ATATT3", _EDGE + rb"ATATT3[A-Za-z0-9_=-]{60,}"),
    _shape("notion token", b"ntn_", _EDGE + rb"ntn_[A-Za-z0-9]{40,}"),
    _shape("figma token", b"figd_", _EDGE + rb"figd_[A-Za-z0-9_-]{30,}"),
    _shape("rubygems key", b"rubygems_", _EDGE + rb"rubygems_[a-f0-9]{48}"),
    _shape("tailscale key", b"tskey-", _EDGE + rb"tskey-[a-z]+-[A-Za-z0-9]{8,}(?:-[A-Za-z0-9]{20,})?"),
    _shape("age key", b"AGE-SECRET-KEY-", _EDGE + rb"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    _shape("pulumi token", b"pul-", _EDGE + rb"pul-[a-f0-9]{40}"),
    _shape("supabase token", b"sbp_", _EDGE + rb"sbp_[a-f0-9]{40}"),
    _shape(
        "doppler token",
        b"dp.pt.|dp.st.|dp.ct.|dp.sa.",
        _EDGE + rb"dp\.(?:pt|st|ct|sa)\.(?:[a-z0-9_-]+\.)?[A-Za-z0-9]{40,}",
    ),
    _shape("gitlab token", b"GR1348941", _EDGE + rb"GR1348941[0-9A-Za-z_-]{20,}"),
    _shape("azure client secret", b"Q~", _EDGE + rb"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}(?![0-9A-Za-z])", 4),
    _shape("clojars token", b"CLOJARS_", _EDGE + rb"CLOJARS_[0-9a-z]{60}"),
    _shape("hugging face token", b"hf_", _EDGE + rb"hf_[0-9A-Za-z]{34}(?![0-9A-Za-z])"),
    _shape("perplexity key", b"pplx-", _EDGE + rb"pplx-[0-9A-Za-z]{40,}"),
    _shape("dynatrace token", b"dt0c01.", _EDGE + rb"dt0c01\.[0-9A-Z]{24}\.[0-9A-Z]{64}"),
    _shape("terraform token", b".atlasv1.", _EDGE + rb"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,}"),
    _shape("new relic key", b"NRAK-|NRJS-|NRAL-", _EDGE + rb"NR(?:AK|JS|AL)-[0-9A-Za-z]{19,}"),
    _shape("planetscale token", b"pscale_", _EDGE + rb"pscale_(?:pw|tkn|oauth)_[0-9A-Za-z_.-]{32,}"),
    _shape("brevo key", b"xkeysib-", _EDGE + rb"xkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}"),
    _shape("artifactory key", b"AKCp", _EDGE + rb"AKCp[0-9A-Za-z]{60,}"),
    _shape("airtable token", b"pat", _EDGE + rb"pat[0-9A-Za-z]{14}\.[0-9a-f]{64}"),
    _shape("heroku key", b"HRKU-", _EDGE + rb"HRKU-[0-9A-Za-z_-]{30,}"),
    _shape("fly token", b"fo1_|fm1r_|fm1a_|fm2_", _EDGE + rb"(?:fo1|fm1r|fm1a|fm2)_[0-9A-Za-z_+/=-]{43,}"),
    _shape("easypost key", b"EZAK|EZTK", _EDGE + rb"EZ[AT]K[0-9A-Za-z]{54}"),
    _shape("duffel token", b"duffel_", _EDGE + rb"duffel_(?:test|live)_[0-9A-Za-z_=-]{43}"),
    _shape("prefect token", b"pnu_", _EDGE + rb"pnu_[0-9A-Za-z]{36}"),
    _shape("readme token", b"rdme_", _EDGE + rb"rdme_[0-9a-z]{70}"),
    _shape("shippo token", b"shippo_", _EDGE + rb"shippo_(?:live|test)_[0-9A-Fa-f]{40}"),
    _shape("openshift token", b"sha256~", rb"(?<![0-9A-Za-z])sha256~[0-9A-Za-z_-]{43}"),
    _shape("flutterwave key", b"FLWSECK", _EDGE + rb"FLWSECK(?:_TEST)?-[0-9A-Za-z]{12,}(?:-X)?"),
    _shape("plaid token", b"access-", _EDGE + rb"access-(?:sandbox|development|production)-[0-9a-f-]{32,36}"),
    _shape("alibaba key id", b"LTAI", _EDGE + rb"LTAI[0-9A-Za-z]{20}(?![0-9A-Za-z])"),
    _shape("adobe secret", b"p8e-", _EDGE + rb"p8e-[0-9A-Za-z]{32}(?![0-9A-Za-z])"),
    _shape("azure key", b"SharedAccessSignature ", rb"SharedAccessSignature [^\s\"'<>]*?sig=([^&\s\"'<>]{16,})"),
    _shape("1password token", b"ops_eyJ", _EDGE + rb"ops_eyJ[0-9A-Za-z+/_-]{100,}={0,2}"),
    _shape("bedrock key", b"ABSK", _EDGE + rb"ABSK[0-9A-Za-z+/]{100,}={0,2}"),
    _shape("gitlab token", b"glffct-", _EDGE + rb"glffct-[0-9A-Za-z_-]{20,}"),
    _shape("sourcegraph token", b"sgp_", _EDGE + rb"sgp_(?:(?:local|[0-9a-fA-F]{16})_)?[0-9a-fA-F]{40}"),
    _shape("frame.io token", b"fio-u-", _EDGE + rb"fio-u-[0-9A-Za-z_=-]{60,}"),
    _shape("defined networking key", b"dnkey-", _EDGE + rb"dnkey-[0-9A-Za-z_=-]{60,}"),
    _shape("harness token", b"pat.|sat.", _EDGE + rb"[ps]at(?:\.[0-9A-Za-z_-]{20,24}){3}(?![0-9A-Za-z_.-])"),
    _shape("infracost key", b"ico-", _EDGE + rb"ico-[0-9A-Za-z]{32}(?![0-9A-Za-z_-])"),
    _shape("maxmind key", b"_mmk", _EDGE + rb"[0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mmk(?![0-9A-Za-z_-])"),
    _shape("new relic key", b"NRII-", _EDGE + rb"NRII-[0-9A-Za-z-]{30,}"),
    _shape("typeform token", b"tfp_", _EDGE + rb"tfp_[0-9A-Za-z_.=-]{50,}"),
    _shape(
        "password of netrc",
        b"machine ",
        rb"machine\s{1,20}(?:\S{0,100}[.:]\S{1,100}|localhost)\s{1,20}login\s{1,20}\S{1,200}\s{1,20}(?:account\s{1,20}\S{1,200}\s{1,20})?password\s{1,20}(\S{1,200})",
        0,
    ),
    _shape("password of a command", b"sshpass ", rb"sshpass -p ?['\"]?([^\s'\"\\]{3,})", 0),
    _shape(
        "password of a command",
        b"docker login |podman login |registry login ",
        rb"[a-z]{6,8} login [^\n\r\"]{0,200}?(?:-p|--password)[ =]['\"]?([^\s'\"\\-][^\s'\"\\]{2,})",
        0,
    ),
    _shape(
        "password of a command",
        b"mysql|mariadb",
        rb"(?:mysql|mariadb)[a-z]* (?:-[^\n\r\"]{0,200}? )?-p([^\s'\"\\]{3,})",
        0,
    ),
    _shape(
        "password of redis",
        b"requirepass |masterauth ",
        rb"(?:\A|[\r\n\"']|\\n|--|SET )[ \t]{0,8}(?:requirepass|masterauth) {1,8}['\"]?([^\s'\"\\<]{3,})",
        0,
    ),
    _shape(
        "password of a database", b"jdbc:oracle:", rb"jdbc:oracle:[a-z0-9]+:[^\s/@\"']{1,60}/([^\s/@\"'\\]{3,})@", 0
    ),
    _shape("password of a network", b"WIFI:", rb"WIFI:[^\"\r\n]{0,200}?P:((?:[^;\"\r\n\\]|\\.){4,});", 0),
    _shape(
        "stripe session",
        b"billing.stripe.com",
        rb"billing\.stripe\.com\\?/(?:p\\?/)?session\\?/([0-9A-Za-z_-]{16,})",
        0,
    ),
    _shape("linear key", b"lin_api_", _EDGE + rb"lin_api_[0-9A-Za-z]{32,}"),
)

_ONE_WORD = re.compile(r"\W+")

_HINTS = sorted({hint for shape in _SHAPES for hint in shape.hints})
_RULES_OF = [[number for number, shape in enumerate(_SHAPES) if hint in shape.hints] for hint in _HINTS]
#: Of the kind that takes longest to make and searches three times as fast as the others: it is made once.
_AUTOMATON = BytesAhoCorasick(_HINTS, implementation=Implementation.DFA)

_USER = re.compile(
    rb"://([^\s/?#@:\"'<>\\]*:[^\s/?#@\"'<>\\]+|[A-Za-z0-9_.~%-]{16,}|[A-Za-z0-9_.~%-]{8,}(?=:@)):?(?=@)"
)
#: A Twitter user's token begins with the user's number.
_TWITTER = re.compile(rb"-(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{40}(?![0-9A-Za-z_-])")
_NUMBER = re.compile(rb"(?<![A-Za-z0-9_-])[0-9]{5,20}\Z")


def shapes(text: bytes) -> Iterator[Span]:
    """The places of a text that have the shape of a secret."""
    words: dict[int, list[int]] = {}
    for hint, start, _ in _AUTOMATON.find_matches_as_indexes(text, overlapping=True):
        for number in _RULES_OF[hint]:
            words.setdefault(number, []).append(start)
    for number in sorted(words):
        yield from _found(_SHAPES[number], text, words[number])
    if b"@" in text:
        for found in _USER.finditer(text):
            if is_placeholder(found[1].rpartition(b":")[2]):
                continue  # a template: `https://${user}:${password}@${host}/`
            yield Span(*found.span(1), "user info", "user_info", value=found[1])
    for found in _TWITTER.finditer(text):
        before = _NUMBER.search(text, max(0, found.start() - 21), found.start())
        if before is not None:
            start, end = before.start(), found.end()
            yield Span(start, end, "twitter token", "twitter_token", value=text[start:end])


def _found(shape: _Shape, text: bytes, words: list[int]) -> Iterator[Span]:
    group = 1 if shape.places.groups else 0
    for found in _at_words(shape, text, words) if _is_at_words(shape) else shape.places.finditer(text):
        value = found[group]
        if group and shape.rule == "private key":
            value = value.rstrip()
        start = found.start(group)
        yield Span(start, start + len(value), shape.rule, _ONE_WORD.sub("_", shape.rule), value=value)


@functools.cache
def _is_at_words(shape: _Shape) -> bool:
    """Whether every place of a shape is near one of its words: that is said, or its pattern begins with them."""
    pattern = shape.pattern
    if pattern.startswith(b"(?<!["):  # what must not stand before it
        pattern = pattern[pattern.index(b"])") + 2 :]
    words = [hint.replace(b".", rb"\.") for hint in shape.hints]
    one_of_them = b"(?:" + b"|".join(words) + b")"
    return shape.before is not None or pattern.startswith(words[0] if len(words) == 1 else one_of_them)


def _at_words(shape: _Shape, text: bytes, words: list[int]) -> Iterator[re.Match[bytes]]:
    """The places of a shape where its words stand: data that is no text holds short words by the hundred."""
    end = 0
    for word in words:
        for start in range(max(end, word - (shape.before or 0)), word + 1):
            found = shape.places.match(text, start)
            if found is not None:
                end = found.end()
                yield found
                break
