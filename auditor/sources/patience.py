"""How long to wait for others, and saying so. The clock is handed in; nothing here knows what is being waited for."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_FIRST_BACK_OFF = 1.0
_MINUTE = 60


class Patience:
    """One run's allowance for waiting: every pause is reported before it is slept, and all together have a limit."""

    def __init__(
        self,
        report: Callable[[str], None],
        *,
        max_wait: float = 900.0,
        attempts: int = 4,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.report = report
        self.max_wait = max_wait
        self.attempts = attempts
        self.now = now
        self._sleep = sleep
        self._waited = 0.0
        self._lock = threading.Lock()

    def wait(self, seconds: float, why: str) -> bool:
        """Say why and for how long, and sleep; or return False at once where that would pass the allowance."""
        with self._lock:
            if self._waited + seconds > self.max_wait:
                return False
            self._waited += seconds
        self.report(f"{why}: waiting {spoken(seconds)}, until {self.at(seconds)}")
        self._sleep(seconds)
        return True

    def back_off(self, attempt: int, why: str, least: float = 0.0) -> bool:
        """Wait before attempt number `attempt` + 1, twice as long each time; False when no attempt is left."""
        if attempt >= self.attempts:
            return False
        return self.wait(max(_FIRST_BACK_OFF * 2 ** (attempt - 1), least), why)

    def at(self, seconds: float) -> str:
        """Return the time of day, UTC, so many seconds from now."""
        return datetime.fromtimestamp(self.now() + seconds, UTC).strftime("%H:%M:%S UTC")


def retry_after(value: str | None, now: float) -> float | None:
    """Read a Retry-After header, which holds seconds or a date; None where it is absent or neither."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(parsedate_to_datetime(value).timestamp() - now, 0.0)
    except ValueError:
        return None


def spoken(seconds: float) -> str:
    """Return a length of time as one says it: `40 s`, `12 min`."""
    return f"{seconds:.0f} s" if seconds < 2 * _MINUTE else f"{seconds / _MINUTE:.0f} min"
