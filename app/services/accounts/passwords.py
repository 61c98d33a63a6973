"""Password hashes as the account library writes and reads them."""

from __future__ import annotations

from argon2 import PasswordHasher


def hash_password(password: str) -> str:
    """argon2id with argon2-cffi's defaults (64 MiB, t=3, p=4), above what OWASP asks for."""
    return PasswordHasher().hash(password)
