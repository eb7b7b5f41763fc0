"""Where a message goes before anything is sent: words that stand for a call of their own.

Only a message that is nothing but such a word is one: "add the word export as a title" is chat.
"""

import re
import unicodedata
from enum import Enum
from typing import Final

__all__ = ["Route", "route_of"]


class Route(Enum):
    EXPORT = "export"
    CREDITS = "credits"
    STATE = "state"
    UPLOAD = "upload"
    CHAT = "chat"


_ITS: Final = "(?:the |my |this |these |a |some )?"
_FILM: Final = "(?:final |finished )?(?:video|film|movie|file|result|project)"
_MEDIA: Final = "(?:files?|photos?|pictures?|images?|videos?|clips?|music|songs?|media)"
_EXPORT: Final = (
    (
        rf"(?:export|download|save|render)(?: it| this| that| {_ITS}{_FILM})?"
        "(?: to my (?:computer|phone|device))?"
    ),
    rf"(?:send|give|get) (?:me )?(?:it|{_ITS}{_FILM})",
    "(?:导出|導出|下载|下載|保存)(?:这个|这段|我的|一下)*(?:视频|影片|短片|文件|视频文件|成片)?",
    "把?(?:视频|影片|成片)?(?:发给我|發給我|传给我|导出来|导出|下载下来)",
)
_CREDITS: Final = (
    (
        "(?:(?:show|check|see|what(?: is|'s|s)) )?(?:me )?(?:my |the )?"
        "(?:credits?|balance|credits? balance)(?: left)?"
    ),
    "how (?:many|much) credits?(?: are| do i have)?(?: left| remaining)?",
    "how (?:many|much)(?: is| are| do i have)? (?:left|remaining)",
    (
        "(?:查询|查看|查一下|看看)?(?:我的|剩余|还剩)*(?:多少)?"
        "(?:积分|積分|余额|餘額|点数)(?:余额|查询|还剩多少|还有多少|剩多少|多少)?"
    ),
)
_STATE: Final = (
    (
        "(?:(?:show|what(?: is|'s|s)) )?(?:me )?(?:the )?(?:current )?(?:project )?"
        "(?:status|state|tracks|timeline|progress)"
    ),
    "what(?: is|'s|s) done(?: so far)?",
    (
        "(?:查看|显示|看看|查询)?(?:当前|现在的|项目)*的?"
        "(?:状态|狀態|进度|進度|轨道|軌道|时间线|時間線)(?:如何|怎么样)?"
    ),
)
_UPLOAD: Final = (
    rf"upload(?: it| this| these| them| {_ITS}{_MEDIA})?",
    "(?:上传|上傳)(?:文件|素材|视频|图片|照片|音乐|一下)*",
)
_PATTERNS: Final = tuple(
    (route, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))
    for route, patterns in (
        (Route.EXPORT, _EXPORT),
        (Route.CREDITS, _CREDITS),
        (Route.STATE, _STATE),
        (Route.UPLOAD, _UPLOAD),
    )
)
_BEFORE: Final = re.compile(
    r"^(?:(?:please|now|ok|okay|so|then|and|just|can you|could you|would you|will you|"
    r"i want to|i'd like to|let's|lets)\b[ ,]*|请|請|帮我|幫我|麻烦|我要|我想|现在|好的|好)+"
)
_AFTER: Final = re.compile(
    r"(?:[ ,]*\b(?:please|now|thanks|thank you|for me)|请|吧|一下|谢谢|吗|呢|了)+$"
)
_EDGES: Final = re.compile(r"^[\s\W]+|[\s\W]+$")
_MESSAGE_LETTERS_MAX: Final = 80


def route_of(text: str) -> Route:
    """Tell where a message goes."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    if len(plain) > _MESSAGE_LETTERS_MAX or "\n" in plain.strip():
        return Route.CHAT
    words = " ".join(_EDGES.sub("", plain).split())
    for candidate in (words, _core(words)):
        for route, pattern in _PATTERNS:
            if candidate and pattern.fullmatch(candidate):
                return route
    return Route.CHAT


def _core(words: str) -> str:
    """Give what is left without words of politeness."""
    return _AFTER.sub("", _BEFORE.sub("", words)).strip(" ,，")
