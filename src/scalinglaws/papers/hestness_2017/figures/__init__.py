"""The figures of the paper: functions from tables to a matplotlib Figure."""
