"""Text that goes into spreadsheets and comes back: none of it may be run as a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def defused(text: str) -> str:
    """The text with a leading ' where a spreadsheet would take it for a formula and run it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain(text: str) -> str:
    """The text as it was before `defused`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
