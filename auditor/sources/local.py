"""Find repositories on this machine's disk. Opens no repository: git is not run here."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from auditor.model import AuditorError
from auditor.repository import LeftOut, Origin
from auditor.sources.git import first_bytes, git_folder
from auditor.sources.selection import Selection, excluded

_REMOTE = re.compile(r'^\s*\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE)
_SCP = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(.+)")
_CONFIG_BYTES = 100_000


def path_of(text: str) -> Path | None:
    """Return the path that a text names, if there is something; None where it can only be a name or an address."""
    if text.startswith("file://"):
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost"):
            raise AuditorError(f"{text} is on another machine; clone it by ssh:// or https://.")
        from urllib.request import url2pathname  # noqa: PLC0415 - slow to import

        return _existing(Path(url2pathname(parts.path)), text)
    if not text or "://" in text:
        return None
    path = Path(text).expanduser() if text.startswith("~") else Path(text)
    try:
        if path.exists():
            return path
    except (OSError, ValueError):
        return None  # too long, or with a NUL: no path
    return _existing(path, text) if _means_a_path(text) else None


def nearest(path: Path) -> str | None:
    """Return the existing sibling whose name is most like a missing path's."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return None
    found = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return str(path.parent / found[0]) if found else None


def legible(text: str) -> str:
    """Return what this machine calls something as UTF-8, whatever the locale; bytes that are none become escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def repositories(path: Path, selection: Selection) -> tuple[tuple[Origin, ...], tuple[LeftOut, ...]]:
    """Return the repository at a path, or those in the folder, with what was left out. Raises AuditorError."""
    folder = path.resolve()
    if folder.name == ".git" and (folder / "HEAD").exists():
        folder = folder.parent
    if not folder.is_dir():
        raise AuditorError(f"{path} is a file; name the repository's folder.")
    if git_folder(folder):
        return (_origin(folder, _name(folder, folder.parent), selection),), ()
    found = list(_inside(folder)) or [inner for outer in _folders(folder) for inner in _inside(outer)]
    if not found:
        raise AuditorError(_none_in(path, folder))
    kept = [each for each in found if not excluded(_name(each, folder), selection.exclude)]
    left_out = (
        LeftOut(_name(each, folder), f"excluded by --exclude {glob}")
        for each in found
        if (glob := excluded(_name(each, folder), selection.exclude))
    )
    read = kept[: selection.max_repos] if selection.max_repos is not None else kept
    beyond = (LeftOut(_name(each, folder), f"beyond --max-repos {selection.max_repos}") for each in kept[len(read) :])
    return tuple(_origin(each, _name(each, folder), selection) for each in read), (*left_out, *beyond)


def _origin(folder: Path, name: str, selection: Selection) -> Origin:
    return Origin(name=name, location=str(folder), url=_web_page(folder), revision=selection.revision)


def _inside(folder: Path) -> Iterator[Path]:
    return (entry for entry in _folders(folder) if git_folder(entry))


def _folders(folder: Path) -> list[Path]:
    """Return the folders in a folder, by name; links are not followed, hidden ones are not looked into."""
    try:
        entries = sorted(folder.iterdir())
        return [each for each in entries if not each.name.startswith(".") and not each.is_symlink() and each.is_dir()]
    except OSError:
        return []


def _name(folder: Path, root: Path) -> str:
    return legible(folder.relative_to(root).as_posix().removesuffix(".git"))


def _none_in(path: Path, folder: Path) -> str:
    around = next((parent for parent in folder.parents if git_folder(parent)), None)
    if around:
        return f"{path} is a part of the repository {around}; name that."
    return f"{path} is not a git repository, and there is none in it; `git init` and a commit make it one."


def _existing(path: Path, text: str) -> Path:
    if path.exists():
        return path
    near = nearest(path)
    raise AuditorError(f"There is no {text}" + (f"; did you mean {near}?" if near else "; look for a mistyped path."))


def _means_a_path(text: str) -> bool:
    return text.startswith(("/", "./", "../", "~", ".\\", "..\\")) or "\\" in text or text in (".", "..")


def _web_page(folder: Path) -> str | None:
    """Return the page of the repository that this one was cloned from, without what may be secret in its address."""
    source = git_folder(folder)
    config = first_bytes(source / "config", _CONFIG_BYTES).decode("utf-8", "replace") if source else ""
    found = _REMOTE.search(config)
    if not found:
        return None
    if scp := _SCP.fullmatch(found[1]):
        return f"https://{scp[1]}/{scp[2].removesuffix('.git').strip('/')}"
    try:
        parts = urlsplit(found[1])
        if parts.scheme in ("https", "http", "ssh") and parts.hostname:
            port = f":{parts.port}" if parts.port and parts.scheme != "ssh" else ""
            scheme = "http" if parts.scheme == "http" else "https"
            return f"{scheme}://{parts.hostname}{port}{parts.path.removesuffix('.git').rstrip('/')}"
    except ValueError:
        return None
    return None
