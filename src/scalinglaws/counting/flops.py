"""Exact parameters and floating-point operations of a model, by part."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode

from scalinglaws.counting import operators
from scalinglaws.counting.size import FlopsByPart, ModelSize
from scalinglaws.errors import ScalingLawsError
from scalinglaws.tasks.core.task import Shape

BODY, ATTENTION, HEAD, EMBEDDING = PARTS = ("body", "attention", "head", "embedding")


def model_size(
    model: nn.Module,
    inputs: Shape | tuple[Shape, ...],
    dtype: torch.dtype | tuple[torch.dtype, ...] = torch.float32,
) -> ModelSize:
    """Count parameters, and the FLOPs of one example forward and backward, by part.

    The model is run once, on its device, on one example of zeros. On the `meta` device that takes no memory
    and no arithmetic, but torch imports its symbolic algebra for it (4 CPU seconds); elsewhere it is less
    work than one training step. The model, its gradients and buffers, and the state of random generators do
    not change.

    Args:
        model: a model of a family, see `scalinglaws.models`.
        inputs: shape of one example, or of each of its arrays if it has several.
        dtype: type of its elements (an integer type for tokens), or of each of its arrays.

    Raises:
        ScalingLawsError: the model does not say what its head and its embeddings are, names a part that it
            does not have, or uses an operator whose FLOPs are not known.
    """
    heads, embeddings = named_parts(model)
    trained = {name: each for name, each in model.named_parameters() if each.requires_grad}
    looked_up = {parameter for each in embeddings for parameter in _parameters(each)}
    counter = _Counter()
    with ExitStack() as stack:
        stack.enter_context(_undisturbed(model))
        for module in heads:
            stack.enter_context(counter.region(module, HEAD))
        for each in embeddings:
            if isinstance(each, nn.Module):
                stack.enter_context(counter.region(each, EMBEDDING))
        example = _example(inputs, dtype, next(model.parameters()).device)
        counter.note_data(*example)
        with counter:
            outputs = model(example if isinstance(dtype, tuple) else example[0])
            forward = dict(counter.flops)
            torch.autograd.grad(outputs.sum(), list(trained.values()), allow_unused=True)
    return ModelSize(
        parameters=sum(each.numel() for each in trained.values()),
        embedding_parameters=sum(each.numel() for each in trained.values() if each in looked_up),
        forward_flops=FlopsByPart(**forward),
        training_flops=FlopsByPart(**counter.flops),
        products=counter.products,
        outputs=outputs.numel(),
    )


def named_parts(model: nn.Module) -> tuple[list[nn.Module], list[nn.Module | nn.Parameter]]:
    """The parts that a model names as its head and its embeddings.

    Raises:
        ScalingLawsError: it lacks HEAD or EMBEDDINGS, they name a part that it does not have, or they do not
            name an `nn.Embedding` that it has.
    """
    kind = type(model).__name__
    names: list[tuple[str, ...]] = []
    for constant in ("HEAD", "EMBEDDINGS"):
        found = getattr(model, constant, None)
        if not isinstance(found, tuple):
            raise ScalingLawsError(f"{kind}: lacks {constant}, a tuple of names (see scalinglaws.models)")
        names.append(found)
    head_names, embedding_names = names
    modules, parameters = dict(model.named_modules()), dict(model.named_parameters(remove_duplicate=False))
    wrong = [name for name in head_names if name not in modules]
    wrong += [name for name in embedding_names if name not in modules and name not in parameters]
    if wrong:
        raise ScalingLawsError(f"{kind}: HEAD or EMBEDDINGS name {wrong[0]}, which it does not have")
    heads = [modules[name] for name in head_names]
    embeddings = [modules[name] if name in modules else parameters[name] for name in embedding_names]
    inside = {part for each in embeddings if isinstance(each, nn.Module) for part in each.modules()}
    for name, module in modules.items():
        if isinstance(module, nn.Embedding | nn.EmbeddingBag) and module not in inside:
            raise ScalingLawsError(f"{kind}: {name} is an embedding that EMBEDDINGS does not name")
    return heads, embeddings


def _example(
    inputs: Shape | tuple[Shape, ...], dtype: torch.dtype | tuple[torch.dtype, ...], device: torch.device
) -> tuple[Tensor, ...]:
    types = dtype if isinstance(dtype, tuple) else (dtype,)
    shapes = inputs if isinstance(dtype, tuple) else (inputs,)
    return tuple(
        torch.zeros((1, *shape), dtype=each, device=device)  # type: ignore[misc]
        for shape, each in zip(shapes, types, strict=True)
    )


def _parameters(part: nn.Module | nn.Parameter) -> Iterator[nn.Parameter]:
    yield from part.parameters() if isinstance(part, nn.Module) else (part,)


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up the FLOPs of the operators that run under it, forward and backward, and counts products.

    A product belongs to the head or the embeddings if one of these modules is running, to the attention if
    both of its factors come from the example, and to the body otherwise. A product of the backward pass
    belongs to the same part as the operator whose gradient it computes: the sequence number of autograd's
    nodes links the two.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flops = dict.fromkeys(PARTS, 0)
        self.products = 0
        self._regions: list[str] = []
        self._by_node: dict[int, str] = {}
        self._data: set[StorageWeakRef] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # the default imports torch._dynamo: seconds for a compiler that is not used

    @contextmanager
    def region(self, module: nn.Module, part: str) -> Iterator[None]:
        """Count what a module does as this part."""
        handles = [
            module.register_forward_pre_hook(lambda *_: self._regions.append(part)),
            module.register_forward_hook(lambda *_: self._leave()),
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _leave(self) -> None:
        self._regions.pop()  # and return nothing, because that would become the module's output

    def note_data(self, *tensors: Any) -> None:
        """Remember that these come from the example."""
        self._data |= {_storage(each) for each in tensors if isinstance(each, Tensor)}

    def __torch_dispatch__(
        self, operator: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Run the operator and count it."""
        flops = operators.flops(operator, args)
        self.products += flops > 0
        node = torch._C._current_autograd_node()
        if flops and node is None:
            part = self._part(operator, args)
            # The node that autograd has just made for this operator has the number before the next one. If it
            # made none, that number is an earlier operator's: already noted, or that of no product.
            self._by_node.setdefault(torch._C._autograd._get_sequence_nr() - 1, part)
            self.flops[part] += flops
        elif flops:
            number = node._sequence_nr()
            if number not in self._by_node:
                raise ScalingLawsError(f"{operator.name()}: a backward product without a forward one")
            self.flops[self._by_node[number]] += flops
        outputs = operator(*args, **(kwargs or {}))
        if node is None and any(map(self._is_data, _tensors((*args, *(kwargs or {}).values())))):
            self.note_data(*_tensors((outputs,)))
        return outputs

    def _part(self, operator: Any, args: tuple[Any, ...]) -> str:
        if self._regions:
            return self._regions[-1]
        if operators.operator_name(operator) in operators.ATTENTION:
            return ATTENTION
        factors = operators.factors(operator, args)
        return ATTENTION if factors and all(map(self._is_data, factors)) else BODY

    def _is_data(self, tensor: Tensor) -> bool:
        return _storage(tensor) in self._data


def _storage(tensor: Tensor) -> StorageWeakRef:
    """The storage that a tensor shares with its views; a weak reference, so no activations are kept alive."""
    return StorageWeakRef(tensor.untyped_storage())  # type: ignore[no-untyped-call]


def _tensors(values: Any) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)


@contextmanager
def _undisturbed(model: nn.Module) -> Iterator[None]:
    """A context to run a model with gradients and without fused recurrent layers that leaves no traces."""
    device = next(model.parameters()).device
    buffers = [(each, each.clone()) for each in model.buffers()]
    fused = torch.backends.cudnn.enabled, torch._C._get_mkldnn_enabled()
    with torch.random.fork_rng([device] if device.type == "cuda" else []), torch.enable_grad():
        if any(isinstance(module, nn.RNNBase) for module in model.modules()):
            # Without cuDNN and oneDNN a recurrent layer is made of matrix products, which can be counted.
            torch.backends.cudnn.enabled = False
            torch._C._set_mkldnn_enabled(False)
        try:
            yield
        finally:
            torch.backends.cudnn.enabled = fused[0]
            torch._C._set_mkldnn_enabled(fused[1])
            with torch.no_grad():
                for buffer, before in buffers:
                    buffer.copy_(before)
