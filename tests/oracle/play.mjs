// Plays respondents through a SurveyJS survey headless, page by page, as a browser would.
//
//   node play.mjs SURVEY.json < respondents.jsonl           a line a respondent comes back: what was asked and offered
//   node play.mjs SURVEY.json --at-once < respondents.jsonl as above, every answer given in one go, then the route read
//   node play.mjs SURVEY.json --time < respondents.jsonl    one line comes back: how long it took
//
// A respondent is {"sample": {…}, "answers": {item: answer}, "changes": [{item: answer}, …]}, answers as cati writes
// them. Each change is made once the last page is reached, and the route read again. A line that comes back is
// {"route": [item, …], "offered": {item: [code or key, …]}, "next": item or null, "end": outcome or null,
// "shown": {item: title}, "changed": [{route, offered, next, end}, …]}.
//
// --time splits the seconds: "building" is new SurveyModel(json) and the sample values, once a respondent, as every
// respondent needs a model of their own; "playing" is giving the answers and going from page to page to the end.
// Reading the JSON, choosing the answers and writing results are counted in neither.

import { readFileSync } from "node:fs";
import { SurveyModel } from "survey-core";

const [, , surveyFile, ...options] = process.argv;
const { cati, ...survey } = JSON.parse(readFileSync(surveyFile, "utf8"));
const respondents = readFileSync(0, "utf8")
  .split("\n")
  .filter((line) => line.trim())
  .map((line) => JSON.parse(line));

const items = new Map(cati.items.map((item) => [item.id, item]));
const isKey = (answer) => answer !== null && typeof answer === "object" && !Array.isArray(answer) && "key" in answer;

// The questions of each page by name, the item they stand for first: worked out once, like the survey itself.
const itemsOfPage = new Map(survey.pages.map((page) => [page.name, []]));
for (const page of survey.pages) {
  for (const element of page.elements) {
    const name = element.type === "panel" ? element.name.replace(/^panel_/, "") : element.name;
    if (items.has(name)) itemsOfPage.get(page.name).push(items.get(name));
  }
}

function build(sample) {
  const model = new SurveyModel(survey);
  model.setVariable("sample", sample ?? {});
  return model;
}

function element(model, item) {
  return item.kind === "contact" ? model.getPanelByName(`panel_${item.id}`) : model.getQuestionByName(item.id);
}

function isAsked(model, item) {
  const asked = element(model, item);
  if (item.kind === "contact") return asked.isVisible;
  return asked.isVisible && asked.isParentVisible;
}

// One answer becomes the values of one or more SurveyJS questions: the box and the special answer beside it.
function values(item, answer, answers) {
  const given = [];
  const put = (name, value) => given.push(isKey(value) ? [`${name}_key`, value.key] : [name, value]);
  if (item.kind === "contact") {
    for (const [field, name] of Object.entries(item.boxes)) if (answer[field] !== undefined) put(name, answer[field]);
    return given;
  }
  put(item.id, answer);
  for (const [code, name] of Object.entries(item.write_ins ?? {})) {
    const chosen = Array.isArray(answer) ? answer.includes(Number(code)) : answer === Number(code);
    if (chosen && answers[name] !== undefined) put(name, answers[name]);
  }
  return given;
}

function give(model, item, answer, answers) {
  const given = values(item, answer, answers);
  if (item.keys && item.kind !== "contact" && !isKey(answer)) {
    const key = model.getQuestionByName(`${item.id}_key`);
    if (!key.isEmpty()) key.clearValue();
  }
  for (const [name, value] of given) model.getQuestionByName(name).value = value;
}

// Gives the answers page by page. Stops at the first question without one, or where a page cannot be left.
function play(model, answers, complete, asked) {
  while (model.state === "running") {
    const page = model.currentPage;
    for (const item of itemsOfPage.get(page.name)) {
      if (!isAsked(model, item)) continue;
      if (asked) asked(item);
      if (answers[item.id] === undefined) return item.id;
      give(model, item, answers[item.id], answers);
    }
    if (model.isLastPage) {
      if (!complete) return null;
      if (!model.tryComplete()) return stuck(model, page);
    } else if (!model.nextPage()) {
      return stuck(model, page);
    }
  }
  return null;
}

function stuck(model, page) {
  const item = itemsOfPage.get(page.name).find((each) => element(model, each).errors?.length);
  if (!item) throw new Error(`page ${page.name} cannot be left: ${JSON.stringify(model.getAllErrors?.() ?? "")}`);
  return item.id;
}

function offered(model, item) {
  if (item.kind === "single" || item.kind === "multi") {
    return model.getQuestionByName(item.id).visibleChoices.map((choice) => choice.value);
  }
  return [...new Set(item.keys ?? [])];
}

function isAnswered(model, item) {
  if (item.kind === "contact") return element(model, item).questions.every((box) => !box.isRequired || !box.isEmpty());
  const question = model.getQuestionByName(item.id);
  if (item.keys && !model.getQuestionByName(`${item.id}_key`).isEmpty()) return true;
  if (question.isEmpty()) return false;
  if (item.kind !== "single" && item.kind !== "multi") return true;
  const codes = offered(model, item).filter((code) => !(item.again ?? []).includes(code));
  return [question.value].flat().some((code) => codes.includes(code));
}

// Every question that is visible now, up to the first that waits for its answer.
function readRoute(model) {
  const read = { route: [], offered: {}, next: null, end: null };
  for (const item of cati.items) {
    if (!isAsked(model, item)) continue;
    read.route.push(item.id);
    read.offered[item.id] = offered(model, item);
    if (!isAnswered(model, item)) return { ...read, next: item.id };
  }
  return { ...read, end: model.getVariable("outcome") || null };
}

function report(respondent) {
  const model = build(respondent.sample);
  const answers = respondent.answers;
  if (options.includes("--at-once")) return reportAtOnce(model, answers);
  const changes = respondent.changes ?? [];
  const told = { route: [], offered: {}, shown: {}, next: null, end: null };
  told.next = play(model, answers, changes.length === 0, (item) => {
    told.route.push(item.id);
    told.offered[item.id] = offered(model, item);
    told.shown[item.id] = element(model, item).locTitle.textOrHtml;
  });
  if (told.next === null) told.end = model.getVariable("outcome") || null;
  told.changed = changes.map((change) => {
    for (const [id, answer] of Object.entries(change)) give(model, items.get(id), answer, answers);
    return readRoute(model);
  });
  return told;
}

function reportAtOnce(model, answers) {
  const data = {};
  for (const item of cati.items) {
    if (answers[item.id] === undefined) continue;
    for (const [name, value] of values(item, answers[item.id], answers)) data[name] = value;
  }
  model.data = data;
  return readRoute(model);
}

function time() {
  const seconds = { respondents: respondents.length, building: 0, playing: 0, pages: 0 };
  for (const respondent of respondents) {
    const start = performance.now();
    const model = build(respondent.sample);
    const built = performance.now();
    play(model, respondent.answers, true, null);
    seconds.playing += (performance.now() - built) / 1000;
    seconds.building += (built - start) / 1000;
    if (model.state !== "completed") throw new Error(`a respondent did not come to the end: ${model.currentPage?.name}`);
  }
  return seconds;
}

if (options.includes("--time")) {
  console.log(JSON.stringify(time()));
} else {
  for (const respondent of respondents) console.log(JSON.stringify(report(respondent)));
}
