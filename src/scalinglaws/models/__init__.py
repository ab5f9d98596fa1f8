"""One file a model family. A family is found by its file name (`resnet.py` is `resnet`).

Each file has one function `build(inputs, outputs, *, ...)` that returns a `torch.nn.Module`; `inputs` is the
shape of one example and `outputs` the number of classes; the keyword parameters are the family's options in
a study file, and become part of a run's identity.
"""
