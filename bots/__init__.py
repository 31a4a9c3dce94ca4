"""Chat in, chat out: one platform-neutral conversation, one thin adapter per platform. Never imports torch."""
