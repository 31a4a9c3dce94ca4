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
)
