"""Programs of MDX leave a page; sentences that begin as they do, and code that is shown, stay."""

from pathlib import Path

import pytest

from kb.importers.cascades import Cascades
from kb.importers.markdown import ParsedFile, parse_markdown


def read(body: str, name: str = "a.md", *, in_mdx: bool = False) -> ParsedFile:
    return parse_markdown(f"# A page\n\nBefore.\n\n{body}\n\nBehind.".encode(), name, in_mdx=in_mdx)


def text_of(parsed: ParsedFile) -> str:
    return "\n".join(section.text for section in parsed.content.sections)


@pytest.mark.parametrize(
    "program",
    [
        "export const a = 1",
        "export const [a, b] = c()",
        "export default ({children}) => <div>{children}</div>",
        "export default Layout",
        "export default function Foo(props) {\n  return x\n}",
        "export { a } from 'b'",
        "export async function foo() {}",
    ],
)
def test_a_program_leaves_a_page_in_mdx_alone(program: str) -> None:
    for page in (read(program, "a.mdx"), read(program, in_mdx=True)):
        assert "export" not in text_of(page)
        assert "Code of a page: export" in "".join(page.remarks)
    assert "export" not in text_of(read(f"import B from 'b'\n\n{program}"))
    assert "export" in text_of(read(program))


@pytest.mark.parametrize(
    "text",
    [
        "export const goods need a paper of the customs office.",
        "export default rules apply (see below).",
        "{% raw %}\nexport const a = 1\n{% endraw %}",
    ],
)
def test_a_sentence_and_code_that_is_shown_are_no_program(text: str) -> None:
    assert "export" in text_of(read(text, "a.mdx"))


def test_pages_of_docusaurus_may_be_in_mdx(tmp_path: Path) -> None:
    below = tmp_path / "docs" / "below"
    below.mkdir(parents=True)
    (tmp_path / "docusaurus.config.ts").touch()
    for folder, path in ((tmp_path, "docs/a.md"), (below, "a.md")):
        cascades = Cascades()
        cascades.read_settings(folder, [path])

        assert "export" not in text_of(cascades.parse(lambda: b"export const a = 1\n\nText", path))


def test_code_that_is_kept_raw_is_not_cut_and_a_remark_has_its_braces() -> None:
    code = "export default {\n  a: function(b) {\n\n    return b;\n  }\n};"

    raw = f"{{% raw %}}\n{code}\n<!-- {{a}} -->\n{{% endraw %}}"
    page = read(f"{{%- set c %}}{raw}{{%- endset %}}{{{{ c }}}}")

    assert code in text_of(page)
    assert "Comments: <!-- {a} -->" in page.remarks


def test_words_between_two_that_are_struck_stay() -> None:
    assert "~~a~~ told ~~b~~" in text_of(read("<del>a</del> told <del>b</del>"))
