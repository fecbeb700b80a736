"""The facts the product speaks from, as data with source, confidence and dates, and pure look-ups in them.

No sentence a person reads lives here (i18n), no dialogue (bot) and nothing about one person (storage).
"""

from functools import cache

from knowledge.loading import Knowledge, read_folder
from knowledge.reading import KnowledgeError

__all__ = ["Knowledge", "KnowledgeError", "load"]


@cache
def load() -> Knowledge:
    """Read the project's own data files, once in a process.

    Raises:
        KnowledgeError: The data contradict themselves.
    """
    return read_folder()
