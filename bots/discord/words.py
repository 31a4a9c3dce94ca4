"""What only Discord shows: names and meanings of options, refusals that never reach the conversation."""

from bots import replies

_OPTIONS_ZH = {
    "image": "图片",
    "style": "风格",
    "strength": "强度",
    "keep_colours": "保留颜色",
    "match_colours": "匹配颜色",
    "sharp": "清晰",
    "faces": "细画脸",
    "style_image": "风格图",
    "member": "成员",
    "group": "群头像",
    "name": "名字",
    "picture": "图",
    "words": "文字",
}
_MEANINGS = {
    **{"style_image": "menu-style-picture", "member": "menu-member", "group": "menu-group"},
    **{"name": "menu-new-name", "picture": "menu-new-picture", "words": "menu-words"},
}


def said(tag: str, key: str) -> str:
    """A sentence without values."""
    return replies.text(tag, key)


def option_name(tag: str, name: str) -> str:
    """What an option is called in the person's language; it is typed by its English name everywhere else."""
    return _OPTIONS_ZH[name] if replies.language(tag) == "zh" else name


def meaning(tag: str, name: str) -> str:
    """What an option is for."""
    return replies.text(tag, _MEANINGS[name]) if name in _MEANINGS else replies.options(tag)[name]


def refusal(tag: str, key: str, action: str) -> str:
    """A refusal; it names the menu's entry as the person sees it."""
    return replies.text(tag, key, action=action)
