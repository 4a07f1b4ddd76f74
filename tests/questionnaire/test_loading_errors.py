"""What is wrong with a questionnaire is told with its file, line and item, and with a way to mend it.

Each questionnaire below has one fault; `#!` marks the line that the message has to name.
"""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from cati.errors import InputError
from cati.questionnaire.codelists import CodeList, Entry
from cati.questionnaire.loading import load, read
from cati.questionnaire.problems import Problem, QuestionnaireError

PLACES = {"places": CodeList("places", (Entry("Leeds"),))}
OUTCOMES = ("completed", "refusal", "not_eligible")
CODES = "options: [{code: 1, label: a}, {code: 2, label: b}]"


def whole(items: str, above: str = "", end: str = "- {id: END, type: end, outcome: completed}") -> str:
    """A questionnaire of these items, with what stands above its sections."""
    return (
        dedent("""\
            id: tiny
            version: "1"
            title: Tiny
            """)
        + dedent(above)
        + "sections:\n  - id: ALL\n    title: All\n    items:\n"
        + indent(dedent(items).strip("\n") + "\n" + dedent(end) + "\n", " " * 6)
    )


def problems_of(text: str) -> list[Problem]:
    return read(text, source="tiny.yaml", code_lists=PLACES, outcomes=OUTCOMES)[1]


def one(name: str, text: str, kind: str, item: str, what: str, remedy: str, still_open: str = "") -> object:
    """A fault and what is to be said of it; `still_open` where it is not said yet: why."""
    marks = [pytest.mark.xfail(strict=True, reason=still_open)] if still_open else []
    return pytest.param(text, kind, item, what, remedy, id=name, marks=marks)


