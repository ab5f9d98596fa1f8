"""The reserved ids at the start of a vocabulary of sentence pairs. All other ids are subwords."""

PAD, BEGIN, END, UNKNOWN = range(4)
"""Padding after a sentence, the first input of a decoder, the last target token, and unknown characters."""
RESERVED = ("<pad>", "<begin>", "<end>", "<unknown>")
"""Their names. If a sentence contains these letters, they are read as letters."""
