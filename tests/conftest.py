"""What holds for all tests: no deadline for generated examples, since machines are shared and noisy."""

from hypothesis import settings

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")
