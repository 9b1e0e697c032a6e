"""Headers that keep browsers out of trouble. The built pages' inline scripts are allowed by hash, nothing else inline is."""

import base64
import hashlib
import re
from pathlib import Path

from cellhub_app.core.settings import ROOT, Settings

CLIENT_DIR = ROOT / ".web" / "build" / "client"
_SCRIPT = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_HAS_SOURCE = re.compile(rb"\bsrc\s*=", re.IGNORECASE)


def inline_script_hashes(folder: Path) -> list[str]:
    """CSP sources for the inline scripts of every page in the folder, sorted and without repeats."""
    found: set[str] = set()
    for page in folder.rglob("*.html"):
        for script in _SCRIPT.finditer(page.read_bytes()):
            if not _HAS_SOURCE.search(script["attributes"]) and script["body"].strip():
                digest = hashlib.sha256(script["body"]).digest()
                found.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return sorted(found)


def content_security_policy(settings: Settings, folder: Path = CLIENT_DIR) -> str:
    """What pages may load: ourselves, and nothing from any other host."""
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in settings.origins)
    scripts = " ".join(["'self'", *inline_script_hashes(folder)])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {sockets}",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def security_headers(settings: Settings, folder: Path = CLIENT_DIR) -> dict[str, str]:
    """Headers for every answer."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings, folder),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
