"""The characters that stand for bytes in the files and the interface of Hugging Face's ``tokenizers``."""

from __future__ import annotations

# The byte-level alphabet of GPT-2: a byte that is a printable character of Latin-1, except a blank, is written as that
# character; the other bytes are written as the characters from U+0100 on.
_PRINTABLE = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
_CHARACTERS = {byte: chr(0x100 + i) for i, byte in enumerate(_OTHERS)}
_BYTES: dict[int, int | None] = {ord(character): byte for byte, character in _CHARACTERS.items()}
# Characters of Latin-1 that stand for no byte must not be taken for the byte of the same number: nothing encodes U+FFFF.
_BYTES.update(dict.fromkeys(_OTHERS, 0xFFFF))


def name_of(token: bytes) -> str:
    """Return the name of a token, one character for each byte.

    >>> name_of(" né".encode())
    'ĠnÃ©'
    """
    return token.decode("latin-1").translate(_CHARACTERS)


def bytes_of(name: str) -> bytes | None:
    """Return the bytes that a name stands for, or None if it has a character that stands for no byte.

    >>> bytes_of("Ġn"), bytes_of(" n"), bytes_of("我")
    (b' n', None, None)
    """
    try:
        return name.translate(_BYTES).encode("latin-1")
    except UnicodeEncodeError:
        return None
