"""Muon in TensorFlow: a step for recurrent matrices that stretches all directions more equally.

PyTorch and Keras have a Muon of their own. PyTorch's rounds to bfloat16 in between, Keras's does
not, and they scale their steps in different ways; so they do not give the same curve. These do.

Shapes: ``H`` hidden units, ``G`` gates.
"""

import keras
import tensorflow as tf

from course_utils._muon import COEFFICIENTS, MOMENTUM, SCALE, STEPS


def orthogonalized(matrix, steps=STEPS):
    """Return a matrix with the same singular vectors and more equal singular values: [M, N].

    The matrix [M, N] is divided by its length; then each of the Newton-Schulz ``steps`` replaces X
    by a X + b (X X^T) X + c (X X^T)^2 X. That needs matrix products only. After three steps, the
    singular values above 0.03 of the length are 0.68 to 1.2. They do not go on to 1. Smaller ones
    grow up to 41 times: those below 0.013 of the length stay below 0.5. No gradient flows through.
    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks".
    """
    a, b, c = COEFFICIENTS
    matrix = tf.stop_gradient(matrix)
    x = matrix / tf.maximum(tf.norm(matrix), 1e-12)
    for _ in range(steps):
        gram = tf.matmul(x, x, transpose_b=True)
        x = a * x + tf.matmul(b * gram + c * tf.matmul(gram, gram), x)
    return x


class _OneReplica:
    """What a Keras optimizer for one replica does not do.

    Keras sums the gradients over all replicas, and the way it asks for that keeps every traced
    graph in memory for ever: about 45 MB a trained model. With one replica there is nothing to sum.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars


class _Muon(_OneReplica, keras.optimizers.Adam):
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
        super().__init__(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, name="muon")
        self.build(weights)
        matrices = [layer.cell.recurrent_kernel for layer in recurrent.layers]
        self._recurrent = {
            self._get_variable_index(matrix) for matrix in matrices if matrix.trainable
        }

    def update_step(self, gradient, variable, learning_rate):
        """Change one weight by its gradient. Keras calls this for each weight."""
        index = self._get_variable_index(variable)
        if index not in self._recurrent:
            super().update_step(gradient, variable, learning_rate)
            return
        size = SCALE * tf.cast(learning_rate, variable.dtype)
        momentum = self._momentums[index]
        new = momentum + (1 - MOMENTUM) * (gradient - momentum)
        momentum.assign(new)
        ahead = gradient + MOMENTUM * (new - gradient)
        gates = tf.split(ahead, variable.shape[1] // variable.shape[0], axis=1)
        variable.assign_sub(size * tf.concat([orthogonalized(gate) for gate in gates], axis=1))
