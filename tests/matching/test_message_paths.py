"""Fields of messages by their names."""

from recproxy.matching.message_paths import message_path, path_of_rule, steps_of, without_field


def test_a_place_is_named_and_found_again():
    path = (1, "meta", "tags", 0)

    assert message_path(path) == "[1].meta.tags[0]"
    assert steps_of("[1].meta.tags[0]") == ["1", "meta", "tags", "0"]
    assert path_of_rule("[1].meta.tags[0]") == "meta.tags"
    assert message_path(("text",)) == "text"
    assert message_path(()) == ""


def test_a_field_is_left_out_whatever_lists_are_on_the_way():
    tree = [{"meta": [{"at": 1, "by": 2}], "at": 3}, "base64", {"meta": 5}]

    assert without_field(tree, ("meta", "at")) == [{"meta": [{"by": 2}], "at": 3}, "base64", {"meta": 5}]
    assert without_field(tree, ("*", "by")) == [{"meta": [{"at": 1}], "at": 3}, "base64", {"meta": 5}]


def test_a_number_is_the_field_whatever_its_type_was_guessed_to_be():
    assert without_field({"4:double": 1.5, "4": 3, "5": {"4": 1}}, ("4",)) == {"5": {"4": 1}}
