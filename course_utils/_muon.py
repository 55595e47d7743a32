"""The numbers of Muon, for both sides. No framework here."""

# The published polynomial. After three steps singular values of 0.03 to 1 are 0.68 to 1.2.
COEFFICIENTS = (3.4445, -4.775, 2.0315)
STEPS = 3
MOMENTUM = 0.95


def stretch(inputs, outputs):
    """Return about the largest stretch of a step of one gate, in learning rates.

    The root is Jordan et al.'s; the 2 was chosen for this course, where Adam and Muon share a rate.
    """
    return 2.0 * max(1.0, outputs / inputs) ** 0.5
