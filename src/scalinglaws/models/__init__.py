"""One file per model family. A family is found by its file name (`resnet.py` is `resnet`).

Each file has a function `build(inputs, outputs, *, ...)` that returns a `torch.nn.Module`. `inputs` is the
shape of one example and `outputs` the number of classes. The keyword parameters are the family's options in a
study file, and part of a run's identity.

Two literals are optional. `TASKS` names the tasks that it is made for, and `REQUIRED` says what its options
must satisfy together, as {expression: problem}. A study that does not fit is refused before anything runs.

Two constants of the module's class say which of its parts count as what, for parameters and FLOPs by part
(`counting/flops.py`):

    HEAD = ("head",)                        # submodules that make the outputs: logits, de-embedding
    EMBEDDINGS = ("embed", "positions")     # submodules or parameters that turn inputs into vectors; or ()

Everything else is the body. Attention needs no name, because it is recognised: both factors of its products
come from the example. You get an error if a model lacks these constants, if they name something that does not
exist, if they do not name an `nn.Embedding`, or if the FLOPs of an operator are not known.
"""
