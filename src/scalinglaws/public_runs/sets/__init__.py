"""Public run data of papers. A set is found by its file name (`chinchilla_points.py` is `chinchilla-points`).

Each file has literal constants, which are read without importing it:

    TITLE, LICENCE, SOURCE: what it is, under which licence, from where
    ADDRESS: the folder that its upstream files are fetched from, pinned to one commit
    FILES: the forms in which it can lie in a folder, each {file name: SHA-256}; the first is upstream's

and one function `read(files)` that turns the files of one form ({file name: path}) into a table. Its columns
are N (parameters), D (tokens), C (FLOPs), U (unique tokens) and loss, as far as the set has them, and others.
"""
