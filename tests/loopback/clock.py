"""A clock that only moves when somebody sleeps."""

from auditor.sources.patience import Patience


class Clock:
    """Time for tests: `sleeps` are the pauses that were slept, `said` what was reported."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        self.time = start
        self.sleeps: list[float] = []
        self.said: list[str] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    def patience(self, max_wait: float = 900.0, attempts: int = 4) -> Patience:
        return Patience(self.said.append, max_wait=max_wait, attempts=attempts, sleep=self.sleep, now=self.now)
