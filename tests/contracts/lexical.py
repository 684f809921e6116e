"""What every full-text engine promises; an engine's test file subclasses it."""

from tests.contracts.lexical_durable import DurableContract
from tests.contracts.lexical_ranking import RankingContract
from tests.contracts.lexical_text import TextContract


class LexicalIndexContract(RankingContract, TextContract, DurableContract):
    """Subclass with `engine` set."""
