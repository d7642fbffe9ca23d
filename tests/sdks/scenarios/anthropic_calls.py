"""anthropic: messages, plain, streamed and with a tool, by both clients; counting, models, a batch, a file, a limit."""

import asyncio
import os

import anthropic
import driver

MODEL = "claude-sonnet-5"
ASKED = [{"role": "user", "content": "hello there"}]
WEATHER = [{"role": "user", "content": "How is the weather in Paris?"}]
TOOL = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SAY = {"model": MODEL, "max_tokens": 64}


def client(**more):
    return anthropic.Anthropic(**more)


def at_once(call):
    """What a call of the asynchronous client gives."""

    async def called():
        async with anthropic.AsyncAnthropic() as opened:
            return await call(opened)

    return asyncio.run(called())


def message():
    done = client().messages.create(messages=ASKED, **SAY)
    return [done.content[0].text, done.usage.output_tokens, done._request_id[:4]]


def message_async():
    async def call(opened):
        done = await opened.messages.create(messages=[{"role": "user", "content": "hello async"}], **SAY)
        return done.content[0].text

    return at_once(call)


def message_stream():
    with client().messages.stream(messages=ASKED, **SAY) as stream:
        return [list(stream.text_stream), stream.get_final_message().stop_reason]


def message_stream_async():
    async def call(opened):
        async with opened.messages.stream(messages=ASKED, **SAY) as stream:
            return [[each async for each in stream.text_stream], (await stream.get_final_message()).stop_reason]

    return at_once(call)


def raw_stream():
    """The events as they come."""
    return [each.type for each in client().messages.create(messages=ASKED, stream=True, **SAY)]


def tools():
    first = client().messages.create(messages=WEATHER, tools=[TOOL], **SAY)
    call = first.content[1]
    told = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    after = [*WEATHER, {"role": "assistant", "content": first.content}, {"role": "user", "content": [told]}]
    return [call.input, client().messages.create(messages=after, tools=[TOOL], **SAY).content[0].text]


def tools_stream():
    with client().messages.stream(messages=WEATHER, tools=[TOOL], **SAY) as stream:
        kinds = [each.type for each in stream]
        return [kinds, stream.get_final_message().content[1].input]


def tools_in_parallel():
    """Three requests at once, whose answers may come in any order."""

    async def call(opened):
        asked = ([{"role": "user", "content": f"hello {city}"}] for city in ("Paris", "Oslo", "Rome"))
        done = await asyncio.gather(*(opened.messages.create(messages=each, **SAY) for each in asked))
        return [each.content[0].text for each in done]

    return at_once(call)


def agents_in_parallel():
    """Three agents at once, each in two questions of two turns; the tools of a turn run at once, too."""

    async def tool(block):
        return {"type": "tool_result", "tool_use_id": block.id, "content": f"sunny: {block.input['city']}"}

    async def agent(opened, name):
        said, more = [], SAY | {"system": f"You are {name}.", "tools": [TOOL]}
        for question in ("How is the weather in Paris and in Oslo?", "And in Rome?"):
            said.append({"role": "user", "content": question})
            asked = (await opened.messages.create(messages=said, **more)).content
            wanted = [block for block in asked if block.type == "tool_use"]
            said.append({"role": "assistant", "content": asked})
            said.append({"role": "user", "content": await asyncio.gather(*map(tool, wanted))})
            done = (await opened.messages.create(messages=said, **more)).content
            said.append({"role": "assistant", "content": done})
        return [len(said), len(wanted), done[0].text]

    async def call(opened):
        return await asyncio.gather(*(agent(opened, name) for name in ("Ada", "Bob", "Cleo")))

    return at_once(call)


def count_tokens():
    return client().messages.count_tokens(model=MODEL, messages=ASKED).input_tokens > 10


def models_by_pages():
    return [each.id for each in client().models.list(limit=1)]


def batch_until_it_has_ended():
    asked = [{"custom_id": name, "params": {"messages": ASKED, **SAY}} for name in ("a", "b")]
    made = client().messages.batches.create(requests=asked)
    seen = [made.processing_status]
    while seen[-1] != "ended":
        seen.append(client().messages.batches.retrieve(made.id).processing_status)
    return [seen, [each.custom_id for each in client().messages.batches.results(made.id)]]


def file_upload():
    files = client().beta.files if hasattr(client().beta, "files") else client().files
    made = files.upload(file=("notes.txt", b"hello\n", "text/plain"))
    return [made.id, made.size_bytes, made.filename]


def limited_then_answered():
    return client().messages.create(messages=[{"role": "user", "content": "again"}], **SAY).content[0].text


def by_a_token():
    opened = client(auth_token=os.environ.get("ANTHROPIC_AUTH_TOKEN", "a placeholder"))
    return opened.messages.create(messages=[{"role": "user", "content": "by token"}], **SAY).content[0].text


def users_of_the_organization():
    return [each["name"] for each in client().get("/v1/organizations/users", cast_to=object)["data"]]


def through_the_proxy():
    """By the address of the service, and not by ANTHROPIC_BASE_URL."""
    with client(base_url="https://api.anthropic.com").messages.stream(messages=ASKED, **SAY) as stream:
        return list(stream.text_stream)


SCENARIOS = (
    *(message, message_async, message_stream, message_stream_async, raw_stream, tools, tools_stream),
    *(tools_in_parallel, agents_in_parallel, count_tokens, models_by_pages, batch_until_it_has_ended, file_upload),
    *(limited_then_answered, by_a_token, users_of_the_organization, through_the_proxy),
)

if __name__ == "__main__":
    driver.run({each.__name__: each for each in SCENARIOS})
