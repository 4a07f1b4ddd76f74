// Plays respondents through a SurveyJS survey headless, page by page, as a browser would.
//
//   node play.mjs SURVEYS.json < respondents.jsonl            a line a respondent comes back: what was asked and offered
//   node play.mjs SURVEYS.json --at-once < respondents.jsonl  every answer given in one go, then the route read
//   node play.mjs SURVEYS.json --time < respondents.jsonl     one line comes back: how long it took
//
// SURVEYS.json is a list of surveys as `cati questionnaire export --to surveyjs` writes them. A respondent is
// {"survey": index, "sample": {…}, "answers": {item: answer}, "changes": [{item: answer}, …]}, answers as cati writes
// them. Each change is made once the last page is reached, and the route read again. A line that comes back is
// {"route": [item, …], "offered": {item: [code or key, …]}, "shown": {item: title}, "next": item or null,
// "end": outcome or null, "changed": [{route, offered, next, end}, …]}.
//
// --time splits the seconds: "building" is new SurveyModel(json) and the sample values, once a respondent, as every
// respondent needs a model of their own; "playing" is giving the answers and going from page to page to the end.
// Reading the JSON, choosing the answers and writing results are counted in neither.

import { readFileSync } from "node:fs";
import { SurveyModel } from "survey-core";

const [, , surveysFile, ...options] = process.argv;
const respondents = readFileSync(0, "utf8")
  .split("\n")
  .filter((line) => line.trim())
  .map((line) => JSON.parse(line));

const isKey = (answer) => answer !== null && typeof answer === "object" && !Array.isArray(answer) && "key" in answer;

// One survey, and the items that its questions stand for, page by page: worked out once.
const surveys = JSON.parse(readFileSync(surveysFile, "utf8")).map(({ cati, ...json }) => {
  const items = new Map(cati.items.map((item) => [item.id, item]));
  const named = (element) => (element.type === "panel" ? element.name.replace(/^panel_/, "") : element.name);
  const ofPage = (page) => page.elements.map((element) => items.get(named(element))).filter(Boolean);
  return { json, items, itemsOfPage: new Map(json.pages.map((page) => [page.name, ofPage(page)])) };
});
const surveyOf = (respondent) => surveys[respondent.survey ?? 0];

function build(respondent) {
  const model = new SurveyModel(surveyOf(respondent).json);
  const faults = model.jsonErrors ?? [];
  if (faults.length) throw new Error(`survey-core does not take the survey: ${faults.map((each) => each.message)}`);
  // Answers whose code is not offered for now stay: what no survey JSON can say (see cati.notExpressed).
  model.keepIncorrectValues = true;
  model.setVariable("sample", respondent.sample ?? {});
  return model;
}

function element(model, item) {
  return item.kind === "contact" ? model.getPanelByName(`panel_${item.id}`) : model.getQuestionByName(item.id);
}

function isAsked(model, item) {
  const asked = element(model, item);
  return item.kind === "contact" ? asked.isVisible : asked.isVisible && asked.isParentVisible;
}

// One answer becomes the values of one or more SurveyJS questions: the box, and the special answer beside it.
function valuesOf(item, answer, answers) {
  const given = [];
  const put = (name, value) => given.push(isKey(value) ? [`${name}_key`, value.key] : [name, value]);
  if (item.kind === "contact") {
    for (const [field, name] of Object.entries(item.boxes)) if (answer[field] !== undefined) put(name, answer[field]);
    return given;
  }
  put(item.id, answer);
  for (const [code, name] of Object.entries(item.write_ins ?? {})) {
    const chosen = [answer].flat().includes(Number(code));
    if (chosen && answers[name] !== undefined && answers[name] !== null) put(name, answers[name]);
  }
  return given;
}

function give(model, item, answer, answers) {
  if (item.keys && item.kind !== "contact" && !isKey(answer)) {
    const key = model.getQuestionByName(`${item.id}_key`);
    if (!key.isEmpty()) key.clearValue();
  }
  for (const [name, value] of valuesOf(item, answer, answers)) model.getQuestionByName(name).value = value;
}

