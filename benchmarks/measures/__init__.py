"""The sections of ``make bench``: each module measures one thing on both sides."""
