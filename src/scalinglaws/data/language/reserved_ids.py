"""The first ids of a vocabulary of sentence pairs; all others are subwords."""

PAD, BEGIN, END, UNKNOWN = range(4)
"""Filling after a sentence, what a decoder sees first, the last target token, a character not known."""
RESERVED = ("<pad>", "<begin>", "<end>", "<unknown>")
"""Their names. The same letters in a sentence are letters."""
