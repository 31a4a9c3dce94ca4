"""What only Discord shows: the names of options, and refusals that never reach the conversation."""

from bots import replies

_OPTIONS_ZH = {
    "image": "图片",
    "style": "风格",
    "strength": "强度",
    "keep_colours": "保留颜色",
    "match_colours": "匹配颜色",
    "sharp": "清晰",
    "faces": "细画脸",
}
_REFUSALS = {
    "no-picture": {
        "en": "There is no picture in that message. Choose “{action}” on a message that has one.",
        "zh": "这条消息里没有图片。请在带图片的消息上选择“{action}”。",
    },
    "not-yours": {
        "en": "That is somebody else’s picture. For now I repaint only your own: choose yourself, or type /avatar.",
        "zh": "那是别人的头像。目前我只能重画你自己的头像：请选择你自己，或输入 /avatar。",
    },
}


def option_name(tag: str, name: str) -> str:
    """What an option is called in the person's language; it is typed by its English name everywhere else."""
    return _OPTIONS_ZH[name] if replies.language(tag) == "zh" else name


def refusal(tag: str, key: str) -> str:
    """A refusal in the person's language; it names the menu's entry as the person sees it."""
    return _REFUSALS[key][replies.language(tag)].format(action=replies.actions(tag)["restyle"])
