"""A law whose optimum is known."""

import pytest

from scalinglaws.laws.optimum.parametric import Chinchilla


@pytest.fixture
def truth() -> Chinchilla:
    """Besiroglu et al. 2024."""
    return Chinchilla(A=482.01, B=2085.43, E=1.8172, alpha=0.3478, beta=0.3658)
