"""The words behind `--`: which name profiles, which are the command's, and what they make of a mode."""

import pytest

from recproxy.runners.arguments import Arguments, mode_options, split_arguments


@pytest.mark.parametrize(
    ("words", "profiles", "command"),
    [
        ([], (), ()),
        (["twitter"], ("twitter",), ()),
        (["twitter", "bitly"], ("twitter", "bitly"), ()),
        (["twitter", "--", "-k", "send"], ("twitter",), ("-k", "send")),
        (["twitter", "-k", "send"], ("twitter",), ("-k", "send")),
        (["-k", "twitter"], (), ("-k", "twitter")),
        (["--", "tests/test_send.py"], (), ("tests/test_send.py",)),
        (["--", "twitter"], (), ("twitter",)),
        (["twitter", "--", "--", "x"], ("twitter",), ("--", "x")),
    ],
)
def test_leading_words_choose_profiles_and_the_rest_is_the_commands(words, profiles, command):
    assert split_arguments(words, ("twitter", "bitly"), "nox -s functional-record") == Arguments(
        profiles=profiles, command=command
    )


def test_an_unknown_bare_word_is_an_error_that_says_where_command_words_go():
    with pytest.raises(ValueError, match=r".") as caught:
        split_arguments(["twiter", "-x"], ("twitter", "bitly"), "nox -s functional-record")

    assert str(caught.value) == (
        "'twiter' is not a profile of this suite, which has twitter, bitly (nearest: twitter); "
        "write arguments for the test command after a second --: nox -s functional-record -- -- twiter"
    )


SUITE = ["--profile", "twitter", "--profile", "bitly"]


@pytest.mark.parametrize(
    ("mode", "chosen", "recorded", "wanted"),
    [
        ("replay", ("twitter", "bitly"), (), ["--mode", "replay", *SUITE]),
        ("replay", ("twitter",), (), ["--mode", "replay", *SUITE]),
        ("auto", ("twitter", "bitly"), (), ["--mode", "auto", *SUITE]),
        ("record", ("bitly",), (), ["--mode", "replay", *SUITE, "--record", "bitly"]),
        ("live", ("twitter", "bitly"), (), ["--mode", "replay", *SUITE, "--live", "twitter", "--live", "bitly"]),
        ("replay", ("twitter", "bitly"), ("bitly",), ["--mode", "replay", *SUITE, "--record", "bitly"]),
        ("record", ("bitly",), ("bitly",), ["--mode", "replay", *SUITE, "--record", "bitly"]),
        ("record", ("bitly",), ("twitter",), ["--mode", "replay", *SUITE, "--record", "bitly", "--record", "twitter"]),
        (
            "live",
            ("twitter", "bitly"),
            ("bitly",),
            ["--mode", "replay", *SUITE, "--live", "twitter", "--record", "bitly"],
        ),
    ],
)
def test_the_chosen_get_the_mode_and_all_others_replay(mode, chosen, recorded, wanted):
    assert mode_options(mode, ("twitter", "bitly"), chosen, recorded) == wanted
