"""Recordings as plain values."""

import json

from recproxy.ui.opened_recordings import OpenedRecordings
from recproxy.ui.recording_values import hexadecimal, recording_values, shown_interaction

FOLDER = "tests/functional/recordings/shop"


def opened(files, project, name):
    return OpenedRecordings(files).open(project / FOLDER / name)


def test_a_recording_has_its_interactions_as_rows(files, project):
    values = recording_values("shop", opened(files, project, "orders.rec"))

    assert [(each["method"], each["url"], each["status"], each["line"], each["scope"]) for each in values["rows"]] == [
        ("GET", "https://shop.example/orders?page=1", 200, 5, "test_orders"),
        ("GET", "https://shop.example/orders/17", 200, 19, "test_orders"),
        ("POST", "https://shop.example/orders", 201, 32, "test_orders"),
    ]
    assert (values["count"], values["unwritable"], values["comments"]) == (3, "", ["orders of one customer"])


def test_an_interaction_has_its_request_as_code(files, project):
    values = shown_interaction(opened(files, project, "orders.rec"), 2)

    assert values["copies"]["curl"].startswith("curl")
    assert "httpx.request" in values["copies"]["httpx"]
    assert "await fetch(" in values["copies"]["fetch"]
    assert values["bodies"][0]["text"] == "item = blue pencil\ncount = 2"


def test_nothing_of_a_secret_is_in_the_values(files, project):
    leaky = opened(files, project, "leaky.rec")

    said = json.dumps([recording_values("shop", leaky), shown_interaction(leaky, 0)])

    assert "sk_live_" not in said
    assert "555" not in said
    assert hexadecimal(leaky, 0, "response").count("\n") >= 2


def test_a_conversation_shows_its_mail_and_has_no_code(files, project):
    values = shown_interaction(opened(files, project, "mail.rec"), 0)

    assert values["interaction"]["steps"][3]["messages"][0]["text"].strip() == "hello from the mountain"
    assert values["copies"] == {}


def test_comments_at_the_head_of_a_file_hold_no_secret(files, project):
    path = project / FOLDER / "leaky.rec"
    said = "sk_live_" + "9aK2mQ7xTzR4wLb1cVn8sYd3"
    path.write_text(path.read_text().replace("#recproxy 2\n", f"#recproxy 2\n# made with {said}\n", 1))

    (comment,) = recording_values("shop", opened(files, project, "leaky.rec"))["comments"]

    assert comment.startswith("made with")
    assert "9aK2mQ7x" not in comment


def test_a_head_comment_repeats_no_secret_of_an_interaction(files, project):
    path = project / FOLDER / "leaky.rec"
    text = path.read_text().replace("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "hunter2hunter2hunter2")
    path.write_text(text.replace("#recproxy 2\n", "#recproxy 2\n# see hunter2hunter2hunter2\n", 1))

    assert recording_values("shop", opened(files, project, "leaky.rec"))["comments"] == ["see XXX"]


def test_a_webhook_is_shown_as_it_was_sent(files, project):
    text = "POST webhook://events/hooks HTTP/1.1\nX-Sent: yes\n\n====\nHTTP/1.1 202 Accepted\n\n=======\n"
    (project / FOLDER / "hook.rec").write_text(f"#recproxy 2\n\n:webhook 0.25\n{text}")
    hook = opened(files, project, "hook.rec")

    (row,) = recording_values("shop", hook)["rows"]
    shown = shown_interaction(hook, 0)
    found = shown["interaction"]
    assert (row["method"], row["url"], row["status"]) == ("POST", "webhook://events/hooks", 202)
    assert (found["webhook"], found["request"]["headers"], shown["copies"]) == (0.25, [["X-Sent", "yes"]], {})
