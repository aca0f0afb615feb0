"""Where repositories come from: the only part that reads disks, runs git and talks to hosts."""
