"""Opens text files: decompressed as they are read, in the encoding that they are written in."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from typing import IO, Any, TextIO

from include.cerebro.formats.rules import FormatRules
from include.cerebro.platform.errors import BadObjectError

CHUNK_BYTES = 1 << 20
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    # Before UTF-16: its mark begins like this one.
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Bytes that Windows-1252 does not define, and control characters that no text has.
_NOT_WINDOWS = re.compile(rb"[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")


def open_text(key: str, stream: IO[bytes], rules: FormatRules) -> TextIO:
    """Open an object's bytes as text, with its line ends as they are.

    The compression is told by the first bytes, whatever the object is called. The object is read to its end once, to
    find out the encoding, and is then at its beginning. Memory does not depend on its size. Bytes that are not text in
    the encoding become lone surrogates, so that ``text_problem`` rejects their records alone.

    Args:
        key: the object's key, for error messages.
        stream: the object, seekable.
        rules: its encoding, if the landing zone has one.

    Raises:
        BadObjectError: the compressed data are broken or cut off, or the encoding is unknown.
    """
    try:
        encoding = rules.encoding or _encoding(_decompressed(stream))
        if rules.encoding:
            _read_through(_decompressed(stream))
        return io.TextIOWrapper(_decompressed(stream), encoding, errors="surrogateescape", newline="")
    except (EOFError, OSError, zlib.error) as error:
        raise BadObjectError(key, f"its compressed data are broken or cut off: {error}") from error
    except LookupError as error:
        raise BadObjectError(
            key, f"it cannot be read as text: {error}", "Correct the encoding of the landing zone"
        ) from error


def _decompressed(stream: IO[bytes]) -> Any:
    """Return the stream from its beginning, decompressed if it is compressed: a buffered binary file."""
    stream.seek(0)
    start = stream.read(4)
    stream.seek(0)
    kept_open = _KeptOpen(stream)
    if start.startswith(GZIP):
        return gzip.GzipFile(fileobj=kept_open, mode="rb")
    if start == ZSTD:
        return io.BufferedReader(_ZstdFile(stream), CHUNK_BYTES)
    return io.BufferedReader(kept_open, CHUNK_BYTES)


class _KeptOpen(io.RawIOBase):
    """A stream that whoever reads it may close without closing the one behind it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _ZstdFile(io.RawIOBase):
    """Zstandard, one frame after another. Unlike the library's own reader it notices that the last frame is cut off."""

    # One block of 4 bytes may become 128 KiB, so that a piece becomes 32 MiB at most.
    PIECE_BYTES = 1024

    def __init__(self, stream: IO[bytes]) -> None:
        import zstandard  # Few landing zones need it.

        self._stream = stream
        self._library = zstandard
        self._frame: Any = None
        self._compressed = b""
        self._decompressed = io.BytesIO()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not (read := self._decompressed.readinto(buffer)):
            self._compressed = self._compressed or self._stream.read(self.PIECE_BYTES)
            if not self._compressed:
                if self._frame is not None:
                    raise EOFError("they end before their last frame does")
                return 0
            self._frame = self._frame or self._library.ZstdDecompressor().decompressobj()
            try:
                self._decompressed = io.BytesIO(self._frame.decompress(self._compressed))
            except self._library.ZstdError as error:
                raise OSError(str(error)) from error
            self._compressed = self._frame.unused_data if self._frame.eof else b""
            self._frame = None if self._frame.eof else self._frame
        return read


def _read_through(stream: io.BufferedIOBase) -> None:
    while stream.read(CHUNK_BYTES):
        pass


def _encoding(stream: io.BufferedIOBase) -> str:
    """Find out the encoding: by a byte order mark, by the zeros of UTF-16, or by what all bytes can be."""
    chunk = stream.read(CHUNK_BYTES)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if chunk.startswith(mark):
            _read_through(stream)
            return encoding
    if utf_16 := _utf_16(chunk):
        _read_through(stream)
        return utf_16
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    letters = escaped = 0
    windows = True
    while chunk:
        if not chunk.isascii():
            text = decoder.decode(chunk)
            bad = len(_ESCAPED_BYTE.findall(text))
            escaped += bad
            letters += len(_NOT_ASCII.findall(text)) - bad if not text.isascii() else 0
        else:
            decoder.decode(chunk)
        windows = windows and not _NOT_WINDOWS.search(chunk)
        chunk = stream.read(CHUNK_BYTES)
    escaped += len(decoder.decode(b"", final=True))
    # In UTF-8 with some broken bytes, most letters are whole. In Windows-1252, hardly two letters look like one.
    return "cp1252" if windows and escaped > 10 * letters else "utf-8"


def _utf_16(start: bytes) -> str | None:
    """Return which UTF-16 it is without a byte order mark: in Latin text, every other byte is zero."""
    pairs = len(start[:4096]) // 2
    low, high = start[:4096:2].count(0), start[1:4096:2].count(0)
    if pairs and max(low, high) > pairs // 2 and min(low, high) < pairs // 10 + 1:
        return "utf-16-le" if high > low else "utf-16-be"
    return None
