"""Devices: a GPU for this process alone, and how fast a device can be at best."""