FAULTS = [
    # The form of the file
    one(
        "unknown key at an item",
        whole(f"- {{id: Q1, type: single, askk: Q0=1, {CODES}}}  #!"),
        *("model", "Q1", "`askk` is not a key here", "Did you mean ask?"),
    ),
    one(
        "unknown key at an option",
        whole("""
            - id: Q1
              type: single
              options:
                - {code: 1, label: a, skipto: END}  #!
            """),
        *("model", "Q1", "`skipto` is not a key here", "Did you mean skip_to?"),
    ),
    one(
        "unknown key in the wording",
        whole(f"- {{id: Q1, type: single, wording: [{{raed: x}}], {CODES}}}  #!"),
        *("model", "Q1", "`raed` is not a key here", "Did you mean read?"),
    ),
    one(
        "unknown key at a row",
        whole(f"- {{id: Q1, type: grid, rows: [{{row: 1, text: x, aks: Q0=1}}], {CODES}}}  #!"),
        *("model", "Q1", "`aks` is not a key here", "Did you mean ask?"),
    ),
    one(
        "unknown key at a box",
        whole("- {id: Q1, type: contact, fields: [{field: name, label: x, blnk: true}]}  #!"),
        *("model", "Q1", "`blnk` is not a key here", "Did you mean blank?"),
    ),
    one(
        "unknown key of the questionnaire",
        whole("- {id: Q1, type: number}", above="closing: {}  #!\n"),
        *("model", "", "`closing` is not a key here", "Did you mean closings?"),
    ),
    one(
        "missing key",
        whole("""
            - id: Q1
              type: single
              options:
                - {code: 1}  #!
            """),
        *("model", "Q1", "`label` is missing", "Add `label:`."),
    ),
    one(
        "unknown item type",
        whole(f"- {{id: Q1, type: singel, {CODES}}}  #!"),
        *("model", "Q1", "there is no item type singel", "Did you mean single?"),
    ),
    one(
        "no item type",
        whole(f"- {{id: Q1, {CODES}}}  #!"),
        *("model", "", "the item has no `type`", "`type: single`"),
    ),
    one(
        "a code in quotation marks",
        whole('- {id: Q1, type: single, options: [{code: "1", label: a}]}  #!'),
        *("model", "Q1", "`code`", "'1'"),
    ),
    one(
        "an unknown mode",
        whole(f"- {{id: Q1, type: single, wording: [{{read: x, mode: phone}}], {CODES}}}  #!"),
        *("model", "Q1", "`mode`: input should be 'telephone' or 'online'", "phone"),
    ),
    one(
        "a block that is two things",
        whole(f"- {{id: Q1, type: single, wording: [{{read: x, add: y}}], {CODES}}}  #!"),
        *("model", "Q1", "exactly one of read, instruction and add", ""),
    ),
    one(
        "an id that is no word",
        whole("- {id: 1Q, type: number}  #!"),
        *("model", "1Q", "`id`", "1Q"),
    ),
    # Names
    one(
        "unknown item in a base",
        whole("""
            - {id: Q1, type: number}
            - {id: Q2, type: number, ask: answered(Q11)}  #!
            """),
        *("condition", "Q2", "there is no item Q11", "Did you mean Q1?"),
    ),
    one(
        "unknown code in a base",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: Q1=3}}  #!
            """),
        *("condition", "Q2", "Q1 has no code 3", "Its codes: 1, 2."),
    ),
    one(
        "a range that ends at an unknown code",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: Q1=1-4}}  #!
            """),
        *("condition", "Q2", "Q1 has no code 4", "Its codes: 1, 2."),
    ),
    one(
        "unknown key of a code",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: Q1=dk}}  #!
            """),
        *("condition", "Q2", "Q1 has no key dk", "none"),
    ),
    one(
        "unknown key of a number",
        whole("""
            - {id: Q1, type: number, specials: [{key: na, label: x}]}
            - {id: Q2, type: number, ask: Q1=dk}  #!
            """),
        *("condition", "Q2", "Q1 is a number", "Q1=na"),
    ),
    one(
        "a grid in the place of its row",
        whole(f"""
            - {{id: Q1, type: grid, rows: [{{row: 3, text: x}}], {CODES}}}
            - {{id: Q2, type: number, ask: Q1=1}}  #!
            """),
        *("condition", "Q2", "Q1 is a grid", "Q1_3"),
    ),
    one(
        "unknown target of a code",
        whole("""
            - id: Q1
              type: single
              options:
                - {code: 1, label: a}
                - {code: 2, label: b, skip_to: ENDE}  #!
            """),
        *("unknown-target", "Q1", "the jump goes to ENDE", "Did you mean END?"),
    ),
    one(
        "unknown target of an item",
        whole("""
            - id: Q1
              type: number
              jumps:
                - {if: Q1>3, to: LATE}  #!
            - {id: LATER, type: number}
            """),
        *("unknown-target", "Q1", "the jump goes to LATE", "Did you mean LATER?"),
    ),
    one(
        "unknown target of a special answer",
        whole("""
            - id: Q1
              type: number
              specials:
                - {key: dk, label: x, skip_to: LATER}  #!
            """),
        *("unknown-target", "Q1", "the jump goes to LATER", "Name an item or a section."),
    ),
    one(
        "unknown option list",
        whole("- {id: Q1, type: single, options: agreemnt}  #!", above="option_lists: {agreement: []}\n"),
        *("unknown-list", "Q1", "there is no option list agreemnt", "Did you mean agreement?"),
    ),
    one(
        "unknown option list of a grid",
        whole("- {id: Q1, type: grid, rows: [{row: 1, text: x}], options: agreement}  #!"),
        *("unknown-list", "Q1", "there is no option list agreement", "Add it under `option_lists`."),
    ),
    one(
        "unknown code list",
        whole("- {id: Q1, type: lookup, code_list: place}  #!"),
        *("unknown-list", "Q1", "there is no code list place", "Did you mean places?"),
    ),
    one(
        "unknown source of options",
        whole("""
            - {id: REASONS, type: number}
            - {id: Q2, type: single, options_from: REASON, options: [{code: 1, label: a}]}  #!
            """),
        *("unknown-item", "Q2", "options_from REASON", "Did you mean REASONS?"),
    ),
    one(
        "options from a number",
        whole("""
            - {id: Q1, type: number}
            - {id: Q2, type: single, options_from: Q1, options: [{code: 1, label: a}]}  #!
            """),
        *("unknown-item", "Q2", "options_from Q1", ""),
    ),
    one(
        "unknown outcome of a code",
        whole("- {id: Q1, type: single, options: [{code: 1, label: a, end: refused}]}  #!"),
        *("unknown-outcome", "Q1", "no outcome refused", "Did you mean refusal?"),
    ),
    one(
        "unknown outcome of one case",
        whole("- {id: Q1, type: single, options: [{code: 1, label: a, end: [{if: Q1=1, outcome: nobody}]}]}  #!"),
        *("unknown-outcome", "Q1", "no outcome nobody", "Add it to the outcome scheme."),
    ),
    one(
        "unknown outcome of a special answer",
        whole("- {id: Q1, type: number, specials: [{key: dk, label: x, end: uneligible}]}  #!"),
        *("unknown-outcome", "Q1", "no outcome uneligible", "Did you mean not_eligible?"),
    ),
    one(
        "unknown outcome at the end",
        whole("- {id: Q1, type: number}", end="- {id: END, type: end, outcome: complete}  #!"),
        *("unknown-outcome", "END", "no outcome complete", "Did you mean completed?"),
    ),
    one(
        "unknown text to show",
        whole(
            "- {id: Q1, type: single, options: [{code: 1, label: a, again: reassurance}]}  #!",
            above="texts: {reassurances: {wording: [{read: x}]}}\n",
        ),
        *("unknown-text", "Q1", "there is no text reassurance", "Did you mean reassurances?"),
    ),
    one(
        "unknown decision",
        whole("- {id: Q1, type: number, decisions: [W12]}  #!", above="decisions: {W1: We decided.}\n"),
        *("unknown-decision", "Q1", "decision W12 is not told", "Did you mean W1?"),
    ),
    one(
        "an always-offered code that no option has",
        whole(f"""
            - {{id: Q1, type: multi, {CODES}}}
            - {{id: Q2, type: single, options_from: Q1, always: [9]}}  #!
            """),
        *("unknown-code", "Q2", "`always` has code 9", "Name a code of the list."),
    ),
    # Fills
    one(
        "unknown fill",
        whole('- {id: Q1, type: number, wording: [{read: "at {lla}"}]}  #!', above="fills: {la: x}\n"),
        *("fill", "Q1", "{lla} is neither a fill nor an item", "Did you mean la?"),
    ),
    one(
        "unknown fill in a label",
        whole("""
            - id: Q1
              type: single
              options:
                - {code: 1, label: "at {la}"}  #!
            """),
        *("fill", "Q1", "{la} is neither a fill nor an item", "Add it under `fills`."),
    ),
    one(
        "unknown fill in a text",
        whole("- {id: Q1, type: number}", above='texts: {re: {wording: [{read: "{lla}"}]}}  #!\n'),
        *("fill", "re", "{lla} is neither a fill nor an item", ""),
    ),
    one(
        "unknown sample variable in a fill",
        whole('- {id: Q1, type: number, wording: [{read: "{sample.nam}"}]}  #!', above="sample: {name: The name}\n"),
        *("fill", "Q1", "there is no sample variable nam", "Did you mean name?"),
    ),
    one(
        "unknown sample variable in a base",
        whole('- {id: Q1, type: number, ask: sample.link="open"}  #!'),
        *("condition", "Q1", "declares no sample variable link", "Declare it under `sample`."),
    ),
    one(
        "a fill from a later answer",
        whole("""
            - {id: Q1, type: number, wording: [{read: "{Q2}"}]}  #!
            - {id: Q2, type: number}
            """),
        *("fill", "Q1", "{Q2} is filled from an answer not given yet", "Fill from an earlier item."),
    ),
    one(
        "a fill whose variant looks forward",
        whole(
            """
            - {id: Q1, type: number, wording: [{read: "{which}"}]}  #!
            - {id: Q2, type: number}
            """,
            above="fills: {which: [{if: Q2>1, text: x}]}\n",
        ),
        *("fill", "Q1", "Q2 is not answered yet here", "Look only at items that were asked before."),
    ),
    one(
        "fills in a circle",
        whole(
            '- {id: Q1, type: number, wording: [{read: "{a}"}]}  #!',
            above='fills: {a: "{b}", b: "not {a}"}\n',
        ),
        *("fill", "Q1", "the fill {a} contains itself", "Break the circle a > b > a."),
    ),
    one(
        "a brace left open",
        whole('- {id: Q1, type: number, wording: [{read: "at {sample.la, and"}]}  #!', above="sample: {la: x}\n"),
        *("fill", "Q1", "a brace has no partner", "Braces are for fills only"),
    ),
    one(
        "braces doubled",
        whole('- {id: Q1, type: number, wording: [{read: "at {{sample.la}}"}]}  #!', above="sample: {la: x}\n"),
        *("fill", "Q1", "a brace has no partner", "Braces are for fills only"),
    ),
    one(
        "unknown fill at a special answer",
        whole('- {id: Q1, type: number, specials: [{key: dk, label: "not {la}"}]}  #!'),
        *("fill", "Q1", "{la} is neither", "Add it under `fills`."),
    ),
    one(
        "unknown fill at a box",
        whole('- {id: Q1, type: contact, fields: [{field: name, label: "of {la}"}]}  #!'),
        *("fill", "Q1", "{la} is neither", "Add it under `fills`."),
    ),
    one(
        "unknown fill in a soft check",
        whole('- {id: Q1, type: number, checks: [{if: Q1>60, text: "Not {la}?"}]}  #!'),
        *("fill", "Q1", "{la} is neither", "Add it under `fills`."),
    ),
    one(
        "unknown fill in a closing",
        whole("- {id: Q1, type: number}", above='closings: {refusal: {text: "Bye {la}"}}  #!\n'),
        *("fill", "refusal", "{la} is neither", "Add it under `fills`."),
    ),
    one(
        "unknown fill in the prompt of a write-in",
        whole('- {id: Q1, type: single, options: [{code: 1, label: a, specify: {prompt: "at {la}"}}]}  #!'),
        *("fill", "Q1", "{la} is neither", "Add it under `fills`."),
    ),
    one(
        "unknown fill in the form of a label for a sentence",
        whole('- {id: Q1, type: single, options: [{code: 1, label: a, fill: "at {la}"}]}  #!'),
        *("fill", "Q1", "{la} is neither", "Add it under `fills`."),
    ),
    # Conditions
    one(
        "unknown sample variable on the right",
        whole(
            """
            - {id: Q1, type: lookup}
            - {id: Q2, type: number, ask: Q1=sample.las}  #!
            """,
            above="sample: {la: The authority}\n",
        ),
        *("condition", "Q2", "declares no sample variable las", "Did you mean la?"),
    ),
    one(
        "a hundred brackets",
        whole(f"""
            - {{id: Q1, type: number}}
            - {{id: Q2, type: number, ask: {"(" * 100}Q1>1{")" * 100}}}  #!
            """),
        *("condition", "Q2", "inside one another", "Write it flatter."),
    ),
    one(
        "a number too long",
        whole(f"""
            - {{id: Q1, type: number}}
            - {{id: Q2, type: number, ask: Q1>{"9" * 5000}}}  #!
            """),
        *("condition", "Q2", "digits", "smaller number"),
    ),
    one(
        "a number compared with a bare code",
        whole("""
            - {id: Q1, type: number, specials: [{key: dk, code: 2, label: x}]}
            - {id: Q2, type: number, ask: Q1=2}  #!
            """),
        *("condition", "Q2", "Q1 is a number, and a bare code is none", "Write Q1=dk, or use < ≤ > ≥."),
    ),
    one(
        "codes put in an order",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: Q1>1}}  #!
            """),
        *("condition", "Q2", "the codes of Q1 have no order", "Q1=1/2/3"),
    ),
    one(
        "counting one code",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: count(Q1)>1}}  #!
            """),
        *("condition", "Q2", "Q1 is single and has nothing to count", "Use count on a multi."),
    ),
    one(
        "a contact block compared",
        whole("""
            - {id: Q1, type: contact, fields: [{field: name, label: x}]}
            - {id: Q2, type: number, ask: Q1="x"}  #!
            """),
        *("condition", "Q2", "Q1 is a contact block", "Only answered(Q1)"),
    ),
    one(
        "a text compared with a bare word",
        whole("""
            - {id: Q1, type: text}
            - {id: Q2, type: number, ask: Q1=Leeds}  #!
            """),
        *("condition", "Q2", "Q1 is text", 'with "text"'),
    ),
    one(
        "a base that looks forward",
        whole("""
            - {id: Q1, type: number, ask: Q2>1}  #!
            - {id: Q2, type: number}
            """),
        *("condition", "Q1", "Q2 is not answered yet here", "Look only at items that were asked before."),
    ),
    one(
        "a base that looks at its own answer",
        whole("- {id: Q1, type: number, ask: answered(Q1)}  #!"),
        *("condition", "Q1", "Q1 is not answered yet here", "Look only at items that were asked before."),
    ),
    one(
        "an option that looks forward",
        whole("""
            - id: Q1
              type: single
              options:
                - {code: 1, label: a}
                - {code: 2, label: b, ask: Q2>1}  #!
            - {id: Q2, type: number}
            """),
        *("condition", "Q1", "Q2 is not answered yet here", "Look only at items that were asked before."),
    ),
    one(
        "a comparison of the mode with nothing it can be",
        whole("- {id: Q1, type: number, ask: mode=phone}  #!"),
        *("condition", "Q1", "says nothing", "mode=telephone or mode=online"),
    ),
    one(
        "a range that runs backwards",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: Q1=2-1}}  #!
            """),
        *("condition", "Q2", "runs backwards", "Put the lower code first."),
    ),
    one(
        "or without a comparison, as printed questionnaires have it",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: Q1=1 OR 2}}  #!
            """),
        *("condition", "Q2", "an item is missing before `2`", "joined by and/or"),
    ),
    one(
        "a bracket left open",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: (Q1=1}}  #!
            """),
        *("condition", "Q2", "`)` is missing at the end", ""),
    ),
    one(
        "something after the end",
        whole(f"""
            - {{id: Q1, type: single, {CODES}}}
            - {{id: Q2, type: number, ask: Q1=1 Q1=2}}  #!
            """),
        *("condition", "Q2", "`Q1` is not expected", "Join comparisons with and, or, brackets."),
    ),
    one(
        "an item alone",
        whole("""
            - {id: Q1, type: number}
            - {id: Q2, type: number, ask: Q1}  #!
            """),
        *("condition", "Q2", "`Q1` is compared with nothing", "answered(Q1)"),
    ),
    one(
        "a sign that means nothing",
        whole("""
            - {id: Q1, type: number}
            - {id: Q2, type: number, ask: Q1 & 2}  #!
            """),
        *("condition", "Q2", "cannot read `& 2`", ""),
    ),
    one(
        "a soft check on an unknown code",
        whole(f"""
            - id: Q1
              type: single
              checks:
                - {{if: Q1=7, text: Really?}}  #!
              {CODES}
            """),
        *("condition", "Q1", "Q1 has no code 7", "Its codes: 1, 2."),
    ),
    # Structure
    one(
        "a jump backwards",
        whole("""
            - {id: Q1, type: number}
            - id: Q2
              type: single
              options:
                - {code: 1, label: a, skip_to: Q1}  #!
            """),
        *("backward-jump", "Q2", "the jump to Q1 goes backwards", "Jump to a later item."),
    ),
    one(
        "a jump to the item itself",
        whole("- {id: Q1, type: number, jumps: [{to: Q1}]}  #!"),
        *("backward-jump", "Q1", "the jump to Q1 goes backwards", "Jump to a later item."),
    ),
    one(
        "a jump to the section that one is in",
        whole("- {id: Q1, type: number, jumps: [{to: ALL}]}  #!"),
        *("backward-jump", "Q1", "the jump to ALL goes backwards", "Jump to a later item."),
    ),
    one(
        "the same id twice, case apart",
        whole("""
            - {id: Q1, type: number}
            - {id: q1, type: number}  #!
            """),
        *("duplicate-id", "q1", "q1 is the id of item 1 of section ALL and of item 2", "Rename one."),
    ),
    one(
        "an item called as its section",
        whole("- {id: all, type: number}  #!"),
        *("duplicate-id", "all", "all is the id of section 1 and of item 1", "Rename one."),
    ),
    one(
        "an item called as a grid's row",
        whole(f"""
            - {{id: Q1, type: grid, rows: [{{row: 1, text: x}}], {CODES}}}
            - {{id: Q1_1, type: number}}  #!
            """),
        *("duplicate-id", "Q1_1", "Q1_1 is the id of row 1 of Q1 and of item 2", "Rename one."),
    ),
    one(
        "an item called as a write-in",
        whole("""
            - {id: Q1, type: single, options: [{code: 1, label: a, specify: true}]}
            - {id: Q1_1_text, type: text}  #!
            """),
        *("duplicate-id", "Q1_1_text", "the write-in of Q1=1", "Rename one."),
    ),
    one(
        "the same code twice",
        whole("""
            - id: Q1
              type: single
              options:
                - {code: 1, label: a}
                - {code: 1, label: b}  #!
            """),
        *("duplicate-code", "Q1", "code 1 is given twice", "Renumber one."),
    ),
    one(
        "the same row twice",
        whole(f"- {{id: Q1, type: grid, rows: [{{row: 1, text: x}}, {{row: 1, text: y}}], {CODES}}}  #!"),
        *("duplicate-code", "Q1", "row 1 is given twice", "Renumber"),
    ),
    one(
        "the same key at two codes",
        whole("""
            - id: Q1
              type: single
              options:
                - {code: 1, label: a, key: dk}
                - {code: 2, label: b, key: dk}  #!
            """),
        *("duplicate-key", "Q1", "key dk is given to two codes", ""),
    ),
    one(
        "a code of its own that the earlier item has",
        whole("""
            - {id: Q1, type: multi, options: [{code: 1, label: a}]}
            - id: Q2
              type: single
              options_from: Q1
              options:
                - {code: 1, label: b}  #!
            """),
        *("duplicate-code", "Q2", "code 1 is given twice", "Renumber one."),
    ),
    one(
        "words for a code of a grid",
        whole("""
            - id: Q1
              type: grid
              rows: [{row: 1, text: x}]
              options:
                - {code: 1, label: a, specify: true}  #!
            """),
        *("grid-specify", "Q1", "takes no words", "a question of its own"),
    ),
    one(
        "jumps after a grid whose last row is not asked of all",
        whole(f"""
            - {{id: Q1, type: number}}
            - id: Q2
              type: grid
              {CODES}
              rows: [{{row: 1, text: x}}, {{row: 2, text: y, ask: Q1>3}}]
              jumps: [{{to: END}}]  #!
            """),
        *("grid-jump", "Q2", "row", "Put an unconditional row last"),
    ),
    one(
        "a grid without rows",
        whole(f"- {{id: Q1, type: grid, rows: [], {CODES}}}  #!"),
        *("model", "Q1", "`rows`", ""),
    ),
    one(
        "jumps at a message",
        whole("- {id: Q1, type: message, jumps: [{to: END}]}  #!"),
        *("model", "Q1", "`jumps` is not a key here", ""),
    ),
    one(
        "an id that conditions read as a word of theirs",
        whole("- {id: count, type: number}  #!"),
        *("reserved-id", "count", "count is a word of the conditions' notation", "Rename it."),
    ),
    one(
        "the same special answer twice",
        whole("- {id: Q1, type: number, specials: [{key: dk, label: x}, {key: dk, label: y}]}  #!"),
        *("duplicate-code", "Q1", "key dk is given twice", "Rename one."),
    ),
    one(
        "nothing to choose",
        whole("- {id: Q1, type: single, options: []}  #!"),
        *("no-options", "Q1", "there is nothing to choose", "Give it options."),
    ),
    one(
        "a look-up in which nothing can be answered",
        whole("- {id: Q1, type: lookup, free_text: false}  #!"),
        *("no-options", "Q1", "nothing can be answered here", "Give it a code list."),
    ),
    one(
        "an empty range",
        whole("- {id: Q1, type: number, min: 5, max: 4}  #!"),
        *("empty-range", "Q1", "no number lies between 5 and 4", "Put the smaller one at min."),
    ),
    one(
        "no end",
        whole("- {id: Q1, type: number}  #!", end=""),
        *("no-end", "", "the last item is no end", "Close with an item of type end."),
    ),
    one(
        "an end that not everybody reaches",
        whole("- {id: Q1, type: number}", end="- {id: END, type: end, outcome: completed, ask: Q1>1}  #!"),
        *("no-end", "END", "not everybody comes to the end", "Leave the last end without a base."),
    ),
    one(
        "items that nobody reaches, after the end",
        whole("""
            - {id: OUT, type: end, outcome: completed}  #!
            - {id: Q1, type: number}
            """),
        *("early-end", "OUT", "", ""),
        still_open="items after an end for everybody are not found",
    ),
    one(
        "an unknown key that begins like a type of Python",
        whole(f"- {{id: Q1, type: single, strict: true, {CODES}}}  #!"),
        *("model", "Q1", "`strict` is not a key here", ""),
        still_open="a path part that begins with str is taken for a branch of a union",
    ),
    one(
        "a fault at a special answer behind one of the other mode",
        whole("""
            - id: Q1
              type: number
              specials:
                - {key: na, label: x, mode: online}
                - {key: dk, label: y, skip_to: NOWHERE}  #!
            """),
        *("unknown-target", "Q1", "the jump goes to NOWHERE", ""),
        still_open="special answers are counted within the mode",
    ),
    one(
        "nothing to choose in one mode",
        whole("- {id: Q1, type: single, options: [{code: 1, label: a, mode: online}]}  #!"),
        *("no-options", "Q1", "", ""),
        still_open="options are counted over both modes",
    ),
    one(
        "a code that comes back and ends",
        whole("- {id: Q1, type: single, options: [{code: 1, label: a, again: take_email, end: refusal}]}  #!"),
        *("again-and-on", "Q1", "", ""),
        still_open="the end beside `again` is ignored without a word",
    ),
    one(
        "a fill called as an item",
        whole("- {id: la, type: number}  #!", above="fills: {la: x}\n"),
        *("duplicate-id", "la", "", "Rename one."),
        still_open="the fill hides the item",
    ),
    one(
        "two boxes of one name",
        whole("- {id: Q1, type: contact, fields: [{field: name, label: x}, {field: name, label: y}]}  #!"),
        *("duplicate-code", "Q1", "box name is given twice", "Rename one."),
        still_open="the second box hides the first",
    ),
]


