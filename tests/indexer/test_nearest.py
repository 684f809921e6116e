"""The vector engine keeps the contract, and so does the plain one that it is compared with."""

from indexer.nearest import VectorIndex
from indexer.nearest.faiss_index import FaissIndex
from indexer.resident.roster import Roster
from indexer.resident.vectors import PassageVectors
from tests.contracts.vectors import DIMENSION, PlainIndex, VectorIndexContract


class TestFaissIndex(VectorIndexContract):
    def empty(self) -> VectorIndex:
        return FaissIndex(Roster(), PassageVectors.empty(DIMENSION, 8.0))


class TestPlainIndex(VectorIndexContract):
    def empty(self) -> VectorIndex:
        return PlainIndex()
