"""Checkpoints, the signals that stop a process, and the heartbeats of one that runs."""
