"""The API's documentation as one plain page: no script, no style sheet, no request to another host."""

from collections.abc import Iterator
from html import escape
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "h2{margin-top:2.5rem;text-transform:capitalize}code{font-size:13px}section{border-top:1px solid #8884;padding:.75rem 0}"
    "section h3{margin:0;font-size:14px}table{border-collapse:collapse}td{padding:.1rem 1rem .1rem 0;vertical-align:top}"
)


def render(openapi: dict[str, Any], prefix: str, openapi_url: str) -> str:
    """The page for an OpenAPI document whose paths are served below `prefix`."""
    info = openapi["info"]
    parts = [f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>", f"<p>{escape(info.get('description', ''))}</p>"]
    parts.append(f'<p>Machine readable: <a href="{escape(openapi_url)}">{escape(openapi_url)}</a></p>')
    for tag, operations in _by_tag(openapi).items():
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts.extend(_operation(method, prefix + path, operation) for method, path, operation in operations)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(info["title"])}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body><main>{"".join(parts)}</main></body></html>'


def _by_tag(openapi: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    groups: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, item in openapi["paths"].items():
        for method in _METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append((method, path, item[method]))
    return groups


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = [*_parameters(operation), *_bodies("body", operation.get("requestBody", {}))]
    for status, answer in operation.get("responses", {}).items():
        rows.extend(_bodies(f"answer {status}", answer) or [(f"answer {status}", escape(answer.get("description", "")))])
    table = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in rows)
    title = f"<h3><code>{method.upper()} {escape(path)}</code></h3>"
    return f"<section>{title}<p>{escape(operation.get('description', ''))}</p><table>{table}</table></section>"


def _parameters(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for item in operation.get("parameters", []):
        needed = " (needed)" if item.get("required") else ""
        text = f"{_type(item.get('schema', {}))}{needed} {escape(item.get('description', ''))}"
        yield f"<code>{escape(item['name'])}</code> in {escape(item['in'])}", text


def _bodies(name: str, holder: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, f"{escape(kind)}: {_type(media.get('schema', {}))}") for kind, media in holder.get("content", {}).items()]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"<code>{escape(schema['$ref'].rsplit('/', 1)[-1])}</code>"
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "enum" in schema:
        return "one of " + ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    return escape(str(schema.get("title") or schema.get("type") or "any"))