@pytest.mark.parametrize(("text", "kind", "item", "what", "remedy"), FAULTS)
def test_a_fault_is_told_with_line_item_and_remedy(text: str, kind: str, item: str, what: str, remedy: str) -> None:
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "#!" in each)
    problems = problems_of(text)
    assert len(problems) == 1, [str(problem) for problem in problems]
    (problem,) = problems
    assert (problem.severity, problem.kind, problem.file, problem.line) == ("error", kind, "tiny.yaml", line)
    assert problem.item == item
    assert what in problem.what
    assert remedy in problem.remedy
    with pytest.raises(QuestionnaireError, match=rf"tiny\.yaml, line {line}: "):
        load(text, source="tiny.yaml", code_lists=PLACES, outcomes=OUTCOMES)


def test_every_fault_is_told_at_once_and_each_only_once() -> None:
    """Both modes compile the same items; the researcher reads each fault once."""
    text = whole("""
        - {id: Q1, type: number, ask: Q9=1, wording: [{read: "{x}"}]}
        - {id: Q2, type: number, jumps: [{to: Q1}, {to: Q8}]}
        """)
    assert [problem.kind for problem in problems_of(text)] == ["condition", "fill", "backward-jump", "unknown-target"]


def test_a_text_that_its_owner_has_not_supplied_is_a_warning_and_stops_nothing() -> None:
    text = whole("- {id: Q1, type: number}", above="texts: {mail: {missing: The appendix is not in the document}}\n")
    loaded = load(text, source="tiny.yaml")
    (warning,) = loaded.problems
    assert (warning.severity, warning.kind, warning.item, warning.line) == ("warning", "missing-text", "mail", 4)


