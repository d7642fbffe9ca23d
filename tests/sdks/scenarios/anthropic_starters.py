"""anthropic asks for the starter recordings of the anthropic profile; retries are off but for the limit that ends."""

import anthropic
import driver
from anthropic_calls import MODEL, SAY, TOOL

ASKED = [{"role": "user", "content": "Say something."}]
ERRORS = (
    *("invalid_key", "rate_limited", "overloaded", "server_error", "context_too_long", "request_too_large"),
    *("credit_used_up", "unknown_model"),
)


def client():
    return anthropic.Anthropic(max_retries=0)


def message(**more):
    return client().messages.create(messages=ASKED, **SAY, **more)


def said():
    return message().content[0].text


def said_in_a_stream():
    with client().messages.stream(messages=ASKED, **SAY) as stream:
        return "".join(stream.text_stream)


def tools():
    return [message(tools=[TOOL]).content[1].input, said()]


def tools_in_a_stream():
    with client().messages.stream(messages=ASKED, tools=[TOOL], **SAY) as stream:
        given = stream.get_final_message().content[1].input
    return [given, said_in_a_stream()]


def what(error):
    return f"{error.status_code} {error.body['error']['type']}"


if __name__ == "__main__":
    driver.run(
        {
            "message": said,
            "message_stream": said_in_a_stream,
            "message_cut_short": lambda: message().stop_reason,
            "message_refused": lambda: message().stop_reason,
            "tools": tools,
            "tools_stream": tools_in_a_stream,
            "count_tokens": lambda: client().messages.count_tokens(model=MODEL, messages=ASKED).input_tokens,
            "models": lambda: [each.display_name for each in client().models.list(limit=20)],
            **{error: lambda: driver.raised(said, said=what) for error in ERRORS},
            "overloaded_stream": lambda: driver.raised(
                said_in_a_stream, said=lambda error: error.body["error"]["type"]
            ),
            "rate_limited_then_answered": lambda: (
                anthropic.Anthropic().messages.create(messages=ASKED, **SAY).content[0].text
            ),
        }
    )
