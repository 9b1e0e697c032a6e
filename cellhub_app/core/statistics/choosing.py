"""Which tests there are, for how many conditions, and which one is taken when nobody says."""

from dataclasses import dataclass
from enum import StrEnum

from cellhub_app.core.errors import Invalid


class Test(StrEnum):
    """A way to compare conditions."""

    __test__ = False  # it is no test of ours, whatever pytest makes of its name

    WELCH = "welch"
    MANN_WHITNEY = "mannWhitney"
    ANOVA = "anova"
    WELCH_ANOVA = "welchAnova"
    KRUSKAL = "kruskal"


@dataclass(frozen=True)
class Description:
    """What a test is called, what it says of the conditions, and where it comes from."""

    title: str
    question: str
    reference: str
    by_rank: bool = False
    equal_spread: bool = False


TESTS = {
    Test.WELCH: Description("Welch's t test", "Do the means of two conditions differ?", "Welch 1947"),
    Test.MANN_WHITNEY: Description(
        "Mann-Whitney U test", "Does one condition tend to larger values than the other?", "Mann & Whitney 1947", by_rank=True
    ),
    Test.ANOVA: Description(
        "One-way ANOVA with Tukey's HSD", "Do the means of the conditions differ, and which?", "Fisher 1925; Tukey 1949; Kramer 1956",
        equal_spread=True,
    ),
    Test.WELCH_ANOVA: Description(
        "Welch's ANOVA with Games-Howell", "Do the means differ, and which, where spreads differ too?", "Welch 1951; Games & Howell 1976"
    ),
    Test.KRUSKAL: Description(
        "Kruskal-Wallis test with Dunn's test", "Do some conditions tend to larger values, and which?",
        "Kruskal & Wallis 1952; Dunn 1964; Holm 1979", by_rank=True,
    ),
}  # fmt: skip


def fitting(conditions: int) -> tuple[Test, ...]:
    """The tests for that many conditions, the one that is taken when nobody says first; none for fewer than two."""
    if conditions < 2:
        return ()
    return (Test.WELCH, Test.MANN_WHITNEY) if conditions == 2 else (Test.ANOVA, Test.WELCH_ANOVA, Test.KRUSKAL)


def chosen(test: Test | str | None, conditions: int) -> Test:
    """The test that was asked for, or the one for that many conditions. Those for many take two as well. Raises Invalid otherwise."""
    fits = fitting(conditions)
    if not fits:
        raise Invalid("A test compares at least two conditions with values; give images another condition first.")
    if test is None:
        return fits[0]
    if test not in set(Test):
        raise Invalid(f"There is no test {test!r}; choose one of {', '.join(Test)}.")
    if conditions > 2 and test in fitting(2):
        names = " or ".join(TESTS[each].title for each in fits)
        raise Invalid(f"{TESTS[Test(test)].title} compares two conditions, and these are {conditions}; choose {names}.")
    return Test(test)