def test_outcomes_are_compared_only_where_a_scheme_is_given() -> None:
    text = whole("- {id: Q1, type: number}", end="- {id: END, type: end, outcome: whatever}")
    assert load(text, source="tiny.yaml").problems == []


def test_a_finding_is_plain_data_as_well() -> None:
    (problem,) = problems_of(whole("- {id: Q1, type: number, min: 5, max: 4}"))
    assert problem.as_json() == {
        "severity": "error",
        "kind": "empty-range",
        "file": "tiny.yaml",
        "line": 8,
        "item": "Q1",
        "what": "no number lies between 5 and 4",
        "remedy": "Put the smaller one at min.",
    }
    assert str(problem) == "tiny.yaml, line 8: Q1: no number lies between 5 and 4. Put the smaller one at min."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("id: a: b\n", r"tiny\.yaml, line 1, column \d+: this is not valid YAML", id="a colon too many"),
        pytest.param("id: [1\n", r"tiny\.yaml, line 2, column \d+: this is not valid YAML", id="a bracket left open"),
        pytest.param("id:\n\t- 1\n", r"tiny\.yaml, line 2, column \d+: this is not valid YAML", id="a tab"),
        pytest.param("id: 1\n---\nid: 2\n", r"tiny\.yaml, line 2, column 1: .*document", id="two documents"),
        pytest.param(
            "id: a\ntitle: b\nid: c\n", r"line 3: `id` is given twice here \(first on line 1\)", id="key twice"
        ),
        pytest.param("a: &x\n  b: *x\n", r"tiny\.yaml, line 1: this part contains itself", id="an alias of itself"),
        pytest.param("? [a]\n: b\n", r"tiny\.yaml, line 1: a key has to be a word or a number", id="a list as key"),
        pytest.param("true: b\n", r"tiny\.yaml, line 1: a key has to be a word or a number", id="true as key"),
        pytest.param("id: " + "[" * 3000 + "]" * 3000, r"tiny\.yaml: .*nested too deeply", id="nesting without end"),
        pytest.param("id: \x07\n", r"tiny\.yaml.*this is not valid YAML", id="a control character"),
    ],
)
def test_what_is_not_yaml_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(text, source="tiny.yaml")


