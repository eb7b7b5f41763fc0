"""The entries of the registry: arguments, words and examples around the pure edits."""

__all__: list[str] = []
