"""The ledger's tables. Change them by adding a step to ``STEPS``; a step that was released is never edited."""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        # The key (platform, chat, message) outlives the body, so that a message delivered again is known.
        """CREATE TABLE messages (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            message TEXT NOT NULL,
            person TEXT NOT NULL,
            state TEXT NOT NULL,
            body TEXT,
            reply TEXT,
            as_file INTEGER NOT NULL DEFAULT 0,
            progress TEXT,
            changed REAL NOT NULL,
            UNIQUE (platform, chat, message)
        )""",
        "CREATE INDEX open_messages ON messages (platform, person) WHERE body IS NOT NULL",
        "CREATE INDEX old_messages ON messages (changed) WHERE body IS NULL",
        # One row for each picture of a message, dropped when the message is answered. ``failure`` is an error's code.
        """CREATE TABLE jobs (
            number INTEGER NOT NULL REFERENCES messages (number),
            item INTEGER NOT NULL,
            style TEXT NOT NULL,
            options TEXT NOT NULL,
            failure TEXT,
            about TEXT,
            picture BLOB,
            result BLOB,
            PRIMARY KEY (number, item)
        )""",
        "CREATE VIEW undecided AS SELECT number, item FROM jobs WHERE failure IS NULL AND about IS NULL",
        """CREATE TABLE remembered (
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            person TEXT NOT NULL,
            what TEXT NOT NULL,
            value TEXT NOT NULL,
            until REAL NOT NULL,
            PRIMARY KEY (platform, chat, person, what)
        )""",
    ),
    (
        # ``address`` is where to speak in the chat in answer to nothing, where its platform can do that.
        """CREATE TABLE chats (
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            private INTEGER NOT NULL,
            address TEXT,
            rules TEXT NOT NULL DEFAULT '{}',
            gone INTEGER NOT NULL DEFAULT 0,
            seen REAL NOT NULL,
            PRIMARY KEY (platform, chat)
        )""",
        """CREATE TABLE people (
            platform TEXT NOT NULL,
            person TEXT NOT NULL,
            language TEXT,
            blocked INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (platform, person)
        )""",
        # Pictures that were accepted, and not given back: what quotas and statistics count.
        """CREATE TABLE debits (
            number INTEGER PRIMARY KEY,
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            person TEXT NOT NULL,
            style TEXT NOT NULL,
            pictures INTEGER NOT NULL,
            at REAL NOT NULL
        )""",
        "CREATE INDEX recent_debits ON debits (platform, chat, at)",
        # A member's standing answer to those who would restyle their profile picture in this chat.
        """CREATE TABLE consents (
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            person TEXT NOT NULL,
            allowed INTEGER NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (platform, chat, person)
        )""",
        # A member was asked and has not answered. ``body`` is the message that waits for it.
        """CREATE TABLE requests (
            key TEXT PRIMARY KEY,
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            person TEXT NOT NULL,
            requester TEXT NOT NULL,
            body TEXT NOT NULL,
            until REAL NOT NULL
        )""",
        # Where a result stands in its chat, so that it can be deleted: by a button, or when its time is over.
        """CREATE TABLE shown (
            key TEXT PRIMARY KEY,
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            person TEXT NOT NULL,
            address TEXT NOT NULL,
            sent TEXT NOT NULL,
            delete_at REAL,
            at REAL NOT NULL
        )""",
    ),
)
