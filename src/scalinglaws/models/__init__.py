"""One file a model family. A family is found by its file name (`resnet.py` is `resnet`).

Each file has one function `build(inputs, outputs, *, ...)` that returns a `torch.nn.Module`; `inputs` is the
shape of one example and `outputs` the number of classes; the keyword parameters are the family's options in
a study file, and become part of a run's identity.

The module says what its parts are, for the counts of parameters and FLOPs by part (`counting/flops.py`), by
two constants of its class:

    HEAD = ("head",)                        # submodules that make the outputs: logits, de-embedding
    EMBEDDINGS = ("embed", "positions")     # submodules or parameters that turn inputs into vectors; or ()

What neither names is the body. Attention needs no name: its products are those of two factors that both come
from the example. A model without these constants, with one that names what is not there, or with an
`nn.Embedding` that goes unnamed is an error, and so is an operator whose FLOPs are not known.
"""
