"""Link addresses of a text, link definitions, and those that no link uses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from markdown_it.common.normalize_url import normalizeLinkText
from markdown_it.token import Token

from indexer.text.markdown_grammar import WIKI, words


class Definition(NamedTuple):
    """[name]: address "title", with the name normalised for comparison."""

    name: str
    address: str
    title: str

    @property
    def led(self) -> str:
        """Title and address, as added to the words of a link that uses it."""
        return ": ".join(filter(None, (self.title, self.address)))


def unused(tokens: Sequence[Token], env: Mapping[str, Any]) -> list[tuple[int, Definition]]:
    """The definitions that no link in the text uses, each with its line."""
    used = {child.meta.get("label") for token in tokens for child in token.children or ()}
    known = [{**each, "label": label} for label, each in env["references"].items()]
    lacking = [each for each in known if each["label"] not in used]
    found = []
    for each in sorted([*lacking, *env.get("duplicate_refs", ())], key=lambda one: one["map"]):
        address = normalizeLinkText(each["href"])
        found.append((each["map"][0], Definition(each["label"], address, each["title"])))
    return found


def addresses(children: Sequence[Token], source: str) -> Iterator[str]:
    """The addresses and titles of links and images that the text does not show."""
    opened: list[tuple[int, Token]] = []
    for place, child in enumerate(children):
        if child.type == "link_open":
            opened.append((place, child))
        elif child.type == "image":
            yield from _led(child.content, str(child.attrs["src"]), child, source)
        elif child.type == "link_close" and opened:
            start, link = opened.pop()
            said = words(children[start:place])
            yield from _led(" ".join(said.split()), str(link.attrs["href"]), link, source)


def _led(said: str, address: str, token: Token, source: str) -> Iterator[str]:
    """The words of a link with what they do not show: title and address, also by definition."""
    told = [(address.removeprefix(WIKI), token.attrs.get("title"))]
    if defined := token.meta.get("defined"):
        told.append((defined["href"], defined["title"]))
    for link, title in told:
        # The parser writes %E4 for ä in an address; here it stands as it was written.
        led = normalizeLinkText(link) if "%" in link and link not in source else link
        shown = led in said or led.startswith("data:")
        if title or not shown:
            yield ": ".join(filter(None, (said, str(title or ""), "" if shown else led)))
