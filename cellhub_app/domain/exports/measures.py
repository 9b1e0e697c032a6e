"""The METRICS of the core as exports describe them."""

from cellhub_app.core.metrics.measure import metrics
from cellhub_app.core.metrics.population import NOT_TYPICAL
from cellhub_app.domain.exports.bundle import Measure


def measures(channels: int) -> tuple[Measure, ...]:
    """The measures of vectors with so many channels, in their order, with formula and reference in the definition."""
    return tuple(
        Measure(
            key=metric.px_name,
            title=metric.title,
            unit=metric.px_symbol,
            definition=f"{metric.symbol} = {metric.formula} ({metric.reference})",
            power=metric.power,
            um_key=metric.um_name if metric.power else None,
            um_unit=metric.um_symbol if metric.power else None,
            is_typical=metric.key not in NOT_TYPICAL,
        )
        for metric in metrics(channels)
    )
