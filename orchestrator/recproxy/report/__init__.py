"""The report: what a run did, profile by profile, as values and as text.

A *tally* adds up the outcomes of scopes; the table and the misses are made from it once, at the end.
"""

from recproxy.report.report_texts import replace_texts, texts_of
from recproxy.report.tally import Row, Tally, TestRow, TokenCount, UnusedPlace, Written
from recproxy.report.text import print_report

__all__ = [
    "Row",
    "Tally",
    "TestRow",
    "TokenCount",
    "UnusedPlace",
    "Written",
    "print_report",
    "replace_texts",
    "texts_of",
]
