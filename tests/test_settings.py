from dataclasses import fields
from pathlib import Path

import pytest

from saycut.settings import VARIABLES, ServerSettings, Settings


def test_an_empty_environment_gives_folders_of_the_user_and_all_usable_cores() -> None:
    settings = Settings.from_environment({})

    assert settings.data_folder.is_absolute()
    assert settings.cache_folder.is_absolute()
    assert settings.data_folder != settings.cache_folder
    assert settings.worker_count >= 1
    assert settings.max_pixels is None, "media has a limit of its own"


def test_each_variable_decides_its_setting() -> None:
    settings = Settings.from_environment(
        {
            "SAYCUT_DATA": "/data",
            "SAYCUT_CACHE": "/cache",
            "SAYCUT_CACHE_BYTES": "1000",
            "SAYCUT_MAX_PIXELS": "2000",
            "SAYCUT_WORKERS": "3",
        }
    )

    assert settings == Settings(
        data_folder=Path("/data"),
        cache_folder=Path("/cache"),
        cache_bytes=1000,
        max_pixels=2000,
        worker_count=3,
    )


def test_a_relative_folder_stays_the_same_when_the_working_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = Settings.from_environment({"SAYCUT_DATA": "out/data"})

    assert settings.data_folder == tmp_path / "out" / "data"


@pytest.mark.parametrize("text", ["many", "0", "-2", "1.5", "٣x"])
def test_a_number_that_is_none_is_refused_with_its_variable(text: str) -> None:
    with pytest.raises(ValueError, match="SAYCUT_WORKERS"):
        Settings.from_environment({"SAYCUT_WORKERS": text})


def test_every_variable_fills_a_field_of_the_settings() -> None:
    own = {field.name for field in fields(Settings)} - {"server"}
    server = {field.name for field in fields(ServerSettings)}

    assert {v.field for v in VARIABLES if not v.is_of_server} == own
    assert {v.field for v in VARIABLES if v.is_of_server} == server


def test_variables_of_the_server_reach_its_settings() -> None:
    settings = Settings.from_environment(
        {
            "SAYCUT_OPEN": "0",
            "SAYCUT_PRICES": "chat=1, edit=2",
            "SAYCUT_TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16",
            "SAYCUT_GRANT": "0",
        }
    )

    assert settings.server == ServerSettings(
        is_open=False,
        prices={"chat": 1, "edit": 2},
        trusted_proxies=("10.0.0.1", "10.1.0.0/16"),
        grant=0,
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SAYCUT_OPEN", "perhaps"),
        ("SAYCUT_PRICES", "film=3"),
        ("SAYCUT_PRICES", "chat=-1"),
        ("SAYCUT_PRICES", "chat"),
        ("SAYCUT_LOG", "xml"),
        ("SAYCUT_GRANT", "-1"),
        ("SAYCUT_PUBLIC_URL", "video.example.org"),
        ("SAYCUT_ALLOWED_ORIGINS", "https://chat.example.org/page"),
        ("SAYCUT_ALLOWED_HOSTS", "https://video.example.org"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_variable(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is '{text}': write"):
        Settings.from_environment({name: text})
