"""openai asks for the starter recordings of the openai profile; retries are off but for the limit that ends."""

import driver
import openai
from openai_calls import FLAT_TOOL, MODEL, TOOL

ASKED = [{"role": "user", "content": "Say something."}]
ERRORS = (
    *("invalid_key", "rate_limited", "quota_used_up", "context_too_long", "unknown_model", "server_error"),
    "overloaded",
)


def client():
    return openai.OpenAI(max_retries=0)


def chat(**more):
    return client().chat.completions.create(model=MODEL, messages=ASKED, **more)


def said():
    return chat().choices[0].message.content


def said_in_a_stream():
    return "".join(each.choices[0].delta.content or "" for each in chat(stream=True))


def tools():
    (call,) = chat(tools=[TOOL]).choices[0].message.tool_calls
    return [call.function.arguments, said()]


def tools_in_a_stream():
    with client().chat.completions.stream(model=MODEL, messages=ASKED, tools=[TOOL]) as stream:
        stream.until_done()
        (call,) = stream.get_final_completion().choices[0].message.tool_calls
    return [call.function.arguments, said_in_a_stream()]


def response():
    return client().responses.create(model=MODEL, input="Say something.").output_text


def response_in_a_stream():
    with client().responses.stream(model=MODEL, input="Say something.") as stream:
        return stream.get_final_response().output_text


def response_tools():
    (call,) = client().responses.create(model=MODEL, input="Say something.", tools=[FLAT_TOOL]).output
    return [call.arguments, response()]


def response_tools_in_a_stream():
    with client().responses.stream(model=MODEL, input="Say something.", tools=[FLAT_TOOL]) as stream:
        (call,) = stream.get_final_response().output
    return [call.arguments, response_in_a_stream()]


def what(error):
    return f"{error.status_code} {error.code}" if isinstance(error, openai.APIStatusError) else error.type


def limited_then_answered():
    return openai.OpenAI().chat.completions.create(model=MODEL, messages=ASKED).choices[0].message.content


if __name__ == "__main__":
    driver.run(
        {
            "chat": said,
            "chat_stream": said_in_a_stream,
            "chat_stream_broken": lambda: driver.raised(said_in_a_stream, said=what),
            "chat_refused": lambda: chat().choices[0].message.refusal,
            "chat_cut_short": lambda: chat(max_completion_tokens=3).choices[0].finish_reason,
            "chat_tools": tools,
            "chat_tools_stream": tools_in_a_stream,
            "responses": response,
            "responses_stream": response_in_a_stream,
            "responses_tools": response_tools,
            "responses_tools_stream": response_tools_in_a_stream,
            "embeddings": lambda: len(
                client().embeddings.create(model="text-embedding-3-small", input="hello").data[0].embedding
            ),
            "models": lambda: [each.id for each in client().models.list()],
            **{error: lambda: driver.raised(said, said=what) for error in ERRORS},
            "rate_limited_then_answered": limited_then_answered,
        }
    )
