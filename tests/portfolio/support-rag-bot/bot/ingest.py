"""Split the help pages by heading and store them."""

import re
from pathlib import Path

from bot.store import collection, embed


def split(page: str) -> list[str]:
    """Return one chunk a heading."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    return [part.strip() for part in parts if part.strip()]


def ingest(folder: Path = Path("docs")) -> int:
    stored = collection()
    count = 0
    for path in sorted(folder.glob("*.md")):
        chunks = split(path.read_text(encoding="utf-8"))
        ids = [f"{path.stem}-{number}" for number in range(len(chunks))]
        stored.upsert(ids=ids, documents=chunks, embeddings=embed(chunks))
        count += len(chunks)
    return count


if __name__ == "__main__":
    print(ingest(), "chunks stored")
