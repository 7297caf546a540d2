"""Two tasks of asyncio."""

import asyncio


async def say(word):
    await asyncio.sleep(0.1)
    print(word)


async def main():
    await asyncio.gather(say("a"), say("b"))


asyncio.run(main())
