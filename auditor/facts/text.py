"""Bytes as text, in whatever encoding people save their files."""

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LFS = b"version https://git-lfs.github.com/spec/"
_SAMPLE = 4096


def decode(data: bytes) -> str:
    """Return the text; bytes that fit no encoding become U+FFFD, and every line end a newline."""
    return _decoded(data).replace("\r\n", "\n").replace("\r", "\n")


def is_lfs_pointer(data: bytes) -> bool:
    """Tell whether the blob only points at content that Git LFS keeps elsewhere."""
    return data.startswith(_LFS)


def is_binary(data: bytes) -> bool:
    """Tell whether the bytes are no text: a NUL byte without a Unicode mark before it."""
    return b"\0" in data[:_SAMPLE] and not any(data.startswith(bom) for bom, _ in _BOMS) and not _wide(data)


def _decoded(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    if wide := _wide(data):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


def _wide(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark: PowerShell's `>` writes requirements.txt so."""
    head = data[:200]
    if len(head) < 4 or len(data) % 2:  # noqa: PLR2004 - two characters at least
        return None
    if head[1::2].count(0) > len(head) // 2 * 0.8:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) // 2 * 0.8 else None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - rarely needed, slow to import

    best = from_bytes(data[:65536]).best()
    return data.decode(best.encoding if best else "latin-1", "replace")
