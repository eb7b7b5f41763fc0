"""Lets `python -m saycut` do what `saycut` does."""

from saycut.cli import main

if __name__ == "__main__":
    main()
