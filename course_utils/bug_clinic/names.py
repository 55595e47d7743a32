"""Which cases there are, and which check finds each. No framework here."""

# Lesson (the check that finds them) -> the cases, as their modules are named.
LESSONS = {
    "text_round_trip": ("decomposed_hangul", "unknown_to_pad"),
    "first_loss": ("batches_that_do_not_exist",),
    "loss_per_word": ("loss_over_pads", "last_target_dropped"),
    "gradient_reaches": ("first_sample_only",),
    "step_size": ("rate_ignored",),
    "overfits_one_batch": ("tanh_as_logits", "squared_error"),
    "batch_invariance": ("softmax_axis", "batch_in_the_state"),
    "pad_leak": ("state_after_padding", "softmax_over_pads"),
    "state_is_carried": ("forgotten_state",),
    "evaluation_repeats": ("dropout_left_on", "dropout_without_effect", "latest_checkpoint"),
    "by_hand": ("end_by_identity", "temperature_overflow", "drifting_ticks"),
}
CASES = tuple(name for names in LESSONS.values() for name in names)
