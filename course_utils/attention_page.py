"""The HTML, the style and the script of ``attention_view``'s page. ``{{name}}`` is a place to fill.

The script is vanilla JavaScript. It reads the sentences from the element ``data``.
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{{title}}</title>
<style>{{style}}</style>
</head>
<body class="gold">
<main>
<h1>{{title}}</h1>
<noscript><p>JavaScript is off. The table shows the first of {{count}} sentences.</p></noscript>
<section id="view" aria-label="Choose a sentence and a target word" hidden>
<div class="row">
<label class="wide">Sentence <select id="sentence"></select></label>
<label id="models">Model <select id="model"></select></label>
</div>
<h2 id="source-name">Source words, with the attention weight of each</h2>
<ul id="source" class="words" aria-labelledby="source-name"></ul>
<h2 id="target-name">Target words: point at one, tap it, or use the arrow keys</h2>
<div id="target" class="words" role="radiogroup" aria-labelledby="target-name"></div>
<div class="row">
<button type="button" id="previous">◀ Previous</button>
<button type="button" id="next">Next ▶</button>
<label class="check"><input type="checkbox" id="stepping"> One word at a time</label>
<label class="check"><input type="checkbox" id="gold"> Show gold links</label>
</div>
<p id="said" role="status"></p>
<p id="reference"></p>
</section>
<p class="legend">Gold links: a solid frame is sure, a dashed frame is possible.</p>
<details open><summary>All weights: one row a target word</summary>
<div class="scroll" tabindex="0" role="region" aria-label="All weights"><table id="table">
{{table}}
</table></div></details>
</main>
<script type="application/json" id="data">{{data}}</script>
<script>{{script}}</script>
</body>
</html>
"""

# Nothing may change its size when a word is chosen: else the words move away under the mouse.
# Weights are green, as in plots.attention_heatmap. At most 75 % of it: text stays readable on it.
STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1a1a1a; --line: #767676; --focus: #0550ae }
@media (prefers-color-scheme: dark) {
  :root { --page: #16181c; --ink: #f2f2f2; --line: #8d9199; --focus: #79b8ff }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.4;
  font-family: system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR",
    "Noto Sans CJK KR", NanumGothic, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 0.75rem; overflow-wrap: anywhere }
h1 { font-size: 1.2rem; margin: 0 0 0.5rem }
h2 { font-size: 0.9rem; font-weight: 600; margin: 0.9rem 0 0.3rem }
.row, .words { display: flex; flex-wrap: wrap; gap: 0.4rem 0.5rem; align-items: center }
.row { margin-top: 0.6rem }
.words { margin: 0; padding: 0; list-style: none; align-items: stretch }
label { display: flex; align-items: center; gap: 0.5rem; min-height: 44px; max-width: 100% }
.wide { flex: 1 1 16rem; min-width: 0 }
select, button { font: inherit; color: inherit; background: var(--page); min-height: 44px;
  min-width: 44px; max-width: 100%; border: 1px solid var(--line); border-radius: 6px;
  padding: 0.3rem 0.6rem; overflow-wrap: anywhere }
.wide select { flex: 1; min-width: 0; text-overflow: ellipsis }
input { width: 1.4rem; height: 1.4rem; flex: none }
li { border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.55rem; min-width: 3rem }
li small { display: block; font-variant-numeric: tabular-nums }
li, td[style] { background: rgba(0, 136, 55, calc(var(--w, 0) * 0.75)) }
button[aria-checked=true] { background: var(--ink); color: var(--page) }
[aria-disabled=true] { opacity: 0.5 }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px }
.gold .sure { outline: 3px solid; outline-offset: -3px }
.gold .possible { outline: 2px dashed; outline-offset: -3px }
#said { min-height: 3rem; margin: 0.8rem 0 0 }
#reference { margin: 0.3rem 0 0 }
summary { min-height: 44px; padding: 0.6rem 0; cursor: pointer }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums }
th, td { padding: 0.3rem; text-align: center; white-space: nowrap }
th[scope=col] { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left }
th[scope=row] { position: sticky; left: 0; background: var(--page); text-align: right }
tr.chosen th { text-decoration: underline 3px; font-weight: 800 }
body:not(.gold) .legend { display: none }
"""

SCRIPT = r"""
"use strict";
// What a key or a button does. state.word: the chosen target word. state.shown: how many target
// words are on the page while they appear one at a time, else null.
function move(state, action, count) {
  const from = state.shown === null ? state.word : state.shown - 1;
  const to = { previous: from - 1, next: from + 1, first: 0, last: count - 1 }[action];
  const word = Math.max(0, Math.min(count - 1, to));
  return { word, shown: state.shown === null ? null : word + 1 };
}

function kind(model, s, t) {
  const among = (links) => links.some(([i, j]) => i === s && j === t);
  return among(model.sure) ? "sure" : among(model.possible) ? "possible" : "";
}

