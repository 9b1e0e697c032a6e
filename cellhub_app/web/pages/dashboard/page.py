"""The dashboard: every project as a card that shows what is in it."""

import reflex as rx

from cellhub_app.web.components.buttons import button, icon_button, link
from cellhub_app.web.components.feedback import empty_state, face, progress_ring, skeleton
from cellhub_app.web.components.forms import search_box
from cellhub_app.web.components.shell import shell, unconfirmed
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.dashboard.panels import create_dialog, rename_dialog
from cellhub_app.web.pages.dashboard.state import Asked, Card, DashboardState


def dashboard() -> rx.Component:
    """The page of projects."""
    has_any = (DashboardState.cards.length() > 0) | (DashboardState.query != "")
    content = rx.cond(DashboardState.is_loaded, rx.cond(has_any, _grid(), _nothing_yet()), _waiting())
    page = rx.el.div(_head(has_any), unconfirmed(), _invitations(), content, class_name="page", on_mount=DashboardState.close_dialogs)
    return shell(page, create_dialog(), rename_dialog(), here="projects", crumbs=[(t("Projects"), "")])


def _head(has_any: rx.Var[bool]) -> rx.Component:
    search = search_box(
        t("Search projects"), placeholder=t("Search projects"), on_change=DashboardState.search.debounce(250), data_testid="project-search"
    )
    return rx.el.div(
        rx.el.h1(t("Projects")),
        rx.cond(has_any, rx.el.div(search, _new_button(), class_name="row")),
        class_name="page-head",
    )


def _invitations() -> rx.Component:
    """What waits for a yes or no."""
    return rx.cond(
        DashboardState.asked.length() > 0,
        rx.el.ul(rx.foreach(DashboardState.asked, _invitation), class_name="rows invitations", aria_label=t("Invitations")),
    )


def _invitation(asked: rx.Var[Asked]) -> rx.Component:
    who = rx.cond(asked.who != "", asked.who, t("Somebody"))
    into = rx.cond(asked.is_team, t("asks you into the team"), t("asks you into"))
    return rx.el.li(
        rx.icon("mail-open"),
        rx.el.span(who, " ", into, " ", rx.el.b(asked.name), " ", t("as"), " ", asked.role, class_name="grow"),
        button(t("Accept"), kind="primary", small=True, on_click=DashboardState.accept(asked.id), data_testid="asked-accept"),
        button(t("Decline"), small=True, on_click=DashboardState.decline(asked.id), data_testid="asked-decline"),
        class_name="line",
        data_testid="asked",
    )


def _new_button() -> rx.Component:
    return button(t("New project"), kind="primary", icon="plus", on_click=DashboardState.set_create_open(True), data_testid="project-new")


def _new_tile() -> rx.Component:
    tile = rx.el.button(
        rx.icon("plus"), t("New project"), type="button", class_name="card-new", on_click=DashboardState.set_create_open(True)
    )
    return rx.el.li(tile)


def _nothing_yet() -> rx.Component:
    words = t("A project holds images that belong together, and what is found in them. Start with your own, or try everything on ours.")
    words_now = rx.cond(DashboardState.is_preparing, t("Preparing the samples…"), t("Try it with sample images"))
    samples = button(
        words_now,
        icon="flask-conical",
        on_click=DashboardState.prepare_samples,
        disabled=DashboardState.is_preparing,
        data_testid="try-samples",
    )
    return empty_state("images", t("Start your first project"), words, _new_button(), samples, data_testid="dashboard-empty")


def _waiting() -> rx.Component:
    return rx.el.div(*(skeleton("100%", "248px") for _ in range(4)), class_name="cards", aria_busy="true")


def _grid() -> rx.Component:
    nothing_found = rx.el.p(t("No project has these words in its name or description."), class_name="dim")
    more = button(t("Show more"), on_click=DashboardState.show_more)
    return rx.fragment(
        rx.cond(DashboardState.cards.length() == 0, nothing_found),
        rx.el.ul(rx.foreach(DashboardState.cards, _project_card), rx.cond(DashboardState.query == "", _new_tile()), class_name="cards"),
        rx.cond(DashboardState.has_more, rx.el.div(more, class_name="cards-more")),
    )


def _project_card(card: rx.Var[Card]) -> rx.Component:
    failed = rx.cond(card.failed != "", rx.el.span(" · ", card.failed, class_name="error-text"))
    title = rx.el.h2(link(card.name, to=card.href, class_name="card-link"), class_name="ellipsis")
    words = rx.el.div(title, rx.el.p(card.counts, failed, class_name="dim small number"), class_name="grow")
    return rx.el.li(
        _mosaic(card),
        rx.el.div(words, _faces(card), class_name="card-words"),
        rx.cond(card.can_manage, _card_menu(card)),
        class_name="card",
        data_testid="project-card",
    )


def _mosaic(card: rx.Var[Card]) -> rx.Component:
    picture = rx.foreach(card.pictures, lambda source: rx.el.img(src=source, alt="", loading="lazy", class_name="mosaic-picture"))
    ring = progress_ring(t("{percent} % of the images are done", percent=card.percent), card.percent)
    return rx.el.div(
        rx.cond(card.pictures.length() > 0, picture, rx.icon("image", class_name="mosaic-blank")),
        rx.cond(card.is_running, rx.el.div(ring, class_name="mosaic-ring")),
        class_name=f"mosaic mosaic-{card.pictures.length()}",
    )


def _faces(card: rx.Var[Card]) -> rx.Component:
    people = rx.foreach(card.faces, lambda person: face(person.initials, person.colour, person.name))
    more = rx.cond(card.more_faces > 0, rx.el.span(f"+{card.more_faces}", class_name="face face-more"))
    words = t("Shared with {teams}", teams=card.teams)
    teams = rx.el.span(rx.icon("users"), class_name="face face-team", title=words, aria_label=words, role="img")
    return rx.el.div(people, more, rx.cond(card.teams != "", teams), class_name="faces")


def _card_menu(card: rx.Var[Card]) -> rx.Component:
    name = t("What to do with {name}", name=card.name)
    trigger = icon_button(name, "ellipsis-vertical", small=True, kind="plain", class_name="card-menu")
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(trigger),
        rx.dropdown_menu.content(
            rx.dropdown_menu.item(t("Rename"), on_select=DashboardState.ask_name(card.id)),
            rx.dropdown_menu.separator(),
            rx.dropdown_menu.item(t("Delete"), color_scheme="red", on_select=DashboardState.delete(card.id)),
            align="end",
        ),
    )
