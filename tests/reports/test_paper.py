"""The paper questionnaire: nothing is missing in any format, the page stands alone, and data in it stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

import pytest

from cati.questionnaire.loading import load
from cati.questionnaire.model import Mode, Questionnaire
from cati.reports.paper import outline, paper
from cati.reports.paper.drawing import drawn
from cati.reports.paper.flow import flows
from cati.reports.paper.naming import Names
from cati.reports.paper.parts import plain
from cati.studies import load_study

STUDIES, FORMS = ["wave2", "asye"], ["text", "markdown", "html"]
VOID = {"meta", "br", "hr", "img", "input", "link", "path", "rect"}
each_study = pytest.mark.parametrize("study", STUDIES)
each_form = pytest.mark.parametrize("form", FORMS)


class Page(HTMLParser):
    """Reads a page: its words, anchors and links, and whether every tag that opens is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if name in ("src", "srcset", "action", "data", "poster", "xlink:href") or "url(http" in (value or ""):
                self.loads.append(f"{tag} {name}={value}")
        if tag in ("p", "td", "th", "tr", "div", "li", "h1", "h2", "h3", "h4", "dd", "dt", "br"):
            self.words.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        del attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@cache
def written(study: str, form: str, mode: Mode | None = None) -> str:
    found = load_study(study)
    return paper(found.questionnaire, mode, form, found.loaded.content_hash)


@cache
def words(study: str, form: str, mode: Mode | None = None) -> str:
    """The words of the document, spaces made one, marks of the format taken off."""
    text = written(study, form, mode)
    if form == "html":
        text = "".join(Page(text).words)
    if form == "markdown":
        text = re.sub(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(#[^)]*\)", r"\1", text)
        text = re.sub(r"\\(.)", r"\1", text)
    return " ".join(text.split())


def bracketed(questionnaire: Questionnaire, text: str) -> str:
    return " ".join(plain(Names(questionnaire).text(text)).split())


def texts_of(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """Every text that a reader must find: where it stands, and the text."""
    for section, item in questionnaire.each_item():
        yield section.id, section.title if section.title.isupper() else ""
        yield item.id, item.base
        for block in item.wording:
            yield item.id, block.text
        for each in (*questionnaire.options_of(item), *getattr(item, "specials", ()), *getattr(item, "fields", ())):
            yield item.id, each.label
        for row in getattr(item, "rows", ()):
            yield item.id, row.text
        for check in getattr(item, "checks", ()):
            yield item.id, check.text
    for name, closing in questionnaire.closings.items():
        yield name, closing.text
    for name, text in questionnaire.decisions.items():
        yield name, text
    for name, fill in questionnaire.fills.items():
        for variant in [fill] if isinstance(fill, str) else [each.text for each in fill]:
            yield name, variant


@each_study
@each_form
def test_every_word_of_the_questionnaire_is_on_paper(study: str, form: str) -> None:
    questionnaire, shown = load_study(study).questionnaire, words(study, form)
    missing = [(where, text) for where, text in texts_of(questionnaire) if bracketed(questionnaire, text) not in shown]
    assert missing == []


@each_study
@each_form
def test_every_item_and_decision_is_named(study: str, form: str) -> None:
    questionnaire = load_study(study).questionnaire
    shown = set(re.findall(r"\w+", words(study, form)))
    assert {item.id for _, item in questionnaire.each_item()} <= shown
    assert set(questionnaire.decisions) <= shown


@each_study
@each_form
def test_the_title_page_says_source_licence_version_and_hash(study: str, form: str) -> None:
    found = load_study(study)
    source = found.questionnaire.source
    assert source is not None
    for fact in (source.title, source.licence, found.questionnaire.version, found.loaded.content_hash):
        assert fact in words(study, form)


@each_study
@pytest.mark.parametrize("mode", [None, "telephone", "online"])
def test_the_page_is_balanced_and_each_link_has_its_target(study: str, mode: Mode | None) -> None:
    page = Page(written(study, "html", mode))
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} - set(page.ids) == set()


@each_study
def test_the_page_needs_nothing_from_elsewhere(study: str) -> None:
    text = written(study, "html")
    page = Page(text)
    assert page.loads == []
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "img", "base"}
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    assert not re.search(r"https?:|@import|url\(", style[1])


@each_study
@pytest.mark.parametrize("mode", [None, "telephone"])
def test_every_link_of_the_markdown_has_its_target(study: str, mode: Mode | None) -> None:
    text = written(study, "markdown", mode)
    anchors = set(re.findall(r'<a id="([^"]*)"></a>', text))
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) - anchors == set()
    footnotes = re.findall(r"^\[\^(\w+)\]:", text, re.MULTILINE)
    assert set(re.findall(r"\[\^(\w+)\](?!:)", text)) <= set(footnotes)
    assert len(footnotes) == len(set(footnotes))


@each_study
def test_every_decision_that_is_cited_leads_back_to_where_it_was(study: str) -> None:
    page = Page(written(study, "html"))
    backs = [each for each in page.ids if each.startswith("ref-")]
    assert backs
    assert set(backs) <= {link[1:] for link in page.links}


