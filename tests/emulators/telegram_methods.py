# ruff: noqa: N802 - methods are named as the Bot API names them
"""The Bot API's methods, as far as the bot uses them. Each refuses what Telegram refuses."""

import time
from collections.abc import Callable, Sequence

from tests.emulators.telegram_objects import BOT, Call, Json, Refusal, Sent, World, as_photo, captioned, limit, markup


class Methods:
    """One method for each of the API's; those that receive updates belong to the server."""

    def __init__(self, world: World, wake: Callable[[], None]) -> None:
        self.world, self.wake = world, wake
        self.sent: list[Sent] = []
        self.commands: dict[tuple[str, str], list[Json]] = {}  # by scope and language
        self.presses: set[str] = set()  # that are not answered yet
        self.whispers: list[tuple[str, bool]] = []  # with whether they had to be closed
        self.offered: list[Json] = []  # in inline mode
        self.avatars: dict[int, bytes] = {}
        self.group_pictures: dict[int, bytes] = {}
        self.admins: set[tuple[int, int]] = set()  # chat and person

    def getMe(self, _: Call) -> Json:
        return BOT

    def setMyCommands(self, call: Call) -> bool:
        scope = call.parameters.get("scope", {}).get("type", "default")
        self.commands[scope, call.parameters.get("language_code", "")] = call.parameters["commands"]
        return True

    def sendChatAction(self, _: Call) -> bool:
        return True

    def answerCallbackQuery(self, call: Call) -> bool:
        if call.parameters["callback_query_id"] not in self.presses:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(call.parameters.get("text", "")) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self.presses.remove(call.parameters["callback_query_id"])
        if text := call.parameters.get("text"):
            self.whispers.append((text, call.parameters.get("show_alert") == "true"))
            self.wake()
        return True

    def answerInlineQuery(self, call: Call) -> bool:
        results = call.parameters["results"]
        if len(results) > 50 or any(not 1 <= len(result["id"].encode()) <= 64 for result in results):
            raise Refusal(400, "Bad Request: RESULT_ID_INVALID")
        if any(result["photo_file_id"] not in self.world.files for result in results):
            raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
        self.offered.append(call.parameters)
        self.wake()
        return True

    def sendMessage(self, call: Call) -> Json:
        limit(call.parameters["text"], 4096, "message is too long")
        return self._show(call, [{"text": call.parameters["text"]}])[0]

    def sendPhoto(self, call: Call) -> Json:
        upload = call.files["photo"]
        content = {"photo": self.world.photo_sizes(as_photo(upload[1]))}
        return self._show(call, [content | captioned(call.parameters.get("caption"))], [upload])[0]

    def sendAnimation(self, call: Call) -> Json:
        upload = call.files["animation"]
        file = self.world.file(upload[1]) | {"file_name": upload[0], "mime_type": "video/mp4"}
        sides = {side: int(call.parameters.get(side, 0)) for side in ("width", "height")}
        content = {"animation": file | sides | {"duration": 1}, "document": file}
        return self._show(call, [content | captioned(call.parameters.get("caption"))], [upload])[0]

    def sendDocument(self, call: Call) -> Json:
        upload = call.files["document"]
        document = self.world.file(upload[1]) | {"file_name": upload[0]}
        return self._show(call, [{"document": document} | captioned(call.parameters.get("caption"))], [upload])[0]

    def sendMediaGroup(self, call: Call) -> list[Json]:
        media = call.parameters["media"]
        if not 2 <= len(media) <= 10:
            raise Refusal(400, "Bad Request: wrong number of items in the album")
        if {item["type"] for item in media} not in ({"photo"}, {"document"}):
            raise Refusal(400, "Bad Request: documents can't be mixed with other media types")
        uploads = [call.files[item["media"].removeprefix("attach://")] for item in media]
        contents: list[Json] = []
        for item, (name, content) in zip(media, uploads, strict=True):
            kind: Json = {"document": self.world.file(content) | {"file_name": name}}
            if item["type"] == "photo":
                kind = {"photo": self.world.photo_sizes(as_photo(content))}
            contents.append(kind | captioned(item.get("caption")) | {"media_group_id": "99"})
        return self._show(call, contents, uploads)

    def editMessageText(self, call: Call) -> Json:
        message = self._mine(call, "message to edit not found")
        if "text" not in message:
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        changed = {"text": call.parameters["text"]} | markup(call)
        if all(message.get(name) == value for name, value in changed.items()):
            raise Refusal(400, "Bad Request: message is not modified")
        message |= changed | {"edit_date": int(time.time())}
        self.wake()
        return message

    def deleteMessage(self, call: Call) -> bool:
        message = self._mine(call, "message to delete not found")
        del self.world.messages[message["chat"]["id"], message["message_id"]]
        self.wake()
        return True

    def deleteMessages(self, call: Call) -> bool:
        numbers = call.parameters["message_ids"]
        if not 1 <= len(numbers) <= 100:
            raise Refusal(400, "Bad Request: wrong number of message identifiers")
        for number in numbers:
            self.world.messages.pop((int(call.parameters["chat_id"]), number), None)
        self.wake()
        return True

    def getChat(self, call: Call) -> Json:
        chat = self.world.chat(int(call.parameters["chat_id"]))
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        full = chat | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }
        if picture := self.group_pictures.get(chat["id"]):
            small, big = self.world.photo_sizes(picture)
            full["photo"] = {f"small_{name}": small[name] for name in ("file_id", "file_unique_id")}
            full["photo"] |= {f"big_{name}": big[name] for name in ("file_id", "file_unique_id")}
        return full

    def getChatMember(self, call: Call) -> Json:
        chat, person = int(call.parameters["chat_id"]), int(call.parameters["user_id"])
        user = {"id": person, "is_bot": False, "first_name": "Somebody"}
        if (chat, person) in self.admins:
            return {"status": "creator", "user": user, "is_anonymous": False}
        return {"status": "member", "user": user}

    def getFile(self, call: Call) -> Json:
        file_id = call.parameters["file_id"]
        if file_id not in self.world.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = self.world.files[file_id][1]
        if size > 20 * 2**20:
            raise Refusal(400, "Bad Request: file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": size,
            "file_path": f"photos/{file_id}.jpg",
        }

    def getUserProfilePhotos(self, call: Call) -> Json:
        avatar = self.avatars.get(int(call.parameters["user_id"]))
        photos = [self.world.photo_sizes(avatar)] if avatar else []
        return {"total_count": len(photos), "photos": photos}

    def _show(self, call: Call, contents: list[Json], files: Sequence[tuple[str, bytes]] = ()) -> list[Json]:
        parameters = call.parameters
        chat_id = int(parameters["chat_id"])
        reply = parameters.get("reply_parameters", {})
        replied = self.world.messages.get((chat_id, reply.get("message_id", 0)))
        if reply and not replied and not reply.get("allow_sending_without_reply"):
            raise Refusal(400, "Bad Request: message to be replied not found")
        thread = int(parameters["message_thread_id"]) if "message_thread_id" in parameters else None
        extra = markup(call) | {"from": BOT}
        chat = self.world.chat(chat_id)
        number = replied["message_id"] if replied else None
        messages = [self.world.message(chat, content | extra, number, thread) for content in contents]
        self.sent.append(Sent(call.method, tuple(messages), tuple(files), parameters))
        self.wake()
        return messages

    def _mine(self, call: Call, gone: str) -> Json:
        key = int(call.parameters["chat_id"]), int(call.parameters["message_id"])
        if key not in self.world.messages:
            raise Refusal(400, f"Bad Request: {gone}")
        return self.world.messages[key]
