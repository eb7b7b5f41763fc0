"""The steps that bring an older database to the tables of `saycut.store.schema`."""

__all__: list[str] = []