def test_both_modes_stand_side_by_side_only_where_they_differ() -> None:
    items = {item.id: item for item in outline(load_study("wave2").questionnaire, None).items}
    shared, instructions = items["B1"].wording[0], items["B1"].wording[-1]
    assert not shared.differs
    assert plain(instructions.telephone[0].spans).startswith("DO NOT READ OUT")
    assert plain(instructions.online[0].spans) == "PLEASE GIVE ONE ANSWER"
    differing = [choice.code for choice in items["B1"].choices if choice.differs]
    assert differing == ["8"], "the prefix (DO NOT READ OUT) belongs to the telephone"


@each_form
def test_one_mode_shows_its_own_words_alone(form: str) -> None:
    online, telephone = words("wave2", form, "online"), words("wave2", form, "telephone")
    assert "PROMPT AS NECESSARY" in telephone
    assert "PROMPT AS NECESSARY" not in online
    assert "(DO NOT READ OUT) Don't know" not in online
    assert "Not asked in this mode." in online


def test_a_printed_base_stands_beside_the_decided_one() -> None:
    note = {item.id: item for item in outline(load_study("wave2").questionnaire, None).items}["ROLE_NOTE"]
    assert (note.base, note.printed, plain(note.decided)) == ("ASK ALL", "ALL", "B1=1")


def test_a_fill_lists_its_variants_where_it_is_used() -> None:
    b3 = {item.id: item for item in outline(load_study("wave2").questionnaire, None).items}["B3"]
    (basis,) = b3.fills
    assert [plain(each.text) for each in basis.variants] == ["for an agency", "on an independent/ self-employed basis"]
    assert [plain(each.only_if) for each in basis.variants] == ["B2=6", "B2=9"]


HOSTILE = """
id: hostile
version: "1"
title: <script>alert(1)</script> & *bold* | pipe
sample: {name: "<b>Who</b>"}
closings: {refusal: {text: "</p><script>"}}
decisions: {D1: "[x](javascript:alert(1)) `code` <img src=http://x/y.png>"}
sections:
  - id: A
    title: "</title><svg onload=x>"
    items:
      - id: A1
        type: single
        base: "\\"'><script>"
        decisions: [D1]
        wording: [{read: "| a | # b <!-- c \\e[31m \\u202e {sample.name}"}]
        options:
          - {code: 1, label: "</td><script>x</script>", specify: true}
          - {code: 2, label: "_[link](http://evil)_", end: refusal}
      - {id: A2, type: end, outcome: completed}
"""


@each_form
def test_what_is_data_stays_text(form: str) -> None:
    text = paper(load(HOSTILE, source="hostile").questionnaire, None, form)
    assert "\x1b" not in text
    assert "\u202e" not in text
    if form == "html":
        page = Page(text)
        assert page.open == []
        assert not page.tags & {"script", "img", "b"}
        assert "</td><script>x</script>" in "".join(page.words)
    if form == "markdown":
        assert "<script>" not in text.replace("\\<script\\>", "")
        assert "\\[link\\]" in text
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert all(len(re.findall(r"(?<!\\)\|", row)) in (3, 4, 5) for row in rows)


@each_study
def test_the_diagrams_hold_every_item_and_every_way_out(study: str) -> None:
    questionnaire = load_study(study).questionnaire
    overview, by_section = flows(questionnaire)
    assert [name for box in overview.boxes for name, _ in box.names] == [each.id for each in questionnaire.sections]
    for section in questionnaire.sections:
        boxes = by_section[section.id].boxes
        assert [name for box in boxes for name, _ in box.names] == [item.id for item in section.items]
        assert all(way.to is None or way.to > at for at, box in enumerate(boxes) for way in box.ways)
    ways = {name: box.ways for flow in by_section.values() for box in flow.boxes for name, _ in box.names}
    if study == "wave2":
        b1 = {(way.answers, way.text) for way in ways["B1"]}
        assert b1 == {("1, 2, 9, 10", "B2"), ("3", "F1a in section F"), ("4, 6-8", "F1 in section F"), ("5", "B1c")}


@each_study
def test_the_lanes_of_a_diagram_never_run_over_one_another(study: str) -> None:
    _, by_section = flows(load_study(study).questionnaire)
    for flow in by_section.values():
        runs: dict[str, list[tuple[float, float, float]]] = {}
        for y, x, end in re.findall(r'class="jump" d="M\d+ (\d+)H(\d+)V(\d+)', drawn(flow)):
            runs.setdefault(x, []).append((float(y), float(end), float(end)))
        for lane in runs.values():
            for first, second in ((a, b) for a in lane for b in lane if a[2] < b[2]):
                assert first[1] <= second[0], "two jumps to different boxes share a stretch of a lane"


@each_study
def test_a_diagram_is_no_wider_than_the_page(study: str) -> None:
    overview, by_section = flows(load_study(study).questionnaire)
    for flow in (overview, *by_section.values()):
        size = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn(flow))
        assert size is not None
        assert int(size[1]) < 960
