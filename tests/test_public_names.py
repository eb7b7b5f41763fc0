"""A package says what is public in `__all__`, and nothing else is handed on."""

import importlib
import pkgutil
import types

import pytest

import saycut

PACKAGES = [
    f"saycut.{module.name}" for module in pkgutil.iter_modules(saycut.__path__) if module.ispkg
]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_hands_on_what_it_lists_and_no_more(name: str) -> None:
    package = importlib.import_module(name)
    brought_in = {
        key
        for key, value in vars(package).items()
        if not key.startswith("_") and not isinstance(value, types.ModuleType)
    }

    assert set(package.__all__) >= brought_in - {"annotations"}
    assert all(hasattr(package, listed) for listed in package.__all__)
    assert len(package.__all__) == len(set(package.__all__))