@pytest.mark.parametrize("text", ["", "- a\n", "words\n", "7\n"])
def test_what_is_no_questionnaire_at_all_is_told(text: str) -> None:
    loaded, (problem,) = read(text, source="tiny.yaml")
    assert loaded is None
    assert problem.what == "this is not a questionnaire"


def test_the_hash_changes_with_the_text_and_with_the_code_lists() -> None:
    text = whole("- {id: Q1, type: lookup, code_list: places}")
    hashes = {
        load(text, source="a", code_lists=PLACES).content_hash,
        load(text + "# more\n", source="a", code_lists=PLACES).content_hash,
        load(text, source="a", code_lists={"places": CodeList("places", (Entry("Kent"),))}).content_hash,
    }
    assert len(hashes) == 3
    assert load(text, source="b", code_lists=PLACES).content_hash in hashes


@pytest.mark.parametrize(
    ("above", "told", "hint"),
    [
        ("fills: {x: [{iff: Q1=1, text: a}]}\n", "`iff` is not a key here", "Did you mean if?"),
        ("fills: {x: [{txt: a}]}\n", "`txt` is not a key here", "Did you mean text?"),
        ("closings: {refusal: {txt: a}}\n", "`txt` is not a key here", "Did you mean text?"),
        ("texts: {re: {wordng: []}}\n", "`wordng` is not a key here", "Did you mean wording?"),
        ("source: {title: a, publisher: b, licence: c, lnes: d}\n", "`lnes` is not a key here", "Did you mean lines?"),
        ("option_lists: {x: [{code: 1, lable: d}]}\n", "`lable` is not a key here", "Did you mean label?"),
    ],
)
def test_an_unknown_key_gets_the_nearest_key_of_its_own_place(above: str, told: str, hint: str) -> None:
    found = {problem.what: problem for problem in problems_of(whole("- {id: Q1, type: number}", above=above))}
    assert hint in found[told].remedy
    assert found[told].line == 4


