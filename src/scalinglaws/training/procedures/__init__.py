"""Procedures: what is done with a model, besides training it from its first to its last step."""
