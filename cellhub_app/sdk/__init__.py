"""The Python client: `from cellhub_app.sdk.client import CellHub`. Speaks HTTP and knows nothing else of this house."""
