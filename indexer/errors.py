"""What can go wrong with an index; the docstring of each error says when it is raised."""


class IndexerError(Exception):
    """The base of every error of this package.

    Its text is one sentence for a person: `pattern`, with `arguments` by their names in braces.
    """

    def __init__(self, pattern: str = "", **arguments: object) -> None:
        self.pattern = pattern
        self.arguments = arguments
        super().__init__(pattern.format(**arguments) if arguments else pattern)


class IndexOutdated(IndexerError):
    """The index is missing, damaged, cut off, or of another engine, model or schema: rebuild it."""


class ModelUnavailable(IndexerError):
    """The embedding model is missing or its file is not the one expected."""


class QuestionError(IndexerError):
    """The question cannot be asked, e.g. because it is empty."""


class UnknownEngine(IndexerError):
    """The full-text engine asked for does not exist."""


class IndexUnavailable(IndexerError):
    """The index cannot be read or written now: the disk is full, read-only, or a file is locked."""
