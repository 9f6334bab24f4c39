"""What `pazpaz doctor` says of the Python that it runs on."""

import datetime as dt

# The first release of each with the fix of CVE-2024-7592 (a cookie that keeps a server busy), and those before it.
_FIRST_FIXED = {(3, 11): 10, (3, 12): 6}
# The last month with security fixes (devguide.python.org/versions).
_ENDS = {
    (3, 11): dt.date(2027, 10, 31),
    (3, 12): dt.date(2028, 10, 31),
    (3, 13): dt.date(2029, 10, 31),
    (3, 14): dt.date(2030, 10, 31),
}


def judged(version: tuple[int, int, int], today: dt.date) -> tuple[str, str]:
    """Its state, and the remedy if there is one; older fixes than those named may be missing too."""
    major, minor, patch = version
    said = f"{major}.{minor}.{patch}"
    first = _FIRST_FIXED.get((major, minor), 0)
    if patch < first:
        return (
            f"{said} lacks security fixes that {major}.{minor}.{first} has, such as that of CVE-2024-7592",
            "update Python, then make PazPaz's environment anew",
        )
    ends = _ENDS.get((major, minor))
    if ends is not None and today > ends:
        return f"{said} has had no security fixes since {ends:%B %Y}", "move to a newer Python"
    return said, ""
