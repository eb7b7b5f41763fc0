"""Pages for people: accounts, sessions in a browser, templates."""
