"""`recproxy init` where there is a configuration: what it adds, and what it refuses in one line."""

import tomllib

import pytest
from command_line import recproxy

from recproxy.cli.init_configuration import with_table

NEW = ("--runner", "none", "--profile", "shop=api.shop.example")
TABLE = {"endpoints": [{"hosts": ["api.shop.example"], "base_url": "SHOP_BASE_URL"}]}


@pytest.fixture
def init(tmp_path):
    """init(words): the exit code and the messages of the command in a folder."""

    def run(*words, folder=tmp_path):
        done = recproxy("init", *words, folder=folder)
        return done.returncode, [line.removeprefix("recproxy: ") for line in done.stderr.splitlines()]

    return run


@pytest.mark.parametrize(
    ("name", "text", "keys"),
    [
        ("recproxy.toml", "", ()),
        ("recproxy.toml", 'on_miss = "warn"  # ours', ()),
        ("recproxy.toml", '[profiles.mine]\r\nendpoints = [{ hosts = ["a.example"] }]\r\n', ()),
        ("pyproject.toml", '[tool.recproxy]\non_miss = "warn"\n\n[tool.other]\nkey = 1\n', ("tool", "recproxy")),
    ],
)
def test_a_configuration_gets_the_table_of_a_new_profile_and_keeps_all_it_has(init, tmp_path, name, text, keys):
    path = tmp_path / name
    path.write_bytes(text.encode())

    code, lines = init(*NEW)

    after = path.read_bytes().decode()
    assert (code, lines[0]) == (0, f"added shop to {name}")
    assert lines[-1] == "run it: recproxy run --profile shop -- pytest tests/functional"
    assert after.startswith(text)
    assert ("\r\n" in text) == ("\r\n" in after)
    before, values = tomllib.loads(text), tomllib.loads(after)
    for key in keys:
        before, values = before[key], values[key]
    assert values.pop("profiles") == {**before.pop("profiles", {}), "shop": TABLE}
    assert values == before
    assert init(*NEW)[1][0] == f"kept the configuration in {name}"
    assert path.read_bytes().decode() == after


@pytest.mark.parametrize(
    ("run", "more", "wanted"),
    [
        ("bitly", (), ["note: add shop to `run` if plain `recproxy run` should use it, too"]),
        (
            "bitly",
            ("--profile", "bank=bank.example"),
            ["note: add shop and bank to `run` if plain `recproxy run` should use them, too"],
        ),
        ("shop", (), []),
    ],
)
def test_a_list_of_default_profiles_is_named_because_it_does_not_grow(init, tmp_path, run, more, wanted):
    (tmp_path / "recproxy.toml").write_text(f'run = ["{run}"]\n')

    code, lines = init(*NEW, *more)

    assert code == 0
    assert [line for line in lines if "plain `recproxy run`" in line] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            'profiles = ["bitly"]\n',
            (
                "recproxy.toml:1: profiles is a list, and TOML allows no table beside it: "
                "run recproxy profiles new shop --host api.shop.example, and add its path to the list"
            ),
        ),
        (
            '\n[[profiles.shop.endpoints]]\nhosts = ["old.example"]\n',
            "recproxy.toml:2: profile 'shop' is here already, without api.shop.example: choose another name",
        ),
        (
            '[[profiles.store.endpoints]]\nhosts = ["api.shop.example"]\n',
            "recproxy.toml:1: profile 'store' handles api.shop.example already: pass --profile store",
        ),
        (
            '[profiles.shop.match]\nunused = "fail"\n',
            (
                "recproxy.toml:1: profile 'shop' has no endpoint, and none of that name is installed: "
                "correct the name, install it, or add [[endpoints]] with hosts"
            ),
        ),
    ],
)
def test_what_is_there_already_is_one_line_and_nothing_is_made(init, tmp_path, text, wanted):
    (tmp_path / "recproxy.toml").write_text(text)

    assert init(*NEW) == (2, [wanted])
    assert [each.name for each in tmp_path.iterdir()] == ["recproxy.toml"]
    assert (tmp_path / "recproxy.toml").read_text() == text


def test_profiles_in_a_table_that_cannot_grow_are_one_line(init, tmp_path):
    (tmp_path / "recproxy.toml").write_text('profiles = { mine = { endpoints = [{ hosts = ["a.example"] }] } }\n')

    code, (line,) = init(*NEW)

    assert (code, line.partition(": ")[0]) == (2, "recproxy.toml cannot get a table [profiles.shop]")
    assert [each.name for each in tmp_path.iterdir()] == ["recproxy.toml"]


