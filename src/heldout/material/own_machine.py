"""What only the makers' own machine or network has: paths into it, and addresses of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

FixedKind = Literal["home", "machine", "platform"]
"""A home folder or drive; a disk of a machine; the folders of a hosted platform."""

_HOME = re.compile(
    r"^(?:(?:/home|/Users)/(?P<unix>[^/\s\"'<>{}$%]{1,40})(?=/)|[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2}(?P<windows>[^\\/\"'<>{}]{1,40}))"
)
_DRIVE = re.compile(r"^[A-Za-z]:(?:\\{1,2}|/)[\w .-]+(?:[\\/]|$)")
_SYSTEM = re.compile(r"[A-Za-z]:[\\/]+(windows|program ?files|programdata|path|your|temp|tmp)\b", re.IGNORECASE)
_MACHINE = re.compile(
    r"^/(?:mnt|media|scratch|data\d*|datasets?|nfs|storage|share|srv|work|root|ssd\d*|hdd\d*|raid|disk\d*)/[\w.-]+(?:/[\w.*-]*)*$"
)
_PLATFORM = re.compile(
    r"^/(?:kaggle/(?:input|working)|content(?:/drive|/gdrive)?|opt/ml|dbfs)(?:/|$)|^kaggle/(?:input|working)/|^\.\./input/"
)
_NOBODY_NAMES = """
user username you your_name yourname name me xxx foo someone jovyan runner ubuntu ec2-user pi vagrant docker appuser app
your_username shared public * travis circleci vsts appveyor vsts_azpcontainer src code mage mlflow airflow node nonroot
jenkins gitpod codespace service worker web model notebook jupyter dagster prefect spark hadoop trainer sagemaker-user
"""
_NOBODY = frozenset(_NOBODY_NAMES.split())
"""Placeholders and accounts that images come with."""


def fixed_path(text: str) -> FixedKind | None:
    """Which kind of path that other machines lack a string is, as a whole; None for any other, placeholders too."""
    if _PLATFORM.match(text):
        return "platform"
    if home := _HOME.match(text):
        name = (home["unix"] or home["windows"]).lower()
        return None if name in _NOBODY or "your" in name or set(name) <= {"x", ".", "_"} else "home"
    if _DRIVE.match(text) and not _SYSTEM.match(text):
        return "home"
    if re.search(r"path[/_]to", text):
        return None
    return "machine" if _MACHINE.match(text) and text.count("/") >= 2 else None


_INTERNAL = re.compile(
    r"https?://(?:[\w.-]+\.(?:corp|internal|intranet|lan|local)\b|10\.\d{1,3}\.\d{1,3}\.\d{1,3}"
    r"|192\.168\.\d{1,3}\.\d{1,3}"
    r"|172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}\.\d{1,3})(?!\w)[^\s\"'`)<>]{0,60}"
)
_KNOWN_HOSTS = re.compile(
    r"metadata\.google\.internal|docker\.internal|svc\.cluster\.local|cluster\.local|169\.254|172\.17\.0\.1\b|example\.|test\."
)


def private_addresses(text: str) -> Iterator[tuple[str, int]]:
    """(address, offset) of hosts inside a company or a home network; names that platforms define are left out."""
    for match in _INTERNAL.finditer(text):
        if not _KNOWN_HOSTS.search(match[0]):
            yield match[0], match.start()
