"""The names in the environment: a contract with tests in any language."""

from recproxy.control import variables


def test_the_names_are_these():
    names = {name: getattr(variables, name) for name in variables.__all__}

    assert names == {
        "AHEAD": "ahead ",
        "CA": "RECPROXY_CA",
        "CLOCK": "RECPROXY_CLOCK",
        "CONTROL": "RECPROXY_CONTROL",
        "DEFAULT_LANE": "default",
        "LANE": "RECPROXY_LANE",
        "MODE": "RECPROXY_MODE",
        "PROXY": "PROXY",
        "RECORDED_AT": "RECPROXY_RECORDED_AT",
        "RECORD_COMMAND": "RECPROXY_RECORD_COMMAND",
        "REDIRECT": "RECPROXY_REDIRECT",
        "R_PROFILE": "RECPROXY_R_PROFILE",
        "SHARD": "RECPROXY_SHARD",
        "SHOWN_FROM": "RECPROXY_SHOWN_FROM",
        "SPKI": "RECPROXY_SPKI",
        "TESTS": "RECPROXY_TESTS",
        "TOKEN": "RECPROXY_TOKEN",
        "WANTED": "RECPROXY_WANTED",
    }
