"""What a blob says: functions from bytes to a frozen, JSON-able value. No path, no clock, no repository."""
