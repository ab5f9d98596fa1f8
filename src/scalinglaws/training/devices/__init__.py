"""GPUs: which are there, who uses them, how fast they are."""
