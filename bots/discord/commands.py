"""The commands and menus that Discord shows.

Every one of them says a command of the conversation's own grammar. Names of commands are the same in every language,
because the conversation teaches them as they are typed; descriptions, options and menus are translated.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots import replies
from bots.commands import Wish, spoken
from bots.discord.intake import Intake
from bots.discord.pictures import picture_of, pictures_of
from bots.discord.words import meaning, option_name, refusal, said
from bots.message import Picture
from inference.job import MOST_WORDS

CHOICES = 25
"""Suggestions that Discord shows while a person types."""
TRANSLATED = (discord.Locale.chinese, discord.Locale.taiwan_chinese)
PLAIN = ("styles", "queue", "cancel", "mystyles", "settings", "language", "privacy", "forgetme", "help")
"""Commands without options."""
GROUP = "group"
"""What stands before the style where the group's own picture is meant."""

Say = Callable[[str], str]
"""Words in the language of a tag."""
Suggest = Callable[[discord.Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]
StyleName = app_commands.Range[str, 1, 64]
NewName = app_commands.Range[str, 1, 100]
Words = app_commands.Range[str, 1, MOST_WORDS]
Percent = app_commands.Range[int, 0, 100]


def build(client: discord.Client, intake: Intake) -> app_commands.CommandTree:
    """Everything Discord is told of, for servers and for people who installed the bot for themselves."""
    tree = app_commands.CommandTree(
        client,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )
    _add_style(tree, intake)
    _add_try(tree, intake)
    _add_like(tree, intake)
    _add_theme(tree, intake)
    _add_avatar(tree, intake)
    _add_newstyle(tree, intake)
    for name in PLAIN:
        _add_plain(tree, intake, name)
    _add_menus(tree, intake)
    return tree


class Translation(app_commands.Translator):
    """Puts what Discord shows into Chinese: each string carries the function that says it in a given language."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, _context: app_commands.TranslationContextTypes
    ) -> str | None:
        say: Say | None = string.extras.get("say")
        return say(locale.value) if say and locale in TRANSLATED else None


def _add_style(tree: app_commands.CommandTree, intake: Intake) -> None:
    @tree.command(name="style", description=_described("style"))
    @app_commands.rename(**{name: _named(name) for name in replies.OPTIONS})
    @app_commands.describe(**{name: _explained(name) for name in replies.OPTIONS})
    async def style(
        interaction: discord.Interaction,
        image: discord.Attachment | None = None,
        style: StyleName | None = None,
        strength: Percent | None = None,
        keep_colours: bool | None = None,
        match_colours: bool | None = None,
        sharp: bool | None = None,
        faces: bool | None = None,
    ) -> None:
        pictures: tuple[Picture, ...] = (picture_of(image),) if image else ()
        share = None if strength is None else strength / 100
        wish = Wish(_one_line(style), share, keep_colours, match_colours, sharp, faces)
        await intake.interaction(interaction, spoken("style", wish), pictures)

    style.autocomplete("style")(_suggesting(intake))


def _add_try(tree: app_commands.CommandTree, intake: Intake) -> None:
    @tree.command(name="try", description=_described("try"))
    @app_commands.rename(image=_named("image"))
    @app_commands.describe(image=_explained("image"))
    async def try_all(interaction: discord.Interaction, image: discord.Attachment | None = None) -> None:
        await intake.interaction(interaction, "/try", (picture_of(image),) if image else ())


def _add_like(tree: app_commands.CommandTree, intake: Intake) -> None:
    options = ("image", "style_image", "strength")

    @tree.command(name="like", description=_described("like"))
    @app_commands.rename(**{name: _named(name) for name in options})
    @app_commands.describe(**{name: _explained(name) for name in options})
    async def like(
        interaction: discord.Interaction,
        image: discord.Attachment | None = None,
        style_image: discord.Attachment | None = None,
        strength: Percent | None = None,
    ) -> None:
        pictures = tuple(picture_of(attachment) for attachment in (image, style_image) if attachment)
        share = None if strength is None else strength / 100
        await intake.interaction(interaction, spoken("like", Wish(strength=share)), pictures)


def _add_theme(tree: app_commands.CommandTree, intake: Intake) -> None:
    @tree.command(name="theme", description=_described("theme"))
    @app_commands.rename(words=_named("words"))
    @app_commands.describe(words=_explained("words"))
    async def theme(interaction: discord.Interaction, words: Words) -> None:
        await intake.interaction(interaction, f"/theme {_one_line(words)}")


def _add_avatar(tree: app_commands.CommandTree, intake: Intake) -> None:
    options = ("style", "member", GROUP)

    @tree.command(name="avatar", description=_described("avatar"))
    @app_commands.rename(**{name: _named(name) for name in options})
    @app_commands.describe(**{name: _explained(name) for name in options})
    async def avatar(
        interaction: discord.Interaction,
        style: StyleName | None = None,
        member: discord.User | None = None,
        group: bool = False,
    ) -> None:
        words = _one_line(f"{GROUP} {style or ''}" if group else style)
        await _of_person(interaction, intake, spoken("avatar", Wish(words)), None if group else member)

    avatar.autocomplete("style")(_suggesting(intake))


def _add_newstyle(tree: app_commands.CommandTree, intake: Intake) -> None:
    options = ("name", "picture")

    @tree.command(name="newstyle", description=_described("newstyle"))
    @app_commands.rename(**{name: _named(name) for name in options})
    @app_commands.describe(**{name: _explained(name) for name in options})
    async def newstyle(
        interaction: discord.Interaction, name: NewName | None = None, picture: discord.Attachment | None = None
    ) -> None:
        pictures = (picture_of(picture),) if picture else ()
        await intake.interaction(interaction, f"/newstyle {_one_line(name)}".rstrip(), pictures)


def _add_plain(tree: app_commands.CommandTree, intake: Intake, name: str) -> None:
    @tree.command(name=name, description=_described(name))
    async def plain(interaction: discord.Interaction) -> None:
        await intake.interaction(interaction, f"/{name}")

    if name == "settings":
        plain.default_permissions = discord.Permissions(manage_guild=True)


def _add_menus(tree: app_commands.CommandTree, intake: Intake) -> None:
    _add_message_menu(tree, intake, "/style", lambda tag: replies.actions(tag)["restyle"])
    _add_message_menu(tree, intake, "/try", lambda tag: said(tag, "menu-try"))

    @tree.context_menu(name=_in_every_language(_restyle_avatar))
    async def restyle_avatar(interaction: discord.Interaction, user: discord.User) -> None:
        await _of_person(interaction, intake, "/avatar", user)


def _add_message_menu(tree: app_commands.CommandTree, intake: Intake, command: str, label: Say) -> None:
    @tree.context_menu(name=_in_every_language(label))
    async def restyle(interaction: discord.Interaction, message: discord.Message) -> None:
        pictures = pictures_of(message)
        if pictures:
            await intake.interaction(interaction, command, pictures, reply_to=message.id)
        else:
            await _refuse(interaction, "menu-no-picture", label)


async def _of_person(
    interaction: discord.Interaction, intake: Intake, command: str, person: discord.User | None
) -> None:
    """Ask for somebody's profile picture, or one's own; the conversation finds out whether they like it."""
    if person and person.bot:
        await _refuse(interaction, "menu-not-a-person", _restyle_avatar)
    else:
        await intake.interaction(interaction, command, members=(person,) if person else ())


def _restyle_avatar(tag: str) -> str:
    return replies.actions(tag)["restyle-avatar"]


def _suggesting(intake: Intake) -> Suggest:
    async def suggest(interaction: discord.Interaction, beginning: str) -> list[app_commands.Choice[str]]:
        place = f"discord:{interaction.channel_id}"
        found = await intake.listener.suggest(beginning, str(interaction.locale), place)
        return [app_commands.Choice(name=title[:100], value=style) for style, title in found[:CHOICES]]

    return suggest


async def _refuse(interaction: discord.Interaction, key: str, label: Say) -> None:
    """Say no at once, to that person alone."""
    tag = str(interaction.locale)
    await interaction.response.send_message(refusal(tag, key, label(tag)), ephemeral=True)


def _one_line(words: str | None) -> str:
    return " ".join((words or "").split())


def _described(command: str) -> locale_str:
    return _in_every_language(lambda tag: dict(replies.commands(tag))[command])


def _named(option: str) -> locale_str:
    return _in_every_language(lambda tag: option_name(tag, option))


def _explained(option: str) -> locale_str:
    return _in_every_language(lambda tag: meaning(tag, option))


def _in_every_language(say: Say) -> locale_str:
    return locale_str(say("en"), say=say)
