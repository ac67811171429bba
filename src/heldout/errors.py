"""The two ways in which a command can fail: the input's fault, or ours.

They never mix: what is wrong with the input is said to the user with the mend (exit code 2, 4xx), what is
wrong with us is said as such (exit code 3, 5xx) and never costs a subject a point.
"""


class InputError(Exception):
    """What was given cannot be used; the message says what is wrong and what to do."""


class OurFault(Exception):  # noqa: N818 - the name says whose fault it is: that is the point
    """Heldout or the machine under it failed (disk full, killed worker, bug); nobody is judged by it."""
