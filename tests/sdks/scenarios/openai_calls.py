"""openai: chat and responses, plain, streamed and with a tool, by both clients; embeddings, files, a batch, a limit."""

import asyncio
import json

import driver
import openai

MODEL = "gpt-5.4-mini"
ASKED = [{"role": "user", "content": "hello there"}]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}
FLAT_TOOL = {"type": "function", "name": "get_weather", "parameters": CITY}


def client(**more):
    return openai.OpenAI(**more)


def at_once(call):
    """What a call of the asynchronous client gives."""

    async def called():
        async with openai.AsyncOpenAI() as opened:
            return await call(opened)

    return asyncio.run(called())


def chat():
    done = client().chat.completions.create(model=MODEL, messages=ASKED)
    return [done.choices[0].message.content, done.usage.total_tokens, done._request_id[:4]]


def chat_async():
    async def call(opened):
        done = await opened.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hello async"}])
        return done.choices[0].message.content

    return at_once(call)


def chat_stream():
    stream = client().chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    return [each.choices[0].delta.content for each in stream]


def chat_stream_async():
    async def call(opened):
        stream = await opened.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
        return [each.choices[0].delta.content async for each in stream]

    return at_once(call)


def chat_tools():
    asked = [{"role": "user", "content": "How is the weather in Paris?"}]
    first = client().chat.completions.create(model=MODEL, messages=asked, tools=[TOOL]).choices[0].message
    (call,) = first.tool_calls
    told = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    last = client().chat.completions.create(model=MODEL, messages=[*asked, first, told], tools=[TOOL])
    return [json.loads(call.function.arguments), last.choices[0].message.content]


def chat_tools_stream():
    asked = [{"role": "user", "content": "How is the weather in Paris?"}]
    with client().chat.completions.stream(model=MODEL, messages=asked, tools=[TOOL]) as stream:
        kinds = [each.type for each in stream]
        (call,) = stream.get_final_completion().choices[0].message.tool_calls
    return [kinds, call.function.arguments]


def responses():
    return client().responses.create(model=MODEL, input="hello there").output_text


def responses_stream():
    with client().responses.stream(model=MODEL, input="hello there") as stream:
        kinds = [each.type for each in stream]
        return [kinds, stream.get_final_response().output_text]


def responses_stream_async():
    async def call(opened):
        stream = await opened.responses.create(model=MODEL, input="hello async", stream=True)
        return [each.delta async for each in stream if each.type == "response.output_text.delta"]

    return at_once(call)


def responses_tools():
    first = client().responses.create(model=MODEL, input="How is the weather in Paris?", tools=[FLAT_TOOL])
    (call,) = first.output
    told = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    last = client().responses.create(model=MODEL, input=[told], previous_response_id=first.id, tools=[FLAT_TOOL])
    return [call.name, json.loads(call.arguments), last.output_text]


def tools_in_parallel():
    """Three requests at once, whose answers may come in any order."""

    async def call(opened):
        cities = ("Paris", "Oslo", "Rome")
        asked = ([{"role": "user", "content": f"hello {city}"}] for city in cities)
        done = (opened.chat.completions.create(model=MODEL, messages=each) for each in asked)
        return [each.choices[0].message.content for each in await asyncio.gather(*done)]

    return at_once(call)


def agents_in_parallel():
    """Three agents at once, each in two questions of two turns; the tools of a turn run at once, too."""

    async def tool(call):
        return {"role": "tool", "tool_call_id": call.id, "content": f"sunny: {call.function.arguments}"}

    async def agent(opened, name):
        said = [{"role": "system", "content": f"You are {name}."}]
        for question in ("How is the weather in Paris and in Oslo?", "And in Rome?"):
            said.append({"role": "user", "content": question})
            done = (await opened.chat.completions.create(model=MODEL, messages=said, tools=[TOOL])).choices[0].message
            said += [done, *await asyncio.gather(*map(tool, done.tool_calls))]
            done = (await opened.chat.completions.create(model=MODEL, messages=said, tools=[TOOL])).choices[0].message
            said.append(done)
        return [len(said), done.content]

    async def call(opened):
        return await asyncio.gather(*(agent(opened, name) for name in ("Ada", "Bob", "Cleo")))

    return at_once(call)


def embeddings():
    return client().embeddings.create(model="text-embedding-3-small", input="hello").data[0].embedding


def model():
    return client().models.retrieve(MODEL).id


def file_upload():
    made = client().files.create(file=("input.jsonl", b'{"custom_id": "1"}\n'), purpose="batch")
    return [made.id, made.bytes, made.purpose]


def files_by_pages():
    return [each.id for each in client().files.list(limit=1)]


def batch_until_it_is_done():
    made = client().batches.create(
        input_file_id="file-abc123", endpoint="/v1/chat/completions", completion_window="24h"
    )
    seen = [made.status]
    while seen[-1] != "completed":
        seen.append(client().batches.retrieve(made.id).status)
    return seen


def limited_then_answered():
    done = client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "again"}])
    return done.choices[0].message.content


def key_for_a_session():
    made = client().realtime.client_secrets.create(session={"type": "realtime", "model": "gpt-realtime"})
    return [made.value[:3], client(api_key=made.value).models.retrieve("gpt-realtime").id]


def users_of_the_organization():
    found = client().get("/organization/users", cast_to=object)
    return [each["name"] for each in found["data"]]


def through_the_proxy():
    """By the address of the service, and not by OPENAI_BASE_URL."""
    opened = client(base_url="https://api.openai.com/v1")
    stream = opened.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    return [each.choices[0].delta.content for each in stream]


SCENARIOS = (
    *(chat, chat_async, chat_stream, chat_stream_async, chat_tools, chat_tools_stream),
    *(responses, responses_stream, responses_stream_async, responses_tools, tools_in_parallel, agents_in_parallel),
    *(embeddings, model, file_upload, files_by_pages, batch_until_it_is_done, limited_then_answered),
    *(key_for_a_session, users_of_the_organization, through_the_proxy),
)

if __name__ == "__main__":
    driver.run({each.__name__: each for each in SCENARIOS})
