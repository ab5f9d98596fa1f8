"""How large a model is: parameters, and FLOPs by part."""

from scalinglaws.config.strict import Strict


class FlopsByPart(Strict):
    """Floating-point operations of one example: products, a multiply-add being two. Each is in one part."""

    body: int = 0
    """All that is in no other part, the projections to and from attention among it."""
    attention: int = 0
    """Products over pairs of tokens: queries times keys, and weights times values."""
    head: int = 0
    """The last map, to the outputs: logits, de-embedding."""
    embedding: int = 0
    """What maps inputs to vectors; 0 where they are looked up."""

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return self.body + self.attention + self.head + self.embedding


class ModelSize(Strict):
    """How large a model is; see `scalinglaws.counting.flops`."""

    parameters: int
    """N, all trainable parameters; one that is used twice counts once."""
    embedding_parameters: int
    """Those of N that are embeddings, a de-embedding that is tied to one among them."""
    forward_flops: FlopsByPart
    """FLOPs of one example forward."""
    training_flops: FlopsByPart
    """FLOPs of one example forward and backward."""
    products: int
    """Operators that do them, forward and backward: products that a step starts. Depends on the device."""
    outputs: int
    """Numbers that the model gives for one example."""

    @property
    def parameters_without_embeddings(self) -> int:
        """N without embeddings."""
        return self.parameters - self.embedding_parameters

    @property
    def flops_per_example(self) -> int:
        """FLOPs of one example forward and backward, all parts."""
        return self.training_flops.total
