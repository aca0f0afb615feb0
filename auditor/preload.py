"""What the server imports that workers are forked from: done once, not once a worker."""

import sys

import pebble.pool.process  # noqa: F401 - imported to be there

import auditor.facts.parsers
import auditor.worker  # noqa: F401 - imported to be there

sys.excepthook = lambda *_: None  # it ends where no process can be forked, which the main process says in a sentence
