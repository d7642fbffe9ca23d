"""Commands that are given a secret as an argument, as a table: what they are called, and what stands before it.

As in `vault login s.abc`, `redis-cli -a abc` or `ALTER USER me IDENTIFIED BY 'abc'`. Options whose name says what they hold,
as `--token` does, are read by name and not listed here.
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.random_values import is_random
from recproxy.redaction.shape_rows import ShapeRow, shape

__all__ = ["COMMANDS"]

_PIECE = rb"(?:[^\s\"\\=]++|=(?!\\?\")|\\(?![\"nr\r\n]))"
#: An argument, and what follows it. One in quotes may hold blanks; a quote elsewhere ends a string of JSON.
_ARGUMENT = (
    rb"(?:\\?\"[^\"\n\r]{0,200}+\"|"
    + _PIECE
    + repeated(_PIECE)
    + rb"(?>(?:=\\?\"[^\"\n\r]{0,200}+\")?))(?: |\\\n|\\\r\n){1,9}+"
)
#: Arguments between a command and the one that is looked for.
_MORE = rb"(?:" + _ARGUMENT + rb"){0,40}?"
#: A place to fill in, or one that was masked.
_NO_PLACE = rb"(?![-<$]|[A-Z_]+(?:[\s'\"\\\[]|\Z))"
_VALUE = rb"(?:\\?['\"])?" + _NO_PLACE + rb"([^\s'\"\\]{3,})"
_WORD = rb"[^\s'\"\\]{1,100}"
#: A word, also with a capital or in capitals, is text for people or a place to fill in.
_PLAIN = lazy_pattern(rb"(?:[A-Za-z]+|[A-Z][A-Z_]+)[.,:;)\]}]*\Z")
_FLAG = lazy_pattern(rb"-(?P<letters>[A-Za-z]+)\Z")


def _is_given(value: bytes) -> bool:
    """Whether an argument is a value, and not a word of a text that tells of the command."""
    return len(value) >= 4 and not _PLAIN.match(value) and not is_placeholder(value) and value[:2] not in (b"{{", b"%s")


def _is_key(value: bytes) -> bool:
    """The same where anything may stand: it has a digit, and is no setting."""
    return _is_given(value) and len(value) >= 8 and b"=" not in value.rstrip(b"=") and bool(re.search(rb"[0-9]", value))


def _given(hints: bytes, before: bytes, value: bytes = _VALUE) -> ShapeRow:
    """A row: what stands between one of the words and the value."""
    words = b"|".join(hint.replace(b".", rb"\.") for hint in hints.split(b"|"))
    return shape("password of a command", hints, b"(?:" + words + b")" + before + value, 0, _is_given)


def _flag(hints: bytes, flags: bytes) -> ShapeRow:
    """A row: an option of a command, with its value behind a blank or `=`, or in one with it."""
    return _given(hints, _MORE + rb"(?:" + flags + rb")(?: {1,4}|=)")


def _login(hints: bytes, flags: bytes) -> ShapeRow:
    """The same of an option that is given a user and a password."""
    return _given(hints, _MORE + rb"(?:" + flags + rb")(?: {1,4}|=)?(?:\\?['\"])?[^\s:'\"\\]{0,100}:")


#: The end of a line, also in a string of JSON.
_NEXT = rb"(?:\r?\n|\\r\\n|\\n)"

COMMANDS = (
    # IRC, POP3 and FTP, which go over a WebSocket, too.
    shape("password of a command", b"PASS oauth:", rb"PASS oauth:([A-Za-z0-9]{16,})"),
    shape(
        "password of a command", b"PASS ", rb"PASS ([^\s\"\\]{3,200}+)" + _NEXT + rb"(?:NICK|USER) ", None, _is_given
    ),
    shape(
        "password of a command",
        b"PASS ",
        rb"(?:NICK|USER) [^\s\"\\]{1,80}" + _NEXT + rb"PASS ([^\s\"\\]{3,200})",
        100,
        _is_given,
    ),
    shape("password of a command", b"AUTH ", rb"(?<![^\r\n])AUTH ([A-Za-z0-9_.~+/=-]{16,})(?![^\r\n])", 0, is_random),
    shape(
        "login of curl",
        b"curl ",
        rb"curl (?:(?!curl )"
        + _ARGUMENT
        + rb"){0,40}?(?:-u|--user|-U|--proxy-user)[ =]?(?:\\?['\"])?[^\s:'\"\\]{0,200}:"
        + _NO_PLACE
        + rb"([^\s'\"\\]{3,})",
        0,
    ),
    shape("password of a command", b"sshpass ", rb"sshpass -p ?['\"]?([^\s'\"\\]{3,})", 0),
    shape(
        "password of a command",
        b"docker login |podman login |registry login ",
        rb"[a-z]{6,8} login " + _MORE + rb"(?:-p|--password)[ =](?:\\?['\"])?([^\s'\"\\-][^\s'\"\\]{2,})",
        0,
    ),
    shape(
        "password of a command",
        b"mysql|mariadb",
        rb"(?:mysql|mariadb)[a-z]* (?:-[^\n\r\"]{0,200}? )?-p([^\s'\"\\]{3,})",
        0,
    ),
    # A token or a key that the command itself is about.
    shape(
        "token of a command",
        b"vault ",
        rb"vault (?:login|auth|unwrap|unseal|operator unseal|token (?:lookup|revoke|renew|capabilities))"
        rb"(?: -[^\s'\"\\]{1,80}){0,6} " + _VALUE,
        0,
        _is_key,
    ),
    shape(
        "token of a command",
        b"ngrok |bw unlock |rclone obscure |consul acl |nomad login ",
        rb"(?:ngrok (?:config add-)?authtoken|bw unlock|rclone obscure)(?: -[^\s'\"\\]{1,80}){0,6} " + _VALUE,
        0,
        _is_key,
    ),
    # An option of one letter, which means something else elsewhere.
    _flag(b"redis-cli |valkey-cli |keydb-cli ", rb"-a"),
    _flag(b"mongo |mongosh |mongodump |mongorestore |mongoexport |mongoimport |mongostat ", rb"-p"),
    _flag(b"ldapsearch |ldapadd |ldapmodify |ldapdelete |ldapwhoami |ldappasswd ", rb"-w|-s"),
    _flag(b"az login |az acr login |cf login |oc login |bw login |twine upload |cqlsh |cypher-shell ", rb"-p"),
    _flag(b"sqlcmd |bcp |osql |mosquitto_pub |mosquitto_sub |ipmitool |zip |unzip ", rb"-P"),
    _flag(b"snmpwalk |snmpget |snmpset |snmpbulkwalk |snmptrap ", rb"-c|-A|-X"),
    _flag(b"plink |pscp |psftp |putty ", rb"-pw"),
    _flag(b"ssh-keygen ", rb"-N|-P"),
    _flag(b"doctl auth init ", rb"-t"),
    _flag(b"keytool |jarsigner |apksigner ", rb"-(?:src|dest)?(?:storepass|keypass)|--ks-pass pass:|--key-pass pass:"),
    # A user and a password in one argument.
    _login(b"http |https |httpie |xh |hey |ab ", rb"-a|--auth|-A"),
    _login(b"skopeo |podman |buildah |oras |crane ", rb"--(?:src-|dest-)?creds"),
    _given(b"smbclient |smbget |rpcclient |net rpc ", _MORE + rb"-U ?(?:\\?['\"])?[^\s%'\"\\]{1,100}%"),
    _given(b"lftp ", _MORE + rb"-u (?:\\?['\"])?[^\s,'\"\\]{1,100},"),
    _given(b"-passin pass:|-passout pass:|-pass pass:|-passin 'pass:|-passout 'pass:", b""),
    # By position.
    _given(b"net use |net user ", rb"(?:" + _WORD + rb" )?(?:\\{2,4}[^\s\"]{1,200}) ", rb"(?![-/<$*])([^\s'\"\\]{3,})"),
    _given(b"rabbitmqctl add_user |rabbitmqctl change_password ", _WORD + rb" "),
    _given(b"htpasswd ", rb"-[A-Za-z]{0,6}b[A-Za-z]{0,6} (?:" + _WORD + rb" ){1,2}"),
    _given(b"mc alias set |mc config host add ", rb"(?:" + _WORD + rb" ){3}"),
    _given(b"wpa_passphrase ", _WORD + rb" "),
    _given(b"nmcli ", _MORE + rb"password "),
    _given(b"poetry config http-basic.|composer config http-basic.", _WORD + rb" " + _WORD + rb" "),
    # What is put into the input of a command.
    shape(
        "password of a command",
        b"echo |printf ",
        rb"(?:echo|printf)(?: -n| '%s'| \\?\"%s\\?\")? {1,4}(?:\\?['\"])?([^\s'\"\\]{4,})(?:\\?['\"])? ?\| ?"
        rb"(?:sudo -S|(?:sudo )?[a-z-]{1,20}(?: [a-z-]{1,20}){0,2} login [^\n\r]{0,200}?--(?:password-stdin|with-token)"
        rb"|(?:sudo )?chpasswd|(?:sudo )?passwd --stdin)",
        0,
        _is_given,
    ),
    # SQL.
    shape(
        "password of a database",
        b"IDENTIFIED |identified |PASSWORD |password |Password ",
        rb"(?i)(?:identified (?:with '?[a-z0-9_]{1,40}'? )?(?:by|as)|(?<=with )(?:encrypted |unencrypted )?password|(?<=set )password(?: for [^\s=]{1,100})? =)"
        rb" (?:password )?\\?['\"]([^'\"\\\r\n]{3,})\\?['\"]",
        0,
    ),
)
