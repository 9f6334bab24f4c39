#!/usr/bin/env bash
#
# Surprising: python-dateutil accepts the rule that tzdata itself writes for Israel, "IST-2IDT,M3.4.4/26,M10.5.0", and begins
# summer time a day early, on Thursday at 02:00 instead of Friday at 02:00: every local time of those 24 hours is an hour off.
# The "/26" is 26 hours after the beginning of the fourth Thursday (hours up to 167: RFC 8536, 3.3.1, version 3). The library
# adds the hours to the first of the month before it looks for the weekday. Nothing is raised, and a rule without such
# hours (Berlin's) is read right. In the hour that spring skips the two differ also for Berlin.
#
# Versions: python-dateutil 4.0.0, tzdata 2026.6, Python 3.11's zoneinfo as the other reading of the same rule.
#
# Seen (hours of 2027 in which the two disagree, the skipped and the repeated one left out):
#   Europe/Berlin CET-1CEST,M3.5.0,M10.5.0/3: 0
#   Asia/Jerusalem IST-2IDT,M3.4.4/26,M10.5.0: 24, from Thu 2027-03-25 02:30 to Fri 2027-03-26 01:30
#
# Exits 0 when it is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check python-dateutil==4.0.0 tzdata==2026.6

cat >"$folder/compare.py" <<'PYTHON'
from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo, reset_tzpath

from dateutil.tz import tzstr

reset_tzpath(to=())  # the package's files, not the system's
START = datetime(2027, 1, 1, 0, 30)


def rule_of(name: str) -> str:
    """The last line of a zone's file: what holds after its last listed change."""
    return files("tzdata").joinpath("zoneinfo", name).read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[1].decode()


def is_skipped_or_repeated(local: datetime, zone: ZoneInfo) -> bool:
    return local.replace(tzinfo=zone).utcoffset() != local.replace(tzinfo=zone, fold=1).utcoffset()


for name in ("Europe/Berlin", "Asia/Jerusalem"):
    zone, rule = ZoneInfo(name), rule_of(name)
    read = tzstr(rule)
    hours = (START + timedelta(hours=hour) for hour in range(365 * 24))
    apart = [
        hour
        for hour in hours
        if not is_skipped_or_repeated(hour, zone)
        and hour.replace(tzinfo=zone).utcoffset() != hour.replace(tzinfo=read).utcoffset()
    ]
    span = f", from {apart[0]:%a %Y-%m-%d %H:%M} to {apart[-1]:%a %Y-%m-%d %H:%M}" if apart else ""
    print(f"{name} {rule}: {len(apart)}{span}")
PYTHON

seen=$("$folder/env/bin/python" -W ignore "$folder/compare.py")
printf '%s\n' "$seen"
expected='Europe/Berlin CET-1CEST,M3.5.0,M10.5.0/3: 0
Asia/Jerusalem IST-2IDT,M3.4.4/26,M10.5.0: 24, from Thu 2027-03-25 02:30 to Fri 2027-03-26 01:30'
[ "$seen" = "$expected" ]
