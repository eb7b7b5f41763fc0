"""Talk of a screen that is not there, turned into what it comes to.

Some servers answer as if the user sat before an editor: "click Export", "drag the clip", "open
the panel". Sentences that say so are replaced; words in quotes are the user's own and stay.
"""

import re
from dataclasses import dataclass
from typing import Final

from saycut.client.events import Suggestion

__all__ = ["Plain", "plain_words", "whole_sentences"]


@dataclass(frozen=True, slots=True)
class Plain:
    """A reply without the screen, and what its sentences came to."""

    text: str
    suggestions: tuple[Suggestion, ...] = ()


# Order matters: "click Export" is an export, "preview in the timeline" a summary.
_RULES: Final = (
    (
        "export",
        re.compile(
            r"\b(?:click|tap|press|hit|use|select|choose|find|go to|open)\b[^.]*\bexport\b"
            r"|\bexport (?:button|menu|option|panel|icon)\b"
            r"|(?:点击|點擊|点|按|单击|打开|选择|使用)[^。]*(?:导出|導出)|(?:导出|導出)(?:按钮|菜单)",
            re.IGNORECASE,
        ),
        'To get the film, say "export".',
        "要得到成片, 说“导出”即可。",
    ),
    (
        "summary",
        re.compile(
            r"\b(?:preview|view|see|check|look at|watch)\b[^.]*"
            r"\b(?:in|on) (?:the |your )?timeline\b"
            r"|(?:在)?(?:时间线|時間線|时间轴)[^。]*(?:预览|預覽|查看)|(?:预览|預覽)[^。]*(?:时间线|时间轴)",
            re.IGNORECASE,
        ),
        "This is what is on the timeline now.",
        "现在的时间线如下。",
    ),
    (
        "edit",
        re.compile(
            r"\b(?:drag|drop (?:it|them|the \w+) (?:on|onto|into))\b"
            r"|(?:拖拽|拖动|拖動|拖放|拖到)",
            re.IGNORECASE,
        ),
        'Say what should go where, such as "move the second clip to the start".',
        "说出要移动什么、移到哪里, 例如“把第二段移到开头”。",
    ),
    (
        "state",
        re.compile(
            r"\bopen\b[^.]*\b(?:panel|tab|menu|editor|window|sidebar|settings|library|inspector|"
            r"dialog|page|timeline|project)\b|(?:打开|打開)[^。]*(?:面板|菜单|选项|窗口|设置|编辑器|页面|素材库|时间线)",
            re.IGNORECASE,
        ),
        "This is how the project stands.",
        "项目现在的状态如下。",
    ),
    (
        "act",
        re.compile(
            r"\b(?:click|double-click|right-click|tap|press)\b(?! track| sound)"
            r"|(?:点击|點擊|单击|双击|右键|长按)",
            re.IGNORECASE,
        ),
        "Say so here, and it is done.",
        "在这里说出来即可完成。",
    ),
)
_SENTENCE: Final = re.compile(r"[^.!?。!?\n]*(?:\.(?=\S)[^.!?。!?\n]*)*(?:[.!?。!?]+|\n|$)\s*")
_QUOTED: Final = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」|'[^'\n]+'(?!\w)|`[^`\n]*`")


def plain_words(text: str) -> Plain:
    """Give a reply without talk of a screen."""
    said: list[str] = []
    suggestions: list[Suggestion] = []
    for sentence in _SENTENCE.findall(text):
        found = _rule(sentence)
        if found is None:
            said.append(sentence)
            continue
        action, words = found
        suggestions.append(Suggestion(action, sentence.strip()))
        if not any(words in before for before in said):
            space = sentence[len(sentence.rstrip()) :]
            bullet = re.match(r"\s*(?:[-*•]|\d+[.)])?\s*", sentence)
            said.append((bullet[0] if bullet else "") + words + space)
    return Plain("".join(said), tuple(suggestions))


def whole_sentences(text: str) -> tuple[str, str]:
    """Cut a text after its last whole sentence."""
    ends = [match.end() for match in re.finditer(r"[.!?。!?]+[\"”」')]*\s+|[。!?\n]", text)]
    end = ends[-1] if ends else 0
    return text[:end], text[end:]


def _rule(sentence: str) -> tuple[str, str] | None:
    bare = _QUOTED.sub(lambda m: m[0] if _is_label(m[0]) else " ", sentence)
    is_chinese = bool(re.search("[\u4e00-\u9fff]", sentence))
    for action, pattern, english, chinese in _RULES:
        if pattern.search(bare):
            return action, chinese if is_chinese else english
    return None


def _is_label(quoted: str) -> bool:
    """Tell whether quotes hold the label of a button: click "Export", 点击“导出”."""
    return quoted[1:-1].strip().casefold() in ("export", "导出", "導出", "export video", "导出视频")
