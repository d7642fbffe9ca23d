"""Inputs made from inputs: bytes changed, values of a tree changed, a piece repeated until the input is large.

The same for every engine: each hands in its own source of randomness.
"""

import copy
import json
import tomllib

import tomli_w
import yaml

WORDS = (
    *(
        b"\0",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\xff",
        b"\xc3\x28",
        b"\xef\xbb\xbf",
        b"XXX",
        b"XXX[a]",
        b"====",
        b"=======",
    ),
    *(b"-1", b"0", b"1e999", b"NaN", b"9" * 30, b"%", b"%00", b"%ff", b"\\", b"\\u0000", b"\\ud800", b'"', b"'", b"<"),
    *(b"[", b"]", b"{", b"}", b"(", b")", b"&", b"=", b";", b",", b":", b"/", b"//", b"..", b"#", b"--", b"*a", b"&a "),
)
ODD = (
    *(None, True, False, 0, -1, 10**30, 1.5, float("inf"), "", "x", "\0", "\r\n", "\u202e", "XXX", "XXX[a]", "é" * 50),
    *(
        "http://",
        "http://[::1",
        "https://a.example:99999/",
        "//a/b",
        "GET",
        "gzip",
        "base64",
        "!!python/object",
        "9" * 5000,
    ),
    *(
        [],
        [None],
        [[]],
        {},
        {"": ""},
        {"a": {"a": {"a": []}}},
        ["a", "b"],
        "(a+)+$",
        "[[a]",
        "*",
        "*.example",
        "a\udc80",
    ),
)
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAML_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
TREES = {
    "json": (json.loads, lambda value: json.dumps(value).encode("utf-8", "surrogatepass")),
    "yaml": (
        lambda data: yaml.load(data, YAML_LOADER),
        lambda value: yaml.dump(value, Dumper=YAML_DUMPER, sort_keys=False, allow_unicode=True).encode(
            "utf-8", "surrogatepass"
        ),
    ),
    "toml": (
        lambda data: tomllib.loads(data.decode()),
        lambda value: tomli_w.dumps(value).encode("utf-8", "surrogatepass"),
    ),
}


def mutated(target, data, source, others=()):
    """An input like this one; `source` is a random.Random."""
    if target.tree and source.random() < 0.6 and (made := _changed_tree(target.tree, data, source)) is not None:
        return made
    made = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 3, 6))):
        _change(made, source, target.tokens, others)
    return bytes(made)


def stretched(data, source, size):
    """An input of about this size: a piece of this one repeated where it stands."""
    if not data:
        return b"a" * size
    start = source.randrange(len(data))
    end = min(start + source.choice((1, 2, 3, 5, 8, 20, 60, 200)), len(data))
    piece = data[start:end]
    room = max(size - len(data), 0)
    return data[:start] + piece * (room // len(piece)) + data[start:]


def _change(made, source, tokens, others):
    at = source.randrange(len(made) + 1)
    end = min(at + source.choice((1, 1, 2, 4, 16, 64)), len(made))
    match source.randrange(9):
        case 0:
            made[at:end] = bytes(source.randrange(256) for _ in range(end - at))
        case 1:
            del made[at:end]
        case 2:
            made[at:at] = made[at:end] * source.choice((1, 2, 5, 30))
        case 3 | 4:
            made[at:at] = source.choice((*WORDS, *tokens))
        case 5:
            made[at:end] = source.choice((*WORDS, *tokens))
        case 6 if others:
            other = source.choice(others)
            start = source.randrange(len(other) + 1)
            made[at:end] = other[start : start + source.choice((4, 30, 200))]
        case 7:
            other = source.randrange(len(made) + 1)
            made[at:at] = made[other : other + end - at]
        case _:
            if at < len(made):
                made[at] ^= 1 << source.randrange(8)


def _changed_tree(kind, data, source):
    """The values in an input with a few changed; None where it holds none, or they cannot be written."""
    read, write = TREES[kind]
    try:
        value = copy.deepcopy(read(data))
        for _ in range(source.choice((1, 1, 2, 4))):
            value = _changed_value(value, source)
        return write(value)
    except (ValueError, TypeError, RecursionError, AttributeError, yaml.YAMLError):
        return None


def _changed_value(value, source):
    """A value with one place below it changed."""
    places = []
    _collect(value, places)
    if not places:
        return source.choice(ODD)
    holder, key = source.choice(places)
    match source.randrange(7):
        case 0 | 1 | 2:
            holder[key] = copy.deepcopy(source.choice(ODD))
        case 3:
            del holder[key]
        case 4 if isinstance(holder, dict):
            holder[source.choice(("", "x", "é", str(key).upper(), f"{key}s"))] = holder.pop(key)
        case 5 if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        case _:
            other, name = source.choice(places)
            held = (
                copy.deepcopy(other[name]) if name in other or isinstance(other, list) and name < len(other) else None
            )
            if not isinstance(holder, list) or key < len(holder):
                holder[key] = held
    return value


def _collect(value, places):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        places.append((value, key))
        _collect(inner, places)
