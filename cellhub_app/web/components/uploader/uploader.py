"""Uploads straight from the browser to the API: buttons, a place to drop files anywhere, and a tray that shows each file."""

import reflex as rx

from cellhub_app.web.components.modules import linked_modules

_NAMES = (
    "Uploader.jsx", "DropLayer.jsx", "Tray.jsx", "Offer.jsx", "uploader.css", "queue.js", "queues.js", "sending.js", "ledger.js", "plan.js",
    "rate.js", "outcome.js", "transport.js", "resumable.js", "offers.js", "matching.js", "handles.js", "windows.js", "words.js",
    "entries.js",
)  # fmt: skip
_LIBRARY = linked_modules(__file__, *_NAMES)


class Uploader(rx.NoSSRComponent):
    """Two buttons (`label`, `folder_label`; an empty one leaves its button out), a drop layer over the window, and the tray.

    `accept` holds the extensions that the file chooser shows, `formats` says them in words; what is taken is the server's to decide.
    Every drop is an upload session of the API; one that stopped is offered again when the page opens, and goes on while another page is.
    `disabled` takes everything away, for people who may not add images.
    """

    library = _LIBRARY
    tag = "Uploader"
    lib_dependencies: list[str] = ["react-virtuoso@4.18.21", "tus-js-client@4.3.1"]

    project_id: rx.Var[str]
    accept: rx.Var[list[str]]
    formats: rx.Var[str]
    label: rx.Var[str]
    folder_label: rx.Var[str]
    sign_in_url: rx.Var[str]
    disabled: rx.Var[bool]

    # {"count"} after each answer of the server that took at least one file.
    on_accepted: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    # {"accepted", "duplicate", "refused"} when nothing is left to send; refused includes what could not be sent.
    on_finished: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


uploader = Uploader.create
