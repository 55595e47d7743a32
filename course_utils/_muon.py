"""The numbers of Muon, for both sides. No framework here."""

# The published polynomial. After three steps singular values of 0.03 to 1 are 0.68 to 1.2.
COEFFICIENTS = (3.4445, -4.775, 2.0315)
STEPS = 3
MOMENTUM = 0.95
SCALE = 2.0  # learning rates: about the largest stretch of one gate's step
