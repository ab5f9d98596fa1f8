"""Modalities: what data sets are made of. One file each: images, text, pairs, speech."""
