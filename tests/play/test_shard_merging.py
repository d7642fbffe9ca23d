"""What shards have recorded, made into one."""

from recproxy.play.shard_merging import ShardConflict, merge_shards

HEAD = "#recproxy 2\n"


def one(scope, path, text="hi"):
    said = f":scope {scope}\n" if scope else ""
    return f"\n{said}GET https://a.example/{path} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{text}\n=======\n"


def merged(before, *shards):
    files, conflicts = merge_shards(
        {name: text.encode() for name, text in before.items()},
        [(str(number), {name: text.encode() for name, text in each.items()}) for number, each in enumerate(shards)],
    )
    return {name: text.decode() for name, text in files.items()}, conflicts


def test_new_scopes_stand_in_the_order_of_the_shards():
    shards = [{"x.rec": HEAD + one(f"t{number}", "a") + one(f"t{number}", "b")} for number in range(4)]

    files, conflicts = merged({}, *shards)

    assert conflicts == []
    assert files == {"x.rec": HEAD + "".join(one(f"t{number}", path) for number in range(4) for path in "ab")}


def test_a_scope_that_was_recorded_anew_stays_in_its_place():
    base = HEAD + one("t0", "a") + one("t1", "a") + one("t2", "a")
    first = HEAD + one("t0", "new") + one("t1", "a") + one("t2", "a") + one("t3", "a")
    second = HEAD + one("t0", "a") + one("t1", "a") + one("t2", "a", "2") + one("t2", "b") + one("t4", "a")

    files, conflicts = merged({"x.rec": base}, {"x.rec": first}, {"x.rec": second})

    assert conflicts == []
    assert files["x.rec"] == (
        HEAD
        + one("t0", "new")
        + one("t1", "a")
        + one("t2", "a", "2")
        + one("t2", "b")
        + one("t3", "a")
        + one("t4", "a")
    )


def test_a_scope_whose_requests_came_in_another_order_is_that_of_its_shard():
    base = HEAD + one("t0", "a") + one("t0", "b") + one("t0", "gone") + one("t1", "a") + one("t1", "b") + one("", "a")
    first = HEAD + one("t0", "b") + one("t0", "a") + one("t0", "new") + one("t1", "a") + one("t1", "b") + one("", "a")
    second = (
        HEAD + one("t0", "a") + one("t0", "b") + one("t0", "gone") + one("t1", "b") + one("t1", "a", "2") + one("", "a")
    )
    whole = (
        HEAD + one("t0", "b") + one("t0", "a") + one("t0", "new") + one("t1", "b") + one("t1", "a", "2") + one("", "a")
    )

    for shards in ([first, second], [second, first], [first, second, first, base]):
        assert merged({"x.rec": base}, *({"x.rec": each} for each in shards)) == ({"x.rec": whole}, [])


def test_files_that_no_shard_has_changed_are_left_alone():
    same = HEAD + one("t0", "a")

    assert merged({"x.rec": same, "y.rec": same}, {"x.rec": same}, {}) == ({}, [])


def test_a_scope_that_two_have_recorded_otherwise_is_named_with_both():
    files = [{"x.rec": HEAD + one("t0", "a", text)} for text in ("1", "1", "2")]

    assert merged({}, *files)[1] == [ShardConflict(name="x.rec", scope="t0", shards=("0", "2"))]
    assert merged({}, *files[:2]) == ({"x.rec": HEAD + one("t0", "a", "1")}, [])


def test_requests_of_one_scope_in_two_shards_are_a_conflict_although_they_differ():
    _, conflicts = merged({}, {"x.rec": HEAD + one("run", "a")}, {"x.rec": HEAD + one("run", "b")})

    assert conflicts == [ShardConflict(name="x.rec", scope="run", shards=("0", "1"))]


def test_other_files_are_taken_whole_from_the_one_that_has_them():
    assert merged({}, {"c.yaml": "a: 1\n"}, {"c.yaml": "a: 1\n"}) == ({"c.yaml": "a: 1\n"}, [])
    assert merged({}, {"c.yaml": "a: 1\n"}, {"c.yaml": "a: 2\n"})[1] == [
        ShardConflict(name="c.yaml", scope=None, shards=("0", "1"))
    ]


def test_shards_that_differ_above_the_first_interaction_are_a_conflict():
    base = HEAD + one("t0", "a")
    shards = [{"x.rec": base.replace(HEAD, HEAD + f"# from {each}\n")} for each in ("one", "two")]

    for before in ({}, {"x.rec": base}):
        assert merged(before, *shards)[1] == [ShardConflict(name="x.rec", scope=None, shards=("0", "1"))]


def test_websockets_of_shards_are_merged_whole():
    def talk(scope, said):
        head = f"\n:scope {scope}\nGET wss://a.example/s HTTP/1.1\n\n====\nHTTP/1.1 101 Switching Protocols\n\n"
        return f"{head}> {said}\n< {said}\n:close 1000\n=======\n"

    base = HEAD + talk("t0", "a") + talk("t1", "a")
    first, second = (
        HEAD + talk("t0", "new") + talk("t1", "a"),
        HEAD + talk("t0", "a") + talk("t1", "a") + talk("t2", "b"),
    )

    files, conflicts = merged({"x.rec": base}, {"x.rec": first}, {"x.rec": second})

    assert (files, conflicts) == ({"x.rec": HEAD + talk("t0", "new") + talk("t1", "a") + talk("t2", "b")}, [])
