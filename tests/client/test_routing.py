import pytest

from saycut.client import Route, route_of

ROUTED = {
    Route.EXPORT: [
        "export",
        "Export!",
        "please export the video",
        "can you export it now?",
        "download",
        "Download the film, thanks",
        "send me the video",
        "save it",
        "导出",
        "导出视频",
        "请帮我导出一下",
        "下载",
        "把视频发给我",
    ],
    Route.CREDITS: [
        "credits",
        "balance",
        "how many credits do I have left?",
        "how many left",
        "积分",
        "余额",
        "还剩多少积分",
    ],
    Route.STATE: [
        "status",
        "show tracks",
        "Show me the timeline",
        "progress",
        "what's done?",
        "状态",
    ],
    Route.UPLOAD: ["upload", "upload a file", "Upload these photos", "上传", "上传文件"],
    Route.CHAT: [
        "",
        "add the word export as a title",
        "export as webm at 720p",
        "put 'export' on screen",
        "roll the credits at the end",
        "credits: directed by Ann",
        "add end credits",
        "balance the audio",
        "save the best moments for the end",
        "show the status bar",
        "make a progress bar",
        "how much is it",
        "how long is it",
        "状态栏改成红色",
        "标题写“导出”",
        "upload\nand cut it",
        "undo",
    ],
}


@pytest.mark.parametrize(
    ("text", "route"), [(text, route) for route, texts in ROUTED.items() for text in texts]
)
def test_only_a_message_that_is_nothing_but_the_word_is_routed(text: str, route: Route) -> None:
    assert route_of(text) is route
