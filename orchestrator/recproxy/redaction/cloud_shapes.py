"""The forms of the keys of clouds and hosting services, as a table: whose they are, and how they read.

The rest of the table of forms, with the rule of what is taken in, is in `shape_table`.
"""

from __future__ import annotations

from recproxy.redaction.random_values import is_key, is_random_no_uuid
from recproxy.redaction.shape_rows import APART, EDGE, UUID, shape

__all__ = ["CLOUD_SHAPES"]

CLOUD_SHAPES = (
    shape(
        "aws key",
        b"AKIA|ASIA|ABIA|ACCA|A3T",
        APART + rb"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?![A-Za-z0-9])",
    ),
    shape("azure key", b"AccountKey", rb"AccountKey=([A-Za-z0-9+/]{40,}={0,2})"),
    shape(
        "azure key", b"SharedAccessKey=|SharedAccessSignature=", rb"SharedAccess(?:Key|Signature)=([^;\s\"'<>&]{16,})"
    ),
    shape("google key", b"AIza", APART + rb"AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    shape("google key", b"ya29", EDGE + rb"ya29\.[0-9A-Za-z_.-]{10,}"),
    shape("google key", b"GOCSPX-", APART + rb"GOCSPX-[0-9A-Za-z_-]{20,}"),
    shape(
        "google key",
        b"1//0|1\\/\\/0|1%2F%2F0|1%2f%2f0|1%2F%2f0|1%2f%2F0",
        rb"(?<![A-Za-z0-9_/:-])1(?://|\\/\\/|%2[Ff]%2[Ff])0[0-9A-Za-z_-]{20,}",
        0,
    ),
    shape("google key", b"4/0|4\\/0|4%2F0|4%2f0", rb"(?<![A-Za-z0-9_-])4(?:/|\\/|%2[Ff])0[0-9A-Za-z_-]{30,}", 0),
    shape("digitalocean token", b"doo_v1_|dop_v1_|dor_v1_|dot_v1_", APART + rb"do[oprt]_v1_[0-9a-f]{64}"),
    shape("databricks token", b"dapi", APART + rb"dapi[0-9a-f]{32}(?:-[0-9])?"),
    shape("supabase token", b"sbp_", APART + rb"sbp_[a-f0-9]{40}"),
    shape("azure client secret", b"Q~", EDGE + rb"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}(?![0-9A-Za-z])", 4),
    shape("terraform token", b".atlasv1.", EDGE + rb"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,}"),
    shape("planetscale token", b"pscale_", APART + rb"pscale_(?:pw|tkn|oauth)_[0-9A-Za-z_.-]{32,}"),
    shape("heroku key", b"HRKU-", APART + rb"HRKU-[0-9A-Za-z_-]{30,}"),
    shape("fly token", b"fo1_|fm1r_|fm1a_|fm2_", APART + rb"(?:fo1|fm1r|fm1a|fm2)_[0-9A-Za-z_+/=-]{43,}"),
    shape("openshift token", b"sha256~", rb"(?<![0-9A-Za-z])sha256~[0-9A-Za-z_-]{43}"),
    shape("alibaba key id", b"LTAI", EDGE + rb"LTAI[0-9A-Za-z]{20}(?![0-9A-Za-z])"),
    shape("azure key", b"SharedAccessSignature ", rb"SharedAccessSignature [^\s\"'<>]*?sig=([^&\s\"'<>]{16,})"),
    shape("bedrock key", b"ABSK", EDGE + rb"ABSK[0-9A-Za-z+/]{100,}={0,2}"),
    shape("bedrock key", b"bedrock-api-key-", APART + rb"bedrock-api-key-[A-Za-z0-9+/_-]{28,}={0,2}"),
    shape("clickhouse key", b"4b1d", EDGE + rb"4b1d[A-Za-z0-9]{38}(?![A-Za-z0-9])"),
    shape("cloudflare key", b"v1.0-", EDGE + rb"v1\.0-[a-f0-9]{24}-[a-f0-9]{146}"),
    shape("scalingo token", b"tk-us-", APART + rb"tk-us-[0-9A-Za-z_-]{48}"),
    shape("netlify token", b"nfp_", APART + rb"nfp_[A-Za-z0-9]{36}"),
    shape("amazon token", b"amzn.mws.", rb"amzn\.mws\." + UUID),
    shape("amazon token", b"Atza|Atzr", APART + rb"Atz[ar](?:\||%7[Cc])[A-Za-z0-9_-]{50,}"),
    shape("amazon secret", b"amzn1.oa2-cs.", rb"amzn1\.oa2-cs\.v1\.[0-9a-f]{64}"),
    shape(
        "yandex token", b"AQVN|y0_", EDGE + rb"(?:AQVN[A-Za-z0-9_-]{35,38}|y0_[A-Za-z0-9_-]{50,60})(?![A-Za-z0-9_-])"
    ),
    shape("yandex token", b"t1.", EDGE + rb"t1\.[A-Za-z0-9_-]{20,}={0,2}\.[A-Za-z0-9_-]{86}={0,2}"),
    shape("deno token", b"ddp_|ddo_|ddw_", APART + rb"dd[pow]_[A-Za-z0-9]{36}"),
    shape("firebase token", b":APA91b", EDGE + rb"[A-Za-z0-9_-]{11,22}:APA91b[A-Za-z0-9_-]{100,}", 22),
    shape(
        "signed link",
        b"sig=",
        rb"(?<=[?&;])sig=((?=[A-Za-z%+/_-]{0,60}[0-9])[A-Za-z0-9%+/_-]{32,}={0,2})",
        0,
    ),
    # Of a picture's address, and of an operation of Azure, which has a digest of it behind.
    shape(
        "signed link", b"?s=|&s=|;s=", rb"[?&;]s=([A-Za-z0-9_-]{24,1024}={0,2})(?![A-Za-z0-9%])", 0, is_random_no_uuid
    ),
    shape("signed link", b"&h=|;h=", rb"[&;]h=([A-Za-z0-9_-]{40,1024})(?![A-Za-z0-9%])", 0, is_key),
    # Azure puts four letters into a key that say what it opens.
    shape("azure key", b"AZDO", rb"(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])", 76),
    shape("azure key", b"+ASt|ACDb|+ABa|APIM", rb"[A-Za-z0-9+/]{74,76}(?:\+ASt|ACDb|\+ABa|APIM)[A-Za-z0-9]{4,6}==", 76),
    shape(
        "azure key",
        b"+ASb|+AEh|+ARm|AIoT|AzCa",
        rb"[A-Za-z0-9+/]{33}(?:\+ASb|\+AEh|\+ARm|AIoT|AzCa)[A-Za-z0-9]{5,6}=",
        33,
    ),
    shape(
        "azure key",
        b"AzSe|+ACR",
        rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}(?:AzSe|\+ACR)[A-Za-z0-9]{6}(?![A-Za-z0-9])",
        42,
    ),
    shape("azure key", b"AzFu", rb"[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{8}==", 44),
    shape("azure key", b"JQQJ99", rb"(?<![A-Za-z0-9])[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9+/_-]{20,30}", 52),
)
