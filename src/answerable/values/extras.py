"""Parts that are installed only where somebody wants them."""


def how_to_install(extra: str) -> str:
    """What to do about an extra that is not there, for messages.

    From a checkout: this package is on no index, and under a name that nobody holds there anybody may put one.
    """
    return f"run pip install '.[{extra}]' in the checkout"
