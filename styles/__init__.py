"""What a style is: packs, networks, training, evaluation. Knows torch; knows nothing of chats or asyncio."""
