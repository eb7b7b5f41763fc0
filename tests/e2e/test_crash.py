"""Nothing is lost and nothing is charged twice, whenever the server is killed."""

from pathlib import Path

from tests.e2e.crashing import crash_and_finish


def test_twenty_films_survive_a_server_that_is_killed_again_and_again(
    tmp_path: Path, database_url: str
) -> None:
    outcome = crash_and_finish(tmp_path, 20, seed=5, database_url=database_url)

    assert outcome.problems == []
    assert outcome.kills >= 5
