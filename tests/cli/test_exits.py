import pytest

from saycut.cli.exits import ExitCode, exit_code_of, explanation
from saycut.errors import SaycutError


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (4104, ExitCode.REQUEST),
        (4201, ExitCode.MEDIA),
        (4302, ExitCode.USAGE),
        (4303, ExitCode.RENDER),
        (4403, ExitCode.PROJECT),
        (4410, ExitCode.INTERNAL),
        (4411, ExitCode.INTERNAL),
        (4412, ExitCode.INTERNAL),
        (4501, ExitCode.REQUEST),
        (4601, ExitCode.RENDER),
        (4701, ExitCode.USAGE),
        (4803, ExitCode.INTERNAL),
        (4901, ExitCode.REQUEST),
        (400, ExitCode.USAGE),
        (500, ExitCode.INTERNAL),
    ],
)
def test_an_error_leaves_with_the_code_of_its_family(code: int, expected: ExitCode) -> None:
    error = type("Wrong", (SaycutError,), {"code": code})()

    assert exit_code_of(error) is expected


def test_the_help_explains_every_code() -> None:
    lines = explanation().splitlines()

    assert [int(line.split()[0]) for line in lines] == [code.value for code in ExitCode]
