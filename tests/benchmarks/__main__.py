"""``make bench``: our service and other engines side by side; the service's memory and event loop; a chat.

``ARGS="serving --trace one"`` runs one part with its own options; see ``deploy.bench`` and each part's ``--help``.
"""

import asyncio
import sys

from tests.benchmarks import chat, pipeline, serving


def everything() -> None:
    print("Our service and other engines side by side", flush=True)
    serving.command.main([], standalone_mode=False)
    print("\nThe service in one process with its load: memory, and its event loop", flush=True)
    pipeline.main()
    print("\nFrom photo to reply", flush=True)
    asyncio.run(chat.measure(30, "ukiyoe"))


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            everything()
        case ["serving", *words]:
            serving.command(words)
        case ["pipeline", *words]:
            pipeline.command(words)
        case ["chat", *words]:
            chat.main(words)
        case [other, *_]:
            sys.exit(f"There is no part {other}; there are serving, pipeline and chat.")
