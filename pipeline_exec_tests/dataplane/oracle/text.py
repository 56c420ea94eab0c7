"""What several parts of the oracle say about text."""

import re
from datetime import date

ASCII_DIGITS = "0123456789"


def is_digits(text):
    return text != "" and all(character in ASCII_DIGITS for character in text)


def strict_date(text, date_format):
    """A date in a format of DD, MM and YYYY between separators, or None."""
    pattern = re.escape(date_format).replace("DD", "(?P<d>[0-9]{2})").replace("MM", "(?P<m>[0-9]{2})")
    found = re.fullmatch(pattern.replace("YYYY", "(?P<y>[0-9]{4})"), text)
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    except ValueError:
        return None


def end_means_end(pattern):
    """Python's ``$`` also stands before a line break at the end."""
    return pattern.replace("$", r"\Z")
