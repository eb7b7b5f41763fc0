from pathlib import Path

import pytest

from saycut.settings import Settings


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


def test_the_table_in_the_docs_names_every_variable_that_is_read() -> None:
    import saycut.settings

    source = Path(saycut.settings.__file__).read_text()
    _, table, code = source.split('"""', 2)

    read = {word.strip('",)') for word in code.split() if word.startswith('"SAYCUT_')}
    documented = {word.strip("`") for word in table.split() if word.startswith("`SAYCUT_")}
    assert read == documented
