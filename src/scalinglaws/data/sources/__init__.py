"""One file a data source. A source is found by its file name (`fashion_mnist.py` is `fashion-mnist`).

Each file has one function `load(location, archives, *, ...)`:

    location: the user's own copy (a folder; `locations` in the scale file), or None for the packaged default
    archives: the folder of package archives, which are fetched into it where they are missing
    keyword parameters: the options of the source in a study file; they are part of a run's identity

and returns `scalinglaws.data.images.Images`. Where sizes are known beforehand, a constant `EXAMPLES` says so
(training, validation, classes, shape as channels, height, width): the config is checked against it.
"""
