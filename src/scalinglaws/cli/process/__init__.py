"""Following the processes that a command starts: signals that stop them, and what made them fail."""
