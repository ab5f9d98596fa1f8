"""Parts of a made-up record that say nothing about its run."""

from scalinglaws.counting.size import FlopsByPart, ModelSize
from scalinglaws.training.records.record import Provenance

SIZE = ModelSize(
    parameters=100,
    embedding_parameters=20,
    forward_flops=FlopsByPart(body=500, head=100),
    training_flops=FlopsByPart(body=1500, attention=200, head=300),
    products=10,
    outputs=4,
)
PROVENANCE = Provenance(
    started="2026-01-01T00:00:00+00:00",
    cpu_seconds=1.25,
    busy_seconds=1.5,
    evaluation_share=0.2,
    ensemble=4,
    flops_per_second=1e9,
    peak_flops_per_second=1e10,
    peak_memory_mb=300,
    device="cpu",
    processor="a processor",
    platform="here",
    versions={"python": "3.11"},
    commit=None,
)
