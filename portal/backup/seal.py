"""A stream that is closed to others and shows at once where a single bit is wrong.

Pieces of a megabyte are sealed with AES-256-GCM under a key that scrypt makes of a
passphrase. Each knows its place and whether it is the last (the STREAM construction):
a piece that was changed, moved or taken away is found, and so is a cut end.
"""

import hashlib
import io
import secrets
import struct
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"IBASHO BACKUP 1\n"
SALT = 16
PIECE = 1024 * 1024
TAG = 16
LENGTH = struct.Struct(">I")


class Broken(Exception):
    """Not such a file, damaged, cut short, or sealed with another passphrase."""


def key_of(passphrase: str, salt: bytes) -> AESGCM:
    key = hashlib.scrypt(
        passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32
    )
    return AESGCM(key)


def nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


class Sealing(io.RawIOBase):
    """Write into it, then close it: only then the file has an end."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        salt = secrets.token_bytes(SALT)
        self.file, self.key = file, key_of(passphrase, salt)
        self.number, self.waiting = 0, bytearray()
        file.write(MAGIC + salt)

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.waiting += data
        while len(self.waiting) > PIECE:
            self.put(bytes(self.waiting[:PIECE]), is_last=False)
            del self.waiting[:PIECE]
        return len(data)

    def put(self, piece: bytes, *, is_last: bool) -> None:
        sealed = self.key.encrypt(nonce(self.number, is_last), piece, MAGIC)
        self.file.write(LENGTH.pack(len(sealed)) + sealed)
        self.number += 1

    def finish(self) -> None:
        """The end of the stream; without it the file is refused as cut short."""
        self.put(bytes(self.waiting), is_last=True)
        self.waiting.clear()


class Opening(io.RawIOBase):
    """Read what was sealed; Broken as soon as something is not as it was written."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise Broken("head")
        self.file, self.key = file, key_of(passphrase, file.read(SALT))
        self.number, self.rest, self.is_over = 0, b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, target) -> int:
        while not self.rest and not self.is_over:
            self.rest = self.next_piece()
        given, self.rest = self.rest[: len(target)], self.rest[len(target) :]
        target[: len(given)] = given
        return len(given)

    def next_piece(self) -> bytes:
        head = self.file.read(LENGTH.size)
        length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
        if not TAG <= length <= PIECE + TAG:
            raise Broken(f"piece {self.number}")
        sealed = self.file.read(length)
        if len(sealed) != length:
            raise Broken(f"piece {self.number}")
        for is_last in (False, True):
            try:
                piece = self.key.decrypt(nonce(self.number, is_last), sealed, MAGIC)
            except InvalidTag:
                continue
            self.number += 1
            self.is_over = is_last
            return piece
        raise Broken(f"piece {self.number}")

    def finish(self) -> None:
        """Read to the end: Broken where the end is missing or something follows it."""
        while not self.is_over:
            self.rest = self.next_piece()
        if self.file.read(1):
            raise Broken("tail")
