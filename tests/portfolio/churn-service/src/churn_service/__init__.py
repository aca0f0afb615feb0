"""Tell which customers of a broadband provider are about to leave, and why."""

__version__ = "1.2.0"
