"""``make bench``: the service against the bare pipeline, then a chat from photo to reply."""

import asyncio

from tests.benchmarks import chat, pipeline

print("The service against the bare pipeline", flush=True)
pipeline.main()
print("\nFrom photo to reply", flush=True)
asyncio.run(chat.measure(30, "ukiyoe"))
