import pytest

from saycut.fetch.naming import LABEL_CHARS_MAX, content_type, label


@pytest.mark.parametrize(
    ("disposition", "target", "name"),
    [
        ("", "/a/b/clip.mp4?x=/y.mov", "clip.mp4"),
        ("", "/%E6%98%A5%20%E5%A4%A9.mp4", "春 天.mp4"),
        ("", "/folder/", "folder"),
        ("", "/", "media.example"),
        ("", "/%2e%2e/%2e%2e", "media.example"),
        ("", "/..%2f..%2fetc%2fpasswd", "passwd"),
        ("attachment", "/clip.mp4", "clip.mp4"),
        ("attachment; filename=film.mp4", "/x", "film.mp4"),
        ('attachment; filename="my film.mp4"', "/x", "my film.mp4"),
        (r'attachment; filename="a \"b\".mp4"', "/x", 'a "b".mp4'),
        ('attachment; filename="春.mp4"', "/x", "春.mp4"),
        ("attachment; filename=a.mp4; filename*=UTF-8''%e6%98%a5.mp4", "/x", "春.mp4"),
        ("attachment; filename*=iso-8859-1'en'b%FCcher.mp4", "/x", "bücher.mp4"),
        ("attachment; filename*=utf-16''%e6.mp4", "/x.mp4", "x.mp4"),
        ('attachment; filename="../../etc/passwd"', "/x", "passwd"),
        (r'attachment; filename="C:\\Users\\me\\film.mp4"', "/x", "film.mp4"),
        ('attachment; filename=".."', "/x.mp4", "x.mp4"),
        ('attachment; filename=""', "/x.mp4", "x.mp4"),
        ("attachment; filename*=UTF-8''%2e%2e%2fa%00%0d%0a.mp4", "/x", "a .mp4"),
        ("attachment; filename*=UTF-8''gpj%e2%80%ae4pm.exe", "/x", "gpj4pm.exe"),
        ("attachment; filename*=UTF-8''%ff%fe.mp4", "/x", "\ufffd\ufffd.mp4"),
    ],
)
def test_a_name_is_a_label_of_one_line_without_a_path(
    disposition: str, target: str, name: str
) -> None:
    assert label(disposition, target, "media.example") == name


def test_long_names_are_cut_and_keep_their_ending() -> None:
    assert label("", "/" + "a" * 500 + ".mp4", "x") == "a" * (LABEL_CHARS_MAX - 4) + ".mp4"
    assert label("", "/" + "a" * 500, "x") == "a" * LABEL_CHARS_MAX


@pytest.mark.parametrize(
    ("header", "claimed"),
    [
        ("Video/MP4; codecs=avc1", "video/mp4"),
        ("", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("text/html<script>", "application/octet-stream"),
    ],
)
def test_a_type_is_one_of_the_plain_form(header: str, claimed: str) -> None:
    assert content_type(header) == claimed