function describe(source, model, state, gold) {
  const weights = model.weights[state.word];
  const looks = weights.map((weight, s) => s).sort((a, b) => weights[b] - weights[a]).slice(0, 3)
    .map((s) => `${source[s]} ${weights[s].toFixed(2)}`);
  const linked = source.map((word, s) => [word, kind(model, s, state.word)])
    .filter((pair) => pair[1]).map((pair) => `${pair[0]} (${pair[1]})`);
  const known = model.sure.length + model.possible.length;
  const place = state.shown === null ? "" : `Step ${state.shown} of ${model.target.length}. `;
  return `${place}${model.target[state.word]} looks at: ${looks.join(", ")}.` + (!gold ? ""
    : known ? ` Gold: ${linked.join(", ") || "no source word"}.`
    : " Gold links of this sentence are not known.");
}

function start() {
  const $ = (id) => document.getElementById(id);
  const sentences = JSON.parse($("data").textContent);
  let source, models, model, state;

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    element.textContent = text;
    if (/[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]/.test(text)) element.lang = "ko";
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    return element;
  }

  function paint() {
    const weights = model.weights[state.word], count = model.target.length;
    document.body.classList.toggle("gold", $("gold").checked);
    [...$("source").children].forEach((item, s) => {
      item.style.setProperty("--w", weights[s]);
      item.className = kind(model, s, state.word);
      item.lastChild.textContent = weights[s].toFixed(2);
    });
    [...$("target").children].forEach((button, t) => {
      const chosen = t === state.word, seen = state.shown === null || t < state.shown;
      const row = $("table").rows[t + 1];
      button.setAttribute("aria-checked", chosen);
      button.tabIndex = chosen ? 0 : -1;
      button.style.visibility = row.style.visibility = seen ? "visible" : "hidden";
      row.className = chosen ? "chosen" : "";
    });
    for (const action of ["previous", "next"]) {
      const after = move(state, action, count);
      const same = after.word === state.word && after.shown === state.shown;
      $(action).setAttribute("aria-disabled", same);
    }
    $("said").textContent = describe(source, model, state, $("gold").checked);
  }

  function go(action) {
    const inside = $("target").contains(document.activeElement);
    state = move(state, action, model.target.length);
    paint();
    if (inside) $("target").children[state.word].focus();
  }

  function openModel(word) {
    model = models[$("model").value];
    word = Math.min(word, model.target.length - 1);
    state = { word, shown: $("stepping").checked ? word + 1 : null };
    $("source").replaceChildren(...source.map((text) => {
      const item = make("li", text);
      item.append(make("small", ""));
      return item;
    }));
    $("target").replaceChildren(...model.target.map((text, t) => {
      const button = make("button", text, { type: "button", role: "radio" });
      const choose = () => { state = { word: t, shown: state.shown }; paint(); };
      button.addEventListener("click", choose);
      button.addEventListener("pointerenter", (event) => {
        if (event.pointerType === "mouse") choose();
      });
      return button;
    }));
    const head = make("tr", "");
    head.append(make("td", ""), ...source.map((text) => make("th", text, { scope: "col" })));
    $("table").replaceChildren(head, ...model.target.map((text, t) => {
      const row = make("tr", "");
      row.append(make("th", text, { scope: "row" }), ...model.weights[t].map((weight, s) =>
        make("td", weight.toFixed(2), { class: kind(model, s, t), style: `--w:${weight}` })));
      return row;
    }));
    $("reference").textContent = model.reference && `Reference: ${model.reference}`;
    paint();
  }

  function openSentence() {
    const label = model && model.label;
    ({ source, models } = sentences[$("sentence").value]);
    $("model").replaceChildren(...models.map((other, i) =>
      make("option", other.label || `model ${i + 1}`, { value: i })));
    $("model").value = Math.max(0, models.findIndex((other) => other.label === label));
    $("models").hidden = models.length < 2 && !models[0].label;
    openModel(0);
  }

  const keys = { ArrowLeft: "previous", ArrowUp: "previous", ArrowRight: "next",
    ArrowDown: "next", Home: "first", End: "last" };
  $("view").addEventListener("keydown", (event) => {
    const other = event.target.matches("select") || event.altKey || event.ctrlKey || event.metaKey;
    if (!keys[event.key] || other) return;
    event.preventDefault();
    go(keys[event.key]);
  });
  $("previous").addEventListener("click", () => go("previous"));
  $("next").addEventListener("click", () => go("next"));
  $("gold").addEventListener("change", paint);
  $("stepping").addEventListener("change", () => {
    state = $("stepping").checked ? { word: 0, shown: 1 } : { word: state.word, shown: null };
    paint();
  });
  $("sentence").addEventListener("change", openSentence);
  $("model").addEventListener("change", () => openModel(state.word));
  $("sentence").replaceChildren(...sentences.map((sentence, i) =>
    make("option", `${i + 1}. ${sentence.source.join(" ").replace(/ <eos>$/, "")}`, { value: i })));
  $("view").hidden = false;
  openSentence();
  const frame = window.frameElement; // in a notebook: as high as the page, no second scroll bar
  if (frame) new ResizeObserver(() => {
    frame.style.height = `${Math.ceil(document.body.getBoundingClientRect().height)}px`;
  }).observe(document.body);
}

if (typeof document !== "undefined") start();
"""
