"""The size of a model: parameters, and FLOPs by part."""

from scalinglaws.config.strict import Strict


class FlopsByPart(Strict):
    """Floating-point operations of one example. Only products count; a multiply-add is two operations."""

    body: int = 0
    """All that is in no other part, such as the projections to and from attention."""
    attention: int = 0
    """Products over pairs of tokens: queries times keys, and weights times values."""
    head: int = 0
    """The last map, to the outputs: logits, de-embedding."""
    embedding: int = 0
    """The map from inputs to vectors; 0 if they are looked up."""

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return self.body + self.attention + self.head + self.embedding


class ModelSize(Strict):
    """The size of a model; see `scalinglaws.counting.flops`."""

    parameters: int
    """N: all trainable parameters; one that is used twice counts once."""
    embedding_parameters: int
    """Parameters of embeddings, including a de-embedding that is tied to one; part of N."""
    forward_flops: FlopsByPart
    """FLOPs of one example forward."""
    training_flops: FlopsByPart
    """FLOPs of one example forward and backward."""
    products: int
    """Number of products that a training step starts, forward and backward; depends on the device."""
    outputs: int
    """Numbers that the model puts out for one example."""

    @property
    def parameters_without_embeddings(self) -> int:
        """N without embeddings."""
        return self.parameters - self.embedding_parameters

    @property
    def flops_per_example(self) -> int:
        """FLOPs of one example forward and backward, all parts."""
        return self.training_flops.total
