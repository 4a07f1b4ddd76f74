"""How the HTML page looks, on a screen and on paper."""

STYLE = """
:root { --ink: #1a1a1a; --grey: #595959; --rule: #c9c9c9; --tint: #f4f4f1; --jump: #8a4100;
  --end: #8c1d2c; --tone: #1f4e79; }
* { box-sizing: border-box; }
body { font: 16px/1.45 Georgia, "Times New Roman", serif; max-width: 60rem; margin: 2rem auto; padding: 0 1.25rem;
  color: var(--ink); background: #fff; overflow-wrap: break-word; }
h1, h2, h3, h4, table, nav, .kind, .only, .line, .mode, .label, .note, .gap, .check, .jump, .fills, .legend,
figcaption, .what { font-family: system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: .2rem 0 1.5rem; }
h2 { border-bottom: 2px solid var(--ink); margin: 3.5rem 0 1rem; padding-bottom: .2rem; font-size: 1.45rem; }
h3 { font-size: 1.1rem; margin: 0 0 .4rem; display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap; }
h4 { margin: 1rem 0 .2rem; font-size: .95rem; }
a { color: var(--tone); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
p { margin: .3rem 0; }
.cover { border-top: 6px solid var(--tone); padding-top: 1.2rem; }
.what { text-transform: uppercase; letter-spacing: .12em; color: var(--tone); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .7rem .25rem 0; }
th { font-weight: 600; }
.facts th { width: 9rem; color: var(--grey); font-weight: 400; }
nav ol { columns: 2; padding-left: 1.4rem; font-size: .95rem; }
article { border-top: 1px solid var(--rule); padding: 1rem 0 1.2rem; }
:target { background: #fff6d6; }
.kind, .only, .line { font-size: .78rem; font-weight: 400; color: var(--grey); }
.only { border: 1px solid var(--tone); color: var(--tone); border-radius: 3px; padding: 0 .35rem; }
.line { margin-left: auto; }
.bases { margin-bottom: .6rem; background: var(--tint); font-size: .82rem; }
.bases th { width: 8.5rem; padding-left: .6rem; color: var(--grey); font-weight: 400; white-space: nowrap; }
.read { font-size: 1.05rem; font-weight: 600; white-space: pre-line; }
.spoken .read { font-weight: 400; }
.instruction, .add { font-size: .93rem; white-space: pre-line; }
.instruction { font-style: italic; }
.label { font-style: normal; font-weight: 400; font-size: .7rem; text-transform: uppercase; letter-spacing: .05em;
  color: var(--grey); border: 1px solid var(--rule); border-radius: 3px; padding: 0 .3rem; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin: .4rem 0; }
.side { border-left: 3px solid var(--rule); padding-left: .7rem; }
.mode { font-size: .72rem; text-transform: uppercase; letter-spacing: .06em; color: var(--grey); }
.fill { color: #4b2a7b; background: #f1ecf8; border-radius: 3px; padding: 0 .15rem; }
.if { font-family: system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; font-size: .8rem; font-weight: 400;
  font-style: normal; color: var(--grey); }
.choices, .rows { margin: .6rem 0; }
.choices tbody tr, .rows tr, .index tr { border-top: 1px solid #e4e4e4; }
.choices th:first-child { width: 4.5rem; font-variant-numeric: tabular-nums; }
.choices thead th { font-size: .72rem; text-transform: uppercase; letter-spacing: .05em; color: var(--grey); }
.choices.split td:nth-child(2), .choices.split td:nth-child(3) { width: 34%; }
.choices.leads th:last-child, .then { width: 13rem; }
.rows th { width: 4.5rem; font-weight: 400; color: var(--grey); }
.then, .jump { color: var(--jump); font-size: .87rem; }
.note, .gap, .check { font-size: .85rem; color: var(--grey); }
.check { border-left: 3px solid var(--jump); padding-left: .6rem; }
.missing { color: var(--end); font-size: .9rem; }
.fills { font-size: .85rem; list-style: none; padding: 0; margin: .5rem 0 0; }
.fills li { margin: .25rem 0; }
.refs { font-size: .68rem; line-height: 0; font-weight: 400; }
.refs a { margin: 0 .05rem; }
.decisions { font-size: .9rem; display: grid; grid-template-columns: 3.5rem 1fr; gap: .35rem .6rem; }
.decisions dt { font-weight: 600; }
.decisions dd { margin: 0; }
.back { font-size: .8rem; color: var(--grey); }
.index { font-size: .82rem; }
.index th { width: 6rem; }
.legend { font-size: .87rem; color: var(--grey); }
figure { margin: 1rem 0 1.5rem; }
figcaption { font-size: .8rem; color: var(--grey); }
.flow { display: block; width: 100%; height: auto;
  font: 11px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
.flow path { fill: none; stroke: #777; stroke-width: 1.1; }
.flow marker path { fill: #555; stroke: none; }
.flow .jump { stroke: var(--jump); }
.flow .end { stroke: var(--end); stroke-dasharray: 2 3; }
.flow .box { fill: #fff; stroke: #333; stroke-width: 1.2; }
.flow .some { stroke-dasharray: 5 3; fill: var(--tint); }
.flow text { fill: var(--ink); }
.flow .base { text-anchor: end; fill: var(--grey); }
.flow .name { text-anchor: middle; font-weight: 600; font-size: 12px; }
.flow .subtitle { text-anchor: middle; fill: var(--grey); }
.flow .answers { fill: var(--jump); paint-order: stroke; stroke: #fff; stroke-width: 3px; }
.flow text.end { fill: var(--end); stroke: none; }
.flow text.away { fill: var(--jump); stroke: none; }
@media (max-width: 44rem) { .sides { grid-template-columns: 1fr; } nav ol { columns: 1; } .line { margin-left: 0; } }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { font-size: 9.5pt; line-height: 1.3; max-width: none; margin: 0; padding: 0; }
  a { color: inherit; }
  th, td { padding-top: .1rem; padding-bottom: .1rem; }
  article { padding: .5rem 0 .6rem; }
  h2 { margin-top: 1rem; }
  .cover { min-height: 40vh; }
  nav { break-after: page; }
  .part { break-before: page; }
  figure, .bases, .sides, .named, .choices tr, .rows tr, .decisions dd { break-inside: avoid; }
  h2, h3, h4, .bases, .read, .instruction, thead { break-after: avoid; }
  thead { display: table-header-group; }
  .flow { max-height: 235mm; }
  .fill, .bases, :target { background: none; }
}
"""
