"""What holds for one model: how long its texts may be, and what its cosines mean in a ranking."""

from msgspec import Struct


class Lengths(Struct, frozen=True, kw_only=True):
    """How texts are cut for a model, in its tokens; with others an index has other passages.

    `passage` is the most that it reads of a text at once: title, heading, text and `special`, which
    it puts around each text. At most so many are of the `title` and of the `heading`.
    """

    passage: int
    special: int
    title: int
    heading: int


class Calibration(Struct, frozen=True, kw_only=True):
    """Lengths, weights and thresholds, chosen for one model by measurement.

    A passage is an answer from the cosine `near` on, or from `nearly` if its words come as near as
    `met`; beside an answer one is offered from `related` on; where nothing is close, from `faint`
    on. Words alone decide about a question of which the model reads a smaller share than `read`.

    In the sum of both sides words have `lexical_weight`, meaning the rest; words of the question,
    each at its very word, add `meeting` to it. `smoothing` is the part of a score that comes from
    near documents, `sharpness` how much more nearer ones count, among the passages of a document
    too.
    """

    lengths: Lengths
    near: float
    nearly: float
    met: float
    related: float
    faint: float
    read: float
    lexical_weight: float
    meeting: float
    smoothing: float
    sharpness: float


MINILM = Calibration(
    lengths=Lengths(passage=256, special=2, title=64, heading=32),
    near=0.34,
    nearly=0.3,
    met=0.45,
    related=0.2,
    faint=0.1,
    read=0.5,
    lexical_weight=0.15,
    meeting=12.0,
    smoothing=0.35,
    sharpness=8.0,
)
"""That of all-MiniLM-L6-v2: docs/decisions/0003-fusion.md."""