@pytest.mark.parametrize(
    ("option", "told", "hint"),
    [
        ("specify: {typ: number}", "`typ` is not a key here", "Did you mean type?"),
        ("end: [{iff: Q1=1, outcome: refusal}]", "`iff` is not a key here", "Did you mean if?"),
    ],
)
def test_so_does_one_inside_an_option(option: str, told: str, hint: str) -> None:
    text = whole(f"- {{id: Q1, type: single, options: [{{code: 1, label: a, {option}}}]}}")
    found = {problem.what: problem for problem in problems_of(text)}
    assert hint in found[told].remedy


@pytest.mark.parametrize(
    "value",
    [
        "5",
        "{code: 1}",
        pytest.param("[1]", marks=pytest.mark.xfail(strict=True, reason="pydantic's words for a wrong type show")),
    ],
)
def test_messages_never_speak_of_the_types_behind_the_file(value: str) -> None:
    """`list[Option]` or `str` in a message would be Python, not the questionnaire."""
    problems = problems_of(whole(f"- {{id: Q1, type: single, options: {value}}}"))
    assert problems
    for problem in problems:
        assert not any(word in problem.what for word in ("list[", "`str`", "`0`", "Option")), problem.what


@pytest.mark.xfail(strict=True, reason="a code is told to be given twice although each mode has it once")
def test_a_code_may_have_a_label_for_each_mode() -> None:
    text = whole("""
        - id: Q1
          type: single
          options: [{code: 1, label: Click, mode: online}, {code: 1, label: Say, mode: telephone}]
        """)
    assert problems_of(text) == []
