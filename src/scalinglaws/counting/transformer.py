"""The N and C of a decoder-only transformer: parameters and FLOPs by Kaplan, by Hoffmann, and exactly.

A multiply-add is two FLOPs everywhere. No count includes layer norms, biases, activations, residual sums or
the optimiser.
"""

from dataclasses import dataclass, fields

from scalinglaws.errors import ScalingLawsError

Parts = dict[str, int]
"""Numbers by part of the model, each the sum over all layers."""

BACKWARD = 2  # a matrix product has two gradients, and each costs as much as the product


@dataclass(frozen=True)
class Transformer:
    """A decoder-only transformer.

    Attributes:
        d_model: width of the residual stream.
        n_layer: number of blocks.
        d_ff: width of the feed-forward layer.
        d_attn: width of queries, keys and values, all heads together.
        vocabulary: number of tokens.
        n_ctx: tokens of context.
        tied: whether embedding and de-embedding are one matrix; its FLOPs are the same either way.
    """

    d_model: int
    n_layer: int
    d_ff: int
    d_attn: int
    vocabulary: int
    n_ctx: int
    tied: bool = False

    def __post_init__(self) -> None:
        """Refuse sizes below one."""
        for field in fields(self):
            if getattr(self, field.name) < 1 and field.name != "tied":
                raise ScalingLawsError(f"transformer: {field.name} must be 1 or more")


def parameters(model: Transformer) -> Parts:
    """Exact parameters of the matrices, by part.

    `embed` is the token embedding and `positions` a learned position embedding; leave the latter out if
    positions are computed. The de-embedding is 0 if it is tied.
    """
    return {
        "embed": model.vocabulary * model.d_model,
        "positions": model.n_ctx * model.d_model,
        "qkv": model.n_layer * model.d_model * 3 * model.d_attn,
        "project": model.n_layer * model.d_attn * model.d_model,
        "feed_forward": model.n_layer * 2 * model.d_model * model.d_ff,
        "de_embed": 0 if model.tied else model.vocabulary * model.d_model,
    }


def non_embedding(model: Transformer) -> int:
    """N of Kaplan et al. 2020: 2 d L (2 d_attn + d_ff), 12 L d^2 at the usual shapes (equation 2.1)."""
    return 2 * model.d_model * model.n_layer * (2 * model.d_attn + model.d_ff)


def forward_flops(model: Transformer, *, causal: bool = False) -> Parts:
    """Exact forward FLOPs per token of all matrix products, averaged over a full context, by part.

    Looking up an embedding is not a product. `scores` is queries times keys, and `values` is weights times
    values.

    Args:
        model: the model.
        causal: count only the keys that a token may see, (n_ctx + 1) / 2 on average. Otherwise all n_ctx
            count, as in a masked dense product and in torch's own counter.
    """
    product = model.d_attn * (model.n_ctx + 1) if causal else 2 * model.d_attn * model.n_ctx
    return {
        "qkv": 2 * model.n_layer * model.d_model * 3 * model.d_attn,
        "scores": model.n_layer * product,
        "values": model.n_layer * product,
        "project": 2 * model.n_layer * model.d_attn * model.d_model,
        "feed_forward": 2 * model.n_layer * 2 * model.d_model * model.d_ff,
        "de_embed": 2 * model.d_model * model.vocabulary,
    }


def training_flops(model: Transformer, *, causal: bool = False) -> int:
    """Exact FLOPs per token of the forward and backward pass; times D, they are the C of a run."""
    return (1 + BACKWARD) * sum(forward_flops(model, causal=causal).values())


def kaplan_forward_flops(model: Transformer) -> Parts:
    """Forward FLOPs per token as in Kaplan et al. 2020, Table 1, by its rows.

    Two rows differ from an exact count. `mask`, 2 L n_ctx d_attn, is half of what scores and values need
    without a mask, 4 L n_ctx d_attn. If it means the scores without a mask, it misses the values; if it means
    both under a causal mask, it is 2 L d_attn too small, because a token also sees itself. `embed`, 4 d,
    counts additions, not products.
    """
    return {
        "embed": 4 * model.d_model,
        "qkv": 2 * model.n_layer * model.d_model * 3 * model.d_attn,
        "mask": 2 * model.n_layer * model.n_ctx * model.d_attn,
        "project": 2 * model.n_layer * model.d_attn * model.d_model,
        "feed_forward": 2 * model.n_layer * 2 * model.d_model * model.d_ff,
        "de_embed": 2 * model.d_model * model.vocabulary,
    }


def kaplan_forward(model: Transformer) -> int:
    """C_forward = 2 N + 2 L n_ctx d_attn per token (equation 2.2): Table 1 without embed and de-embed.

    The de-embedding is most of the work of a small model with a large vocabulary. Counting it is the largest
    of the steps from Kaplan's exponent to Hoffmann's (Porian et al. 2024: .835 to .706 on RefinedWeb).
    """
    return 2 * non_embedding(model) + 2 * model.n_layer * model.n_ctx * model.d_attn


def chinchilla_forward_flops(model: Transformer, n_head: int) -> Parts:
    """Forward FLOPs of one sequence of n_ctx tokens as in Hoffmann et al. 2022, appendix F, by part.

    It differs from an exact count: `embed` counts the look-up as a product with one-hot vectors, which costs
    as much as the logits; attention is not halved for the causal mask; `softmax` is 3 FLOPs per score. The
    backward pass is twice the forward pass.

    You get the ratios to 6 N D that the paper prints (1.03 to 1.10) if you leave out `embed` and `logits`,
    and take an N that includes the embedding once and d_model x d_attn more per layer, for relative
    positions. With all parts the ratio of its 73M model is 1.58.

    Args:
        model: the model; d_attn is their key size times heads.
        n_head: number of heads, which only the softmax needs.

    Raises:
        ScalingLawsError: heads do not divide d_attn.
    """
    if n_head < 1 or model.d_attn % n_head:
        raise ScalingLawsError(f"transformer: {n_head} heads do not divide d_attn = {model.d_attn}")
    length, exact = model.n_ctx, forward_flops(model)
    return {
        "embed": 2 * length * model.vocabulary * model.d_model,
        "qkv": length * exact["qkv"],
        "scores": length * exact["scores"],
        "softmax": 3 * model.n_layer * n_head * length * length,
        "values": length * exact["values"],
        "project": length * exact["project"],
        "feed_forward": length * exact["feed_forward"],
        "logits": length * exact["de_embed"],
    }


def six_nd(N: float, D: float) -> float:
    """C = 6 N D: per parameter and token, 2 FLOPs forward and 4 backward.

    Kaplan et al. use N without embeddings, Hoffmann et al. the total N. It leaves out attention, and with
    Kaplan's N the de-embedding, too.
    """
    return 6 * N * D
