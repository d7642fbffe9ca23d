import pytest

from recproxy.recording.faults import FAULTS, TLS_FAULTS, Fault, read_fault, read_test_fault


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("reset", Fault("reset")),
        ("reset after 0", Fault("reset", 0.0)),
        ("reset after 100", Fault("reset", 100.0)),
        ("truncate 50", Fault("truncate", 50.0)),
        ("hang 30", Fault("hang", 30.0)),
        ("delay 2.5", Fault("delay", 2.5)),
        ("drip 10/s", Fault("drip", 10.0)),
    ],
)
def test_a_fault_is_a_word_and_a_number(text, wanted):
    assert read_fault(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "reset after", "reset 5", "truncate -1", "hang", "hang 1e9", "drip 10", "boom", "delay \u0661"]
)
def test_anything_else_names_the_forms(text):
    with pytest.raises(ValueError) as caught:
        read_fault(text)

    assert str(caught.value) == f"known are {', '.join(FAULTS)}"


def test_a_drip_of_nothing_is_no_drip():
    with pytest.raises(ValueError, match="1 or more"):
        read_fault("drip 0/s")


@pytest.mark.parametrize("text", TLS_FAULTS)
def test_a_fault_of_tls_is_for_tests_only(text):
    assert read_test_fault(f" {text.replace(' ', '  ')}") == Fault("tls", tls=text.partition(" ")[2])
    with pytest.raises(ValueError, match="a TLS fault comes before any request: set it for a test"):
        read_fault(text)


def test_a_test_takes_the_faults_of_recordings_too():
    assert read_test_fault("reset  after 5") == Fault("reset", 5.0)
    assert read_test_fault("hang 2 at  data") == Fault("hang", 2.0, at="DATA")
    with pytest.raises(ValueError, match="write a command of SMTP or IMAP after 'at'"):
        read_test_fault("reset at step 2")
    with pytest.raises(ValueError) as caught:
        read_test_fault("boom")
    assert str(caught.value) == f"known are {', '.join((*FAULTS, *TLS_FAULTS))}"


@pytest.mark.parametrize(
    ("text", "needs"),
    [("reset", False), ("hang 1", False), ("tls cut", False), ("reset after 0", True), ("delay 1", True)],
)
def test_some_faults_need_no_response(text, needs):
    assert read_test_fault(text).needs_response is needs