def test_a_folder_of_a_configured_project_is_none_of_its_own_until_it_has_a_file(init, tmp_path):
    (tmp_path / "recproxy.toml").write_text("")
    below = tmp_path / "below"
    below.mkdir()

    code, (line,) = init(*NEW, folder=below)

    assert (code, line) == (
        2,
        (
            f"this folder belongs to the project of {tmp_path / 'recproxy.toml'}: run recproxy init there, "
            "or make an empty recproxy.toml here for a project of its own"
        ),
    )
    assert list(below.iterdir()) == []
    (below / "recproxy.toml").write_text("")
    assert init(*NEW, folder=below)[0] == 0
    assert (below / "tests/functional/recordings/shop/test_first/test_the_service_answers.rec").exists()


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_name_that_is_taken_by_no_file_is_one_line_and_nothing_is_made(init, tmp_path, kind):
    path = tmp_path / "recproxy.toml"
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("nowhere.toml")

    assert init(*NEW) == (2, ["recproxy.toml is a folder or a link that leads to no file: move it away"])
    assert [each.name for each in tmp_path.iterdir()] == ["recproxy.toml"]


SHOP = "[[profiles.shop.endpoints]]\nhosts = [{}]\n"
OVERRIDE = '[profiles.twitter.match]\nunused = "fail"\n'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (SHOP.format('"*.shop.example"'), "shop=api.shop.example"),
        (SHOP.format('"api.shop.example"'), "shop=API.Shop.Example"),
        (OVERRIDE, "twitter=api.twitter.com"),
        (OVERRIDE, "twitter=pbs.twimg.com"),
    ],
)
def test_a_profile_that_handles_the_host_is_kept(init, tmp_path, text, word):
    (tmp_path / "recproxy.toml").write_text(text)

    code, lines = init("--runner", "none", "--profile", word)

    assert (code, lines[0]) == (0, "kept the configuration in recproxy.toml")
    assert (tmp_path / "recproxy.toml").read_text() == text


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        (
            "twitter=api.shop.example",
            "profile 'twitter' is here already, without api.shop.example: choose another name",
        ),
        ("birds=api.twitter.com", "profile 'twitter' handles api.twitter.com already: pass --profile twitter"),
    ],
)
def test_an_override_has_the_hosts_of_the_installed_profile(init, tmp_path, word, wanted):
    (tmp_path / "recproxy.toml").write_text(OVERRIDE)

    assert init("--runner", "none", "--profile", word) == (2, [f"recproxy.toml:1: {wanted}"])
    assert (tmp_path / "recproxy.toml").read_text() == OVERRIDE


@pytest.mark.parametrize(
    ("word", "instead"),
    [
        ("store=127.0.0.1:8000", "pass --profile shop"),
        ("store=127.0.0.1", "pass --profile shop"),
        (
            "store=127.0.0.1:9000",
            (
                "pass --profile shop, or for another service on this machine --profile store=HOST with a made-up host, "
                "and write http://127.0.0.1:9000 as upstream.address of store"
            ),
        ),
    ],
)
def test_another_service_on_this_machine_needs_another_host(init, tmp_path, word, instead):
    text = SHOP.format('"127.0.0.1"') + '[profiles.shop.upstream]\naddress = "http://127.0.0.1:8000"\n'
    (tmp_path / "recproxy.toml").write_text(text)

    assert init("--runner", "none", "--profile", word) == (
        2,
        [f"recproxy.toml:1: profile 'shop' handles 127.0.0.1 already: {instead}"],
    )


@pytest.mark.parametrize(
    "text", [SHOP.replace("shop", "store").format('"*.shop.example"'), '[profiles.other.match]\nunused = "fail"\n']
)
def test_a_new_profile_may_have_a_host_that_the_pattern_of_another_covers(init, tmp_path, text):
    (tmp_path / "recproxy.toml").write_text(text)

    assert init(*NEW)[1][0] == "added shop to recproxy.toml"


@pytest.mark.parametrize("text", [None, ""])
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            ("a=api.shop.example", "b=API.shop.example"),
            "profiles 'a' and 'b' both own host 'api.shop.example': choose one with --profile",
        ),
        (
            ("twitter", "birds=api.twitter.com"),
            "profiles 'twitter' and 'birds' both own host 'api.twitter.com': choose one with --profile",
        ),
        (
            ("a=api.shop.example", "a=old.shop.example"),
            "two of the chosen profiles are named 'a': choose another name for one",
        ),
    ],
)
def test_chosen_profiles_that_clash_are_one_line_and_nothing_is_made(init, tmp_path, text, words, wanted):
    if text is not None:
        (tmp_path / "recproxy.toml").write_text(text)
    before = list(tmp_path.iterdir())

    assert init("--runner", "none", *(f"--profile={word}" for word in words)) == (2, [wanted])
    assert list(tmp_path.iterdir()) == before
    assert text is None or (tmp_path / "recproxy.toml").read_text() == text


@pytest.mark.parametrize("before", ["", "a = 1\n", "a = 1", "a = 1\r\n"])
def test_a_table_is_added_behind_a_text_in_its_ends_of_lines(before):
    after = with_table(before, "[b]\nc = 2\n")

    assert after.startswith(before)
    assert ("\r\n" in after, tomllib.loads(after)["b"]) == ("\r\n" in before, {"c": 2})
