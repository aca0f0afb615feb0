"""Keep programs and modules from being taken from the current folder: it may be a candidate's repository."""

import os


def distrust_current_folder() -> None:
    """Make every process that is started from here on look elsewhere; call it before the first.

    Python's own helper processes run `python -c`, which would import `multiprocessing.py` from the current folder;
    Windows would start a `git.exe` that lies there; a PATH may name the folder as "." or as nothing.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"
    path = os.environ.get("PATH")
    if path is not None:
        os.environ["PATH"] = os.pathsep.join(filter(os.path.isabs, path.split(os.pathsep)))
