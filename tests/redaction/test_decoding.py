"""The searcher that the tables rely on finds a value in each layer; what it cannot see, no table proves."""

import pytest
from decoding import left
from layers import ALL, CODINGS

VALUE = 'Pa+s/w=rd é"&' + "zQ81LmN0pQ7xV3kT9wYb2"


@pytest.mark.parametrize("layer", ALL)
def test_a_value_is_found_in_a_layer(layer):
    assert left([VALUE], [b"lead " + ALL[layer](VALUE.encode())]) or left([VALUE], [ALL[layer](VALUE.encode())])


@pytest.mark.parametrize("coding", CODINGS)
def test_a_value_is_found_in_a_content_coding(coding):
    assert left([VALUE], [CODINGS[coding](VALUE.encode())])


@pytest.mark.parametrize("outer", ["base64", "percent", "json", "html", "hex", "gzip", "zip, deflated"])
@pytest.mark.parametrize("inner", ["base64 of gzip", "json in json", "percent twice", "html, named", "hex"])
def test_a_value_is_found_in_two_layers(outer, inner):
    assert left([VALUE], [ALL[outer](ALL[inner](VALUE.encode()))])


def test_half_a_value_counts_and_another_does_not():
    assert left([VALUE], [b"x " + VALUE.encode()[-18:]]) != []
    assert left([VALUE], [b"another value, " + VALUE.encode()[-9:]]) == []
