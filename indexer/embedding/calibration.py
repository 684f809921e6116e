"""Calibration of one model: lengths of its texts, weights and thresholds of its cosines."""

from msgspec import Struct


class Lengths(Struct, frozen=True, kw_only=True):
    """Limits in tokens by which texts are cut; changing them changes the passages of an index.

    `passage` is the limit for title, heading and text with the `special` tokens around them;
    `title` and `heading` limit these parts.
    """

    passage: int
    special: int
    title: int
    heading: int


class Calibration(Struct, frozen=True, kw_only=True):
    """Lengths, weights and thresholds, chosen for one model by measurement.

    A passage is an answer from the cosine `near` on, or from `nearly` if its words reach `met`;
    beside an answer passages are offered from `related` on, and where nothing is close from `faint`
    on. If the model reads a smaller share of a question than `read`, words alone decide.

    The lexical side has `lexical_weight`, the vector side the rest; word-by-word similarity adds up
    to `meeting`. `smoothing` is the part of a score that comes from similar documents, `sharpness`
    the preference for nearer ones, also among the passages of a document.
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
"""Calibration of all-MiniLM-L6-v2: docs/decisions/0003-fusion.md."""
