// Starts runs for operators: a button opens the dialog, the dialog says what will happen, and Airflow's public API
// starts the run with the login of the person. include/cerebro/page/actions.py says why no other site can.
"use strict";

// Milliseconds between two looks at a run, and how long the dialog looks.
const LOOK_EVERY = 2000;
const LOOK_FOR = 10 * 60 * 1000;
const api = (path) => `../api/v2/${path}`;
const encoded = encodeURIComponent;
// The action of the dialog; another object once anything else was started or opened.
let chosen = null;

function part(name) {
  return document.querySelector(`#door ${name}`);
}

function say(...parts) {
  const line = document.createElement("p");
  line.append(...parts);
  part(".outcome").replaceChildren(line);
  return line;
}

function link(text, address) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = text;
  return anchor;
}

function label(field) {
  const element = document.createElement("label");
  const input = document.createElement("input");
  Object.assign(input, { name: field.name, type: field.kind, required: field.is_required, autocomplete: "off" });
  if (field.kind === "number") input.step = "any";
  element.append(field.is_required ? field.label : `${field.label} (optional)`, input);
  return element;
}

function nameStart() {
  part(".start").textContent = chosen.has_dry_run && part("[name=dry_run]").checked ? "Try it" : chosen.label;
}

function show(action) {
  chosen = { ...action };
  part("h2").textContent = action.title;
  part(".lead").textContent = action.what;
  part(".fields").replaceChildren(...action.fields.map(label));
  part(".check").hidden = !action.has_dry_run;
  part("[name=dry_run]").checked = action.has_dry_run;
  part(".outcome").replaceChildren();
  part(".start").disabled = false;
  nameStart();
  document.getElementById("door").showModal();
}

function parameters() {
  const conf = { ...chosen.conf };
  for (const field of chosen.fields) {
    const value = part(`[name="${field.name}"]`).value.trim();
    if (value) conf[field.name] = field.kind === "number" ? Number(value) : value;
  }
  if (chosen.has_dry_run) conf.dry_run = part("[name=dry_run]").checked;
  return conf;
}

async function ask(address, options = {}) {
  const headers = { Accept: "application/json", ...(options.body && { "Content-Type": "application/json" }) };
  const answer = await fetch(address, { ...options, headers });
  if (answer.ok) return answer.json();
  const { detail } = await answer.json().catch(() => ({}));
  const reason = typeof detail === "string" ? detail : JSON.stringify(detail ?? answer.statusText);
  if (answer.status === 401) throw new Error("You are no longer logged in to Airflow. Log in, and load this page again.");
  if (answer.status === 403) throw new Error("You may not trigger this DAG. Ask whoever administers Airflow.");
  throw new Error(`Airflow refuses (HTTP ${answer.status}): ${reason}`);
}

function list(outcome) {
  const found = document.createElement("dl");
  for (const [name, value] of Object.entries(outcome)) {
    const [term, figure] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = name.replaceAll("_", " ");
    figure.textContent = typeof value === "object" ? JSON.stringify(value) : value;
    found.append(term, figure);
  }
  return found;
}

async function isAsked(run) {
  const path = `dags/${encoded(run.dag_id)}/dagRuns/${encoded(run.dag_run_id)}/taskInstances/approve`;
  return (await ask(api(path))).state === "awaiting_input";
}

async function follow(mine, run, address, isDry) {
  const until = Date.now() + LOOK_FOR;
  const what = isDry ? "The dry run" : "The run";
  while (Date.now() < until) {
    await new Promise((done) => setTimeout(done, LOOK_EVERY));
    if (chosen !== mine) return;
    const { state } = await ask(api(`dags/${encoded(run.dag_id)}/dagRuns/${encoded(run.dag_run_id)}`));
    if (state !== "success" && state !== "failed") {
      const waits = chosen.asks && !isDry && (await isAsked(run));
      if (chosen !== mine) return;
      if (waits) say("The run waits for an approval: ", link("look at it and answer", `${address}/required_actions`));
      else say(`${what} is ${state}: `, link(run.dag_run_id, address));
      continue;
    }
    say(state === "success" ? `${what} is done: ` : `${what} has failed; its log says why: `, link(run.dag_run_id, address));
    const { outcome } = await ask(`outcome?run_id=${encoded(run.dag_run_id)}`);
    if (outcome && chosen === mine) part(".outcome").append(list(outcome));
    return;
  }
}

async function start() {
  const mine = (chosen = { ...chosen });
  const conf = parameters();
  const isDry = conf.dry_run === true;
  const dag = encoded(chosen.dag_id);
  part(".start").disabled = true;
  say("Starting …");
  try {
    const body = JSON.stringify({ logical_date: null, conf });
    const run = await ask(api(`dags/${dag}/dagRuns`), { method: "POST", body });
    const address = `../dags/${dag}/runs/${encoded(run.dag_run_id)}`;
    say(`${isDry ? "The dry run" : "The run"} is ${run.state}: `, link(run.dag_run_id, address));
    // What was done once is not done again by a second press; what was tried can be done.
    part(".start").disabled = !isDry;
    await follow(mine, run, address, isDry);
  } catch (error) {
    if (chosen !== mine) return;
    say(error.message).setAttribute("role", "alert");
    part(".start").disabled = false;
  }
}

addEventListener("click", (event) => {
  const button = event.target.closest("button.act");
  if (button) show(JSON.parse(button.dataset.action));
  if (event.target.closest("#door .close")) document.getElementById("door").close();
});

addEventListener("change", (event) => {
  if (event.target.matches("#door [name=dry_run]")) nameStart();
  // Another choice is another run.
  if (event.target.closest("#door")) part(".start").disabled = false;
});

addEventListener("submit", (event) => {
  if (!event.target.closest("#door")) return;
  event.preventDefault();
  start();
});