// Gives the answers page by page, `asked` told of each question first. Stops at the first without an answer, or where
// a page cannot be left; with `complete`, the last page is left too.
function play(respondent, model, complete, asked) {
  const { itemsOfPage } = surveyOf(respondent);
  const { answers } = respondent;
  while (model.state === "running") {
    const page = model.currentPage;
    for (const item of itemsOfPage.get(page.name)) {
      if (!isAsked(model, item)) continue;
      if (asked) asked(item);
      if (answers[item.id] === undefined) return item.id;
      give(model, item, answers[item.id], answers);
    }
    if (!model.isLastPage) {
      if (!model.nextPage()) return refused(model, itemsOfPage.get(page.name));
    } else {
      if (!complete) return null;
      if (!model.tryComplete()) return refused(model, itemsOfPage.get(page.name));
    }
  }
  return null;
}

function refused(model, items) {
  const item = items.find((each) => element(model, each).errors?.length);
  if (!item) throw new Error(`page ${model.currentPage.name} cannot be left`);
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
  if (item.keys && !model.getQuestionByName(`${item.id}_key`).isEmpty()) return true;
  const question = model.getQuestionByName(item.id);
  if (question.isEmpty()) return false;
  if (item.kind !== "single" && item.kind !== "multi") return true;
  const codes = offered(model, item).filter((code) => !(item.again ?? []).includes(code));
  return [question.value].flat().some((code) => codes.includes(code));
}

// Every question that is visible now, up to the first that waits for its answer.
function readRoute(respondent, model) {
  const read = { route: [], offered: {}, next: null, end: null };
  for (const item of surveyOf(respondent).items.values()) {
    if (!isAsked(model, item)) continue;
    read.route.push(item.id);
    read.offered[item.id] = offered(model, item);
    if (!isAnswered(model, item)) return { ...read, next: item.id };
  }
  return { ...read, end: model.getVariable("outcome") || null };
}

function pageByPage(respondent) {
  const model = build(respondent);
  const changes = respondent.changes ?? [];
  const told = { route: [], offered: {}, shown: {}, next: null, end: null };
  told.next = play(respondent, model, changes.length === 0, (item) => {
    told.route.push(item.id);
    told.offered[item.id] = offered(model, item);
    told.shown[item.id] = element(model, item).locTitle.textOrHtml;
  });
  if (told.next === null) told.end = model.getVariable("outcome") || null;
  told.changed = changes.map((change) => afterChange(respondent, model, change));
  return told;
}

function afterChange(respondent, model, change) {
  for (const [id, answer] of Object.entries(change)) {
    give(model, surveyOf(respondent).items.get(id), answer, respondent.answers);
  }
  return readRoute(respondent, model);
}

// One model serves every respondent of a survey here: all that it holds of one is replaced by the next.
const models = new Map();

function atOnce(respondent) {
  const survey = surveyOf(respondent);
  if (!models.has(survey)) models.set(survey, build(respondent));
  const model = models.get(survey);
  model.setVariable("sample", respondent.sample ?? {});
  const data = {};
  for (const item of surveyOf(respondent).items.values()) {
    const answer = respondent.answers[item.id];
    if (answer === undefined || answer === null) continue;
    for (const [name, value] of valuesOf(item, answer, respondent.answers)) data[name] = value;
  }
  model.data = data;
  const told = readRoute(respondent, model);
  const changes = respondent.changes ?? [];
  return changes.length ? { ...told, changed: changes.map((each) => afterChange(respondent, model, each)) } : told;
}

function time() {
  const seconds = { respondents: respondents.length, building: 0, playing: 0 };
  for (const respondent of respondents) {
    const start = performance.now();
    const model = build(respondent);
    const built = performance.now();
    play(respondent, model, true, null);
    seconds.playing += (performance.now() - built) / 1000;
    seconds.building += (built - start) / 1000;
    if (model.state !== "completed") throw new Error(`a respondent was not played to the end: ${model.currentPage.name}`);
  }
  return seconds;
}

if (options.includes("--time")) {
  console.log(JSON.stringify(time()));
} else {
  const report = options.includes("--at-once") ? atOnce : pageByPage;
  for (const respondent of respondents) console.log(JSON.stringify(report(respondent)));
}
