"""Tokens, subwords and paragraphs of text."""
