"""A Chromium for the browser journeys: the system's, else Debian's package when we may install it, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_or_install(environment: dict[str, str]) -> str:
    """Path of a Chromium that runs; empty for Playwright's own, which is installed then. Raises CalledProcessError."""
    found = system_browser(environment)
    if not found and may_install():
        apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        quiet = {**environment, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run([*apt, "update"], env=quiet, check=False)
        subprocess.run([*apt, "install", "--yes", "--no-install-recommends", "chromium"], env=quiet, check=False, stdout=subprocess.DEVNULL)
        found = system_browser(environment)
    if not found:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], env=environment, check=True)
    return found


def system_browser(environment: dict[str, str]) -> str:
    """The first Chromium on PATH that starts; Ubuntu's is a stub that asks for snap."""
    for name in NAMES:
        path = shutil.which(name, path=environment.get("PATH"))
        if path and subprocess.run([path, "--version"], env=environment, capture_output=True, check=False).returncode == 0:
            return path
    return ""


def may_install() -> bool:
    """Whether this is root on a Debian, whose chromium is a real package."""
    release = Path("/etc/os-release")
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and release.exists() and "ID=debian" in release.read_text()
