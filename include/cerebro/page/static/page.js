// Draws the charts of the page and of report.html in the colours of the style sheet.
"use strict";

// Airflow stores a person's choice of light or dark in localStorage; without one the system's choice counts.
function theme() {
  let chosen = null;
  try {
    chosen = location.protocol === "file:" ? null : localStorage.getItem("theme");
  } catch {
    // A sandboxed frame has no storage.
  }
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function applyTheme() {
  document.documentElement.dataset.theme = theme();
}

// A figure names colours by variables of the style sheet ("--accent"), in properties whose names end in "color".
function coloured(text) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => (typeof name === "string" && name.startsWith("--") ? style.getPropertyValue(name).trim() : name);
  return JSON.parse(text, (key, value) => {
    if (!key.endsWith("color")) return value;
    return Array.isArray(value) ? value.map(colour) : colour(value);
  });
}

function layout(own) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { gridcolor: colour("--grid"), linecolor: colour("--grid"), zerolinecolor: colour("--grid") };
  const complete = {
    ...own,
    autosize: true,
    showlegend: false,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size: 13, color: colour("--text") },
    hoverlabel: { bgcolor: colour("--surface"), bordercolor: colour("--grid"), font: { color: colour("--text") } },
  };
  for (const name of Object.keys(own)) {
    if (/^[xy]axis\d*$/.test(name)) complete[name] = { ...axis, ...own[name] };
  }
  return complete;
}

function draw(within = document) {
  for (const chart of within.querySelectorAll(".chart")) {
    const source = chart.querySelector("script");
    if (source) chart.figure = source.textContent;
    if (!chart.figure || !window.Plotly) continue;
    if (source) source.remove();
    const figure = coloured(chart.figure);
    Plotly.react(chart, figure.data, layout(figure.layout), { displayModeBar: false, responsive: true });
  }
}

// Another hero or other days reload only that section. Without a script the form loads the whole page.
async function show(query) {
  const chosen = document.getElementById("chosen");
  chosen.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`biometrics?${query}`, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    chosen.innerHTML = await answer.text();
    history.replaceState(null, "", `?${query}#biometrics`);
    draw(chosen);
  } catch {
    // The whole page says what is wrong.
    location.search = `?${query}`;
  } finally {
    chosen.removeAttribute("aria-busy");
  }
}

function query(form) {
  return new URLSearchParams(new FormData(form)).toString();
}

addEventListener("submit", (event) => {
  if (!event.target.matches(".chooser")) return;
  event.preventDefault();
  show(query(event.target));
});

addEventListener("change", (event) => {
  const form = event.target.closest(".chooser");
  if (!form || event.target.name !== "hero") return;
  show(query(form)).then(() => document.querySelector(".chooser select")?.focus());
});

addEventListener("click", (event) => {
  const preset = event.target.closest(".presets a");
  if (!preset || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(new URL(preset.href).searchParams.toString());
});

function redraw() {
  applyTheme();
  draw();
}

// report.html contains Plotly, compressed to a third of its size.
async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

applyTheme();
addEventListener("storage", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("DOMContentLoaded", async () => {
  const packed = document.getElementById("plotly");
  if (packed) await unpack(packed.textContent);
  draw();
});
