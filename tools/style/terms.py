"""The table of terms, and the limits, as data.

To allow a term, remove its row. To add a term, add a row: tests/unit/tools/test_style.py lists a sentence for each.
"""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """A count, and its limit per 1,000 words."""

    name: str
    pattern: str
    limit: float


class Term(NamedTuple):
    """A term that is not used, and the standard term for the same thing.

    pattern matches the unambiguous forms. It is empty if each form is an ordinary word too: find those by reading.
    A space matches any white space, so that a term is found across a line break.
    """

    avoid: str
    use: str
    pattern: str


MEASURES = (
    Measure("what", r"what", 1.5),
    Measure("tell/told", r"tell|tells|told|telling", 0.0),
    Measure("whom ...", r"whom|whose|nobody|somebody|whoever", 0.3),
)

TERMS = (
    Term(
        "bring about, bring to",
        "apply, reach (the desired state)",
        r"(?:bring|brings|bringing|brought)(?: \S+){0,3} (?:about|to)",
    ),
    Term("wish", "declaration, desired state", r"wish(?:es|ed)?"),
    Term(
        "give (an option), the task gives",
        "set, specify; the task sets",
        r"tasks? (?:that )?(?:gives?|gave)|given (?:by|in|with) (?:the|a) task",
    ),
    Term("leave out", "omit", r"(?:leave|leaves|leaving|left)(?: \S+){0,3} out"),
    Term("look, look again", "read, poll", r"looks? (?:again|after look)|looked (?:at )?again|a look"),
    Term("in transit, settle", "transitional status, stabilize", r"in transit|settles?|settled|settling"),
    Term("passing (failure)", "transient, retryable", r"passing (?:failure|error|fault|status)(?:s|es)?"),
    Term(
        "refuse, refusal",
        'reject; "not allowed in status X"',
        r"(?<!connection\x20)(?:refuse|refuses|refused(?! connection)|refusing|refusals?)",
    ),
    Term("take away, take off", "remove", r"(?:take|takes|taking|took|taken)(?: \S+){0,3} (?:away|off)"),
    Term("carried (through)", "recovered by retrying", r"carried(?: through| out)?"),
    Term("carried over", "preserved", r"(?:carry|carries|carrying) over"),
    Term("go on", "continue, resume", r"(?:go|goes|going|went|gone) on"),
    Term("begin (an operation)", "submit", r"(?:begin|begins|began) (?:an|the) operation|begun"),
    Term(
        "others at work, somebody else",
        "concurrent operation, another caller",
        r"at work|somebody else|someone else",
    ),
    Term(
        "whom the task runs as",
        "the calling identity, the caller",
        r"(?:whom|who|whoever|what|that) (?:the |a )?tasks? runs? as",
    ),
    Term("the fate of the variants", "the variant actions (Promote, Retain, Remove)", r"fates?"),
    Term("side by side", "in parallel, concurrently", r"side by side"),
    Term("guarded", "protected by a `test` operation (optimistic locking)", r"guarded"),
    Term("directives", "module-only options", r"directives?"),
    Term("complaints, shapes", "validation errors, types", r"complaints?|shapes?"),
    Term("a text, a whole number, none", "a string, an integer, null", r"a text|texts|whole numbers?"),
    Term("floor, least module", "baseline", r"least module"),
    Term("laws, lives, scenes, bed", "invariants, stateful tests, fixtures", r"laws?|scenes?|beds?"),
    Term("rooms, house", "layout, packages", r"rooms?|houses?"),
    Term("trouble", "troubleshooting", r"troubles?|troubled"),
    Term(
        "at the creation, creation, deletion",
        "on create, create, delete (the operations)",
        r"creations?|recreations?|deletions?",
    ),
    Term(
        "share of the requests",
        "traffic sampling percentage",
        r"shares? of (?:the|its) (?:requests?|traffic)",
    ),
    Term("answer (of a model, of a service)", "response", ""),
    Term("old handler", "handler that returns write-only properties", r"old handlers?"),
)
