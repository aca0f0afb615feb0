"""Every limit in one place: what is read of one repository, what is asked of the network, how long anything may take.

Sizes are bytes, times are seconds. `AUDITOR_LIMIT_<NAME>` in the environment replaces a value.
"""

import os

import msgspec

from auditor.model import AuditorError


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one repository may cost, and the links of one run."""

    text_bytes: int = 1_000_000
    notebook_bytes: int = 20_000_000
    tree_entries: int = 60_000
    tree_depth: int = 60
    path_bytes: int = 1_024
    parsed_files: int = 5_000
    commits: int = 2_000
    parse_seconds: float = 10.0
    repository_seconds: float = 300.0
    worker_bytes: int = 4_000_000_000
    clone_blob_bytes: int = 20_000_000
    clone_seconds: float = 300.0
    clone_stall_seconds: int = 30
    worker_restarts: int = 8
    readme_links: int = 30
    run_links: int = 1_000
    links_seconds: float = 120.0
    link_hosts: int = 8
    link_seconds: float = 15.0
    link_connection_seconds: float = 30.0
    link_redirects: int = 5
    link_bytes: int = 65_536
    link_age_seconds: float = 86_400.0
    link_unknown_age_seconds: float = 3_600.0


def from_environment() -> Limits:
    """Read the limits, with what the environment replaces. Raises AuditorError."""
    changed = {
        name: os.environ[key]
        for name in Limits.__struct_fields__
        if (key := f"AUDITOR_LIMIT_{name.upper()}") in os.environ
    }
    try:
        found = msgspec.convert(changed, Limits, strict=False)
    except msgspec.ValidationError as error:
        raise AuditorError(f"A limit in the environment is no number: {error}.") from None
    for name in changed:
        if not getattr(found, name) > 0:
            raise AuditorError(f"AUDITOR_LIMIT_{name.upper()} takes a number above 0.")
    return found
