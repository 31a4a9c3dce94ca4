"""How well styles paint, in numbers and side by side: ``evaluate`` runs packs over photos and gives a ``Report``."""

from styles.evaluation.gather import Subject, find
from styles.evaluation.page import page
from styles.evaluation.report import Report, Row, markdown
from styles.evaluation.run import evaluate

__all__ = ["Report", "Row", "Subject", "evaluate", "find", "markdown", "page"]
