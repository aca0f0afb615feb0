"""Read an AI/ML candidate's portfolio the way a hiring panel would."""

__version__ = "0.1.0"
