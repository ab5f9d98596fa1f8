"""Checkpoints, interruption, and the heartbeat that others watch."""
