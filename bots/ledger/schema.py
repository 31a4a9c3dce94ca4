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
    (
        "CREATE INDEX debits_of_people ON debits (platform, person, at)",
        # What did not come to a picture is given back in the same write that says so. A picture that failed, at once …
        """CREATE TRIGGER picture_failed AFTER UPDATE OF failure ON jobs
            WHEN OLD.failure IS NULL AND NEW.failure IS NOT NULL BEGIN
            UPDATE debits SET pictures = pictures - 1 WHERE number = NEW.number AND pictures > 0;
        END""",
        # … or never had …
        """CREATE TRIGGER picture_missing AFTER INSERT ON jobs WHEN NEW.failure IS NOT NULL BEGIN
            UPDATE debits SET pictures = pictures - 1 WHERE number = NEW.number AND pictures > 0;
        END""",
        # … and all of a message that was cancelled, was refused by its platform, or ended in words.
        """CREATE TRIGGER ended_without_pictures AFTER UPDATE OF state ON messages
            WHEN NEW.body IS NULL AND (NEW.state IN ('cancelled', 'failed') OR OLD.reply IS NOT 'pictures') BEGIN
            DELETE FROM debits WHERE number = NEW.number;
        END""",
        # An operator's words to every chat. ``state`` is draft, sending or done; ``address`` is where to report.
        """CREATE TABLE announcements (
            key TEXT PRIMARY KEY,
            words TEXT NOT NULL,
            state TEXT NOT NULL,
            platform TEXT NOT NULL,
            address TEXT NOT NULL,
            language TEXT NOT NULL,
            chats INTEGER NOT NULL DEFAULT 0,
            at REAL NOT NULL
        )""",
        # What became of an announcement in each chat while it is being sent: waiting, sending, sent, failed, uncertain.
        """CREATE TABLE announced (
            key TEXT NOT NULL,
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (key, platform, chat)
        )""",
        """CREATE TRIGGER chat_forgotten AFTER DELETE ON chats BEGIN
            DELETE FROM announced WHERE platform = OLD.platform AND chat = OLD.chat;
        END""",
    ),
    (
        # The style pictures of a job, which go when its picture does.
        """CREATE TABLE job_references (
            number INTEGER NOT NULL,
            item INTEGER NOT NULL,
            place INTEGER NOT NULL,
            picture BLOB NOT NULL,
            weight REAL NOT NULL,
            PRIMARY KEY (number, item, place),
            FOREIGN KEY (number, item) REFERENCES jobs (number, item) ON DELETE CASCADE
        )""",
        """CREATE TRIGGER picture_dropped AFTER UPDATE OF picture ON jobs WHEN NEW.picture IS NULL BEGIN
            DELETE FROM job_references WHERE number = NEW.number AND item = NEW.item;
        END""",
    ),
    (
        # A creator's style that is being made, or is to be shared with one more chat: ``state`` says how far it is,
        # ``about`` what was said of it.
        """CREATE TABLE creations (
            key TEXT PRIMARY KEY,
            platform TEXT NOT NULL,
            chat TEXT NOT NULL,
            person TEXT NOT NULL,
            style TEXT NOT NULL,
            state TEXT NOT NULL,
            about TEXT NOT NULL,
            until REAL NOT NULL
        )""",
        # Its pictures, each once, in the order in which they came. ``digest`` is the SHA-256 of the picture itself.
        """CREATE TABLE creation_pictures (
            key TEXT NOT NULL REFERENCES creations (key) ON DELETE CASCADE,
            digest TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            picture BLOB NOT NULL,
            PRIMARY KEY (key, digest)
        )""",
        # What the operator's key for these pictures is derived with.
        "CREATE TABLE sealing (salt BLOB NOT NULL)",
        # What makes people into the digests that stand in grants; without it nobody can tell whose they are.
        """CREATE TABLE signers (
            platform TEXT NOT NULL,
            person TEXT NOT NULL,
            salt BLOB NOT NULL,
            PRIMARY KEY (platform, person)
        )""",
        # Who granted what and when: written once. ``kind`` is granted, shared, moved or withdrawn; ``person`` and
        # ``approved_by`` are digests; ``scope`` is one chat, "*" for every one, or PLATFORM:private for the creator's
        # own; ``document`` is the SHA-256 of what they agreed to, ``pictures`` those of the pictures.
        """CREATE TABLE grants (
            number INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            style TEXT NOT NULL,
            person TEXT NOT NULL,
            at REAL NOT NULL,
            rights TEXT NOT NULL,
            scope TEXT NOT NULL,
            expires TEXT NOT NULL,
            document TEXT NOT NULL,
            approved_by TEXT NOT NULL,
            pictures TEXT NOT NULL
        )""",
        "CREATE INDEX grants_of_styles ON grants (style)",
        """CREATE TRIGGER grants_never_change BEFORE UPDATE ON grants BEGIN
            SELECT RAISE(ABORT, 'a grant is never changed');
        END""",
        """CREATE TRIGGER grants_never_go BEFORE DELETE ON grants BEGIN
            SELECT RAISE(ABORT, 'a grant is never deleted');
        END""",
        # “INSERT OR REPLACE” deletes without asking the trigger above.
        """CREATE TRIGGER grants_take_no_others_place BEFORE INSERT ON grants
            WHEN EXISTS (SELECT 1 FROM grants WHERE number = NEW.number) BEGIN
            SELECT RAISE(ABORT, 'a grant is never replaced');
        END""",
    ),
    (
        # Of people who were forgotten, ``person`` is empty; for a day ``digest`` still counts towards their quotas.
        "ALTER TABLE debits ADD COLUMN digest TEXT",
        "CREATE INDEX debits_of_forgotten ON debits (platform, digest, at) WHERE digest IS NOT NULL",
        # What these digests are made with; goes with the last of them.
        "CREATE TABLE spenders (key BLOB NOT NULL)",
    ),
    (
        # Whose profile picture a result was made of, where it was another's, who may delete it, too.
        "ALTER TABLE shown ADD COLUMN subject TEXT NOT NULL DEFAULT ''",
    ),
    (
        # What a picture is made of where there is no photo, and the style that makes it before ``style`` restyles it.
        "ALTER TABLE jobs ADD COLUMN words TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN seed INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN maker TEXT NOT NULL DEFAULT ''",
        # The words go when a photo would.
        """CREATE TRIGGER words_dropped AFTER UPDATE OF picture ON jobs
            WHEN NEW.picture IS NULL AND NEW.words != '' BEGIN
            UPDATE jobs SET words = '' WHERE number = NEW.number AND item = NEW.item;
        END""",
    ),
)
