"""The model that is taken where nobody chooses."""

from cellhub_app.core.metrics.preference import Rated, order


def rated(ap50: float, seconds: float, kind: str = "nuclei") -> Rated:
    return Rated((kind,), {kind: {"ap50": ap50}}, seconds)


def test_the_fastest_of_those_as_good_as_the_best_leads_and_the_rest_follow_by_what_they_found() -> None:
    slow, fast, poor = rated(0.710, 0.45), rated(0.706, 0.2), rated(0.69, 0.1)
    assert order([poor, slow, fast], "nuclei") == [2, 1, 0]
    assert order([poor, slow], "nuclei") == [1, 0]


def test_a_model_made_for_the_kind_goes_before_better_ones_that_are_not() -> None:
    assert order([rated(0.9, 0.1, "cells"), rated(0.5, 0.4)], "nuclei") == [1, 0]


def test_a_kind_that_none_was_measured_on_is_served_by_what_is_good_on_average() -> None:
    every = Rated(("nuclei", "cells", "other"), {"nuclei": {"ap50": 0.7}, "cells": {"ap50": 0.0}}, 0.1)
    both = Rated(("nuclei", "cells"), {"nuclei": {"ap50": 0.7}, "cells": {"ap50": 0.5}}, 0.4)
    assert order([every, both], "other") == order([every, both], None) == [1, 0]


def test_no_models_have_no_order() -> None:
    assert order([], "nuclei") == []
