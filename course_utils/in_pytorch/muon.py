"""Muon in PyTorch: each recurrent matrix moves by an almost orthogonal matrix.

PyTorch and Keras have a Muon of their own. PyTorch's rounds to bfloat16 in between, Keras's does
not, and they scale their steps in different ways; so they do not give the same curve. These do.

Shapes: ``H`` hidden units, ``G`` gates.
"""

import torch

from course_utils import _onednn

# The published polynomial: singular values between 0.03 and 1 go to about 1 within a few steps.
COEFFICIENTS = (3.4445, -4.775, 2.0315)
STEPS = 3
MOMENTUM = 0.95
SCALE = 2.0  # largest stretch of a step, in learning rates


def orthogonalized(matrix, steps=STEPS):
    """Return a matrix with the same singular vectors, and singular values near 1: [M, N] -> [M, N].

    The matrix is divided by its length; then each of the Newton-Schulz ``steps`` replaces X by
    a X + b (X X^T) X + c (X X^T)^2 X. That needs matrix products only. Singular values below
    about 0.02 of the matrix's length are still smaller than 0.5 after three steps.
    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks".
    """
    a, b, c = COEFFICIENTS
    x = matrix / torch.clamp(torch.linalg.vector_norm(matrix), min=1e-20)
    for _ in range(steps):
        gram = _onednn.product(x, x.t())
        x = a * x + _onednn.product(b * gram + c * _onednn.product(gram, gram), x)
    return x


class _Muon(torch.optim.Adam):
    """Adam for most weights, Muon for the recurrent matrices of a ``RecurrentLayers``.

    The momentum of a recurrent matrix's gradient is cut into its G square parts [H, H], one a gate,
    and each part, ``orthogonalized``, is the step: all directions of the state change by about the
    same amount, also those with small gradients. Its size is ``SCALE`` learning rates, whatever the
    size of the gradient.
    Source: Jordan et al. 2024 (see ``orthogonalized``), with Nesterov momentum, without weight
    decay; the cut by gates and the number of steps were chosen for this course.
    """

    def __init__(self, weights, recurrent, beta_1=0.9, beta_2=0.99, epsilon=1e-12):
        super().__init__(weights, betas=(beta_1, beta_2), eps=epsilon, fused=True)
        self._muon = [
            (weight, torch.zeros_like(weight))
            for layer in recurrent.layers.all_weights
            for weight in layer[1:2]
            if weight.requires_grad
        ]

    @torch.no_grad()
    def step(self):
        """Change every weight once, by its gradient in ``weight.grad``."""
        size = SCALE * self.param_groups[0]["lr"]
        for weight, momentum in self._muon:
            momentum.lerp_(weight.grad, 1 - MOMENTUM)
            ahead = weight.grad.lerp(momentum, MOMENTUM)
            gates = len(weight) // weight.shape[1]
            for gate, part in zip(weight.chunk(gates), ahead.chunk(gates), strict=True):
                gate.sub_(orthogonalized(part), alpha=size)
            weight.grad = None  # Adam leaves alone what has no gradient
        super().step()
