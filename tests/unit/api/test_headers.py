import base64
import hashlib
from pathlib import Path

from cellhub_app.api.headers import inline_script_hashes, security_headers
from cellhub_app.core.settings import Settings


def _source(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_inline_scripts_of_every_page_are_allowed_by_hash(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "index.html").write_text('<script>let a = 1;</script><script src="/x.js"></script><script type="module">\nb()\n</script>')
    (tmp_path / "deep" / "404.html").write_text("<SCRIPT>let a = 1;</SCRIPT ><script> </script>")
    assert inline_script_hashes(tmp_path) == sorted({_source("let a = 1;"), _source("\nb()\n")})


def test_no_other_host_may_be_asked(tmp_path: Path) -> None:
    policy = security_headers(Settings(public_url="https://cells.example.org"), tmp_path)["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self' wss://cells.example.org;" in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy


def test_only_tls_asks_browsers_for_tls(tmp_path: Path) -> None:
    assert "Strict-Transport-Security" in security_headers(Settings(public_url="https://cells.example.org"), tmp_path)
    assert "Strict-Transport-Security" not in security_headers(Settings(), tmp_path)
