"""Secrets that are shown once: how they are made, and the form in which they are kept."""

import secrets
from hashlib import sha256
from typing import Final

__all__ = ["hash_of", "new_secret"]

# 256 bits: nobody guesses one, so a plain hash of it needs no salt and no slowness.
_SECRET_BYTES: Final = 32


def new_secret(prefix: str = "") -> str:
    """Give new random text of letters, digits, `-` and `_`, after a prefix that tells its use."""
    return prefix + secrets.token_urlsafe(_SECRET_BYTES)


def hash_of(secret: str) -> str:
    """Give what is kept of a secret: its SHA-256 in hexadecimal digits."""
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()
