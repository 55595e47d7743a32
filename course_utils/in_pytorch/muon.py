"""Muon in PyTorch: a step for recurrent matrices that stretches all directions more equally.

PyTorch and Keras have a Muon of their own. PyTorch's rounds to bfloat16 in between, Keras's does
not, and they scale their steps in different ways; so they do not give the same curve. These do.

Shapes: ``H`` hidden units, ``G`` gates.
"""

import torch

from course_utils import _onednn
from course_utils._muon import COEFFICIENTS, MOMENTUM, SCALE, STEPS


@torch.no_grad()
def orthogonalized(matrix, steps=STEPS):
    """Return a matrix with the same singular vectors and more equal singular values: [M, N].

    The matrix [M, N] is divided by its length; then each of the Newton-Schulz ``steps`` replaces X
    by a X + b (X X^T) X + c (X X^T)^2 X. That needs matrix products only. After three steps, the
    singular values above 0.03 of the length are 0.68 to 1.2. They do not go on to 1. Smaller ones
    grow up to 41 times: those below 0.013 of the length stay below 0.5. No gradient flows through.
    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks".
    """
    a, b, c = COEFFICIENTS
    x = matrix / torch.clamp(torch.linalg.vector_norm(matrix), min=1e-12)
    for _ in range(steps):
        gram = _onednn.product(x, x.t())
        x = a * x + _onednn.product(b * gram + c * _onednn.product(gram, gram), x)
    return x


class _Muon:
    """Adam for most weights, Muon for the recurrent matrices of a ``RecurrentLayers``.

    The momentum of a recurrent matrix's gradient is cut into its G square parts [H, H], one a gate,
    and each part, ``orthogonalized``, is the step. So the strongest directions of a gate move by
    about the same amount, and weak ones by more than their share. In a gate, no direction moves by
    more than 1.2 times ``SCALE`` learning rates, however large the gradient is.
    Source: Jordan et al. 2024 (see ``orthogonalized``), with Nesterov momentum, without weight
    decay; the cut by gates and the number of steps were chosen for this course. It is made for one
    training: it cannot be saved.
    """

    def __init__(self, weights, recurrent, beta_1=0.9, beta_2=0.99, epsilon=1e-12):
        self.adam = torch.optim.Adam(weights, betas=(beta_1, beta_2), eps=epsilon, fused=True)
        self.param_groups = self.adam.param_groups  # the learning rate is set here
        matrices = [recurrent_weight for _, recurrent_weight, *_ in recurrent.layers.all_weights]
        self.momenta = [
            (matrix, torch.zeros_like(matrix)) for matrix in matrices if matrix.requires_grad
        ]

    @torch.no_grad()
    def step(self):
        """Change every weight once, by its gradient in ``weight.grad``."""
        size = SCALE * self.param_groups[0]["lr"]
        for weight, momentum in self.momenta:
            momentum.lerp_(weight.grad, 1 - MOMENTUM)
            ahead = weight.grad.lerp(momentum, MOMENTUM)
            gates = len(weight) // weight.shape[1]
            for gate, part in zip(weight.chunk(gates), ahead.chunk(gates), strict=True):
                gate.sub_(orthogonalized(part), alpha=size)
            weight.grad = None  # Adam leaves alone what has no gradient
        self.adam.step()
