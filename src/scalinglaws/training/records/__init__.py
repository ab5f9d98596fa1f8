"""The record of a run, and the learning rates that a search chose."""
