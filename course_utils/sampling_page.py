"""The HTML, the style and the script of ``sampling_view``'s page. ``{{name}}`` is a place to fill.

The script is vanilla JavaScript. It reads symbols and logits from the element ``data``.
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
<body>
<main>
<h1>{{title}}</h1>
<noscript><p>JavaScript is off. Below: the first of {{count}} contexts at temperature 1.</p>
</noscript>
<section id="view" aria-label="Temperature, top-k and top-p" hidden>
<label id="contexts" class="wide">Context <select id="context"></select></label>
<div class="sliders">
<label>Temperature <span lang="ko">온도</span> <output id="temperature-said"></output>
<input type="range" id="temperature" min="0" step="1"></label>
<label>Top-k <output id="k-said"></output>
<input type="range" id="k" min="0" step="1"></label>
<label>Top-p <output id="p-said"></output>
<input type="range" id="p" min="5" max="100" step="1"></label>
</div>
<p id="said" role="status"></p>
</section>
<h2 id="rows-name">Probability <span lang="ko">확률</span> of the next symbol after</h2>
<p id="text">{{text}}</p>
<ol id="rows" aria-labelledby="rows-name">
{{rows}}
</ol>
<p id="rest"></p>
<div class="row" id="more" hidden>
<button type="button" id="draw">Draw <span lang="ko">뽑기</span> 50</button>
<label class="check">Seed <input type="number" id="seed" min="0" max="999999" value="1"></label>
<button type="button" id="reset">T = 1, nothing cut</button>
<label class="check"><input type="checkbox" id="zoom"> Longest bar fills the width</label>
<label class="check" id="every"><input type="checkbox" id="all"> All symbols</label>
</div>
<p id="drawn" role="status"></p>
<p class="legend"><i class="key bar"></i> probability
<i class="key draws"></i> share of the draws <i class="key mark"></i> the model's own probability
(T = 1, nothing cut). Struck out: cut by top-k or top-p. ␣ space, ↵ new line.</p>
</main>
<script type="application/json" id="data">{{data}}</script>
<script>{{script}}</script>
</body>
</html>
"""

# Nothing may change its size while a slider moves: bars stay in place, sorted by logit.
# Probabilities are green, draws purple: not the colours of the two frameworks.
STYLE = """
:root { color-scheme: light dark; --page: #fff; --ink: #1a1a1a; --line: #767676; --focus: #0550ae;
  --bar: #2f9e5b; --draws: #7b3294; --quiet: #6a6a6a; --track: #8882 }
@media (prefers-color-scheme: dark) {
  :root { --page: #16181c; --ink: #f2f2f2; --line: #8d9199; --focus: #79b8ff; --bar: #3fae6c;
    --draws: #d19be6; --quiet: #a0a4ab }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.4;
  font-family: system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR",
    "Noto Sans CJK KR", NanumGothic, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 0.75rem; overflow-wrap: anywhere }
h1 { font-size: 1.2rem; margin: 0 0 0.5rem }
h2 { font-size: 0.9rem; font-weight: 600; margin: 0.9rem 0 0.3rem }
.sliders { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
  gap: 0.3rem 1.5rem; margin-top: 0.5rem }
.sliders label { font-weight: 600 }
.sliders input { display: block; width: 100%; height: 2rem; margin: 0; accent-color: var(--bar) }
output { float: right; font-variant-numeric: tabular-nums }
.row { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; align-items: center; margin-top: 0.4rem }
.wide, .check { display: flex; align-items: center; gap: 0.5rem; min-height: 44px }
select, button, [type=number] { font: inherit; color: inherit; background: var(--page);
  min-height: 44px; max-width: 100%; border: 1px solid var(--line); border-radius: 6px;
  padding: 0.3rem 0.6rem }
select { flex: 1; min-width: 0; text-overflow: ellipsis }
[type=number] { width: 6rem }
[type=checkbox] { width: 1.4rem; height: 1.4rem; flex: none; accent-color: var(--bar) }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px }
#said { min-height: 2.8em; margin: 0.5rem 0 0; font-variant-numeric: tabular-nums }
#text { margin: 0 0 0.5rem; padding: 0.3rem 0.6rem; border-left: 3px solid var(--line);
  white-space: pre-wrap; max-height: 8em; overflow: auto }
#text::after { content: "?"; border: 1px dashed var(--line); border-radius: 3px; padding: 0 0.4em;
  margin-left: 1px }
#rows { list-style: none; margin: 0; padding: 0; columns: 3 17rem; column-gap: 1.5rem }
li { display: grid; grid-template-columns: minmax(2rem, auto) 1fr 4.1rem 2.2rem; gap: 0.4rem;
  align-items: center; height: 1.65rem; break-inside: avoid; white-space: nowrap;
  font-variant-numeric: tabular-nums; font-size: 0.9rem }
li b { text-align: center; max-width: 8rem; overflow: hidden; text-overflow: ellipsis;
  font-size: 1rem }
li data, li small { text-align: right }
li small { color: var(--draws); font-weight: 600 }
.track { position: relative; height: 1.2rem; background: var(--track); overflow: hidden;
  border-radius: 3px }
.track i { position: absolute; left: 0 }
.bar { background: var(--bar) }
.draws { background: var(--draws) }
.track .bar { top: 0; height: 100%; width: calc(var(--w, 0) * 100%) }
.track .draws { bottom: 0; height: 35%; width: calc(var(--d, 0) * 100%) }
.track .mark { top: 0; height: 100%; border-right: 2px solid var(--ink);
  width: max(2px, calc(var(--m, 0) * 100%)) }
.cut { color: var(--quiet) }
.cut b { text-decoration: line-through 1px; font-weight: 400 }
.cut .track { background: repeating-linear-gradient(135deg, #8883 0 3px, #8881 3px 7px) }
.cut .mark { border-color: var(--quiet) }
#rest, #drawn { margin: 0.4rem 0 0; font-variant-numeric: tabular-nums }
#drawn { min-height: 5.6em; white-space: pre-line }
@media (min-width: 40rem) { #said { min-height: 1.4em } #drawn { min-height: 4.2em } }
.legend { margin: 0.4rem 0 0; font-size: 0.85rem; color: var(--quiet) }
.key { display: inline-block; width: 1rem; height: 0.7rem }
.key.draws { height: 0.35rem; margin-left: 0.6rem; vertical-align: middle }
.key.mark { width: 0; border-right: 2px solid var(--ink); margin: 0 0.2rem 0 0.8rem }
"""

SCRIPT = r"""
"use strict";
const DRAWS = 50, FIRST = 24, MOST = 300; // draws a press; rows shown at first, and at most
const ROUNDING = 1e-12; // a mass that lacks less than this of p holds p
const TEMPERATURES = [0]; // fine steps below 1, coarse ones above; 1 is one of them
for (let i = 1; i <= 20; i++) TEMPERATURES.push(i / 20);
for (let i = 11; i <= 20; i++) TEMPERATURES.push(i / 10);
for (let i = 9; i <= 20; i++) TEMPERATURES.push(i / 4);

// The same numbers as course_utils.sampling: softmax((logits - max) / T), then top-k, then top-p.
function ranked(logits) { // ids, the largest logit first; of equals the lower id first
  return logits.map((logit, id) => id).sort((a, b) => logits[b] - logits[a] || a - b);
}

function normalised(weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function distribution(logits, temperature, k, p) {
  const order = ranked(logits), largest = logits[order[0]];
  if (temperature === 0) k = 1; // the limit: all of it on the largest logit
  const scale = temperature === 0 ? 1 : temperature;
  const kept = logits.map(() => false);
  for (const id of order.slice(0, k)) kept[id] = true;
  const keep = (weight, id) => kept[id] ? weight : 0;
  let chances = normalised(
    logits.map((logit) => Math.exp((logit - largest) / scale)).map(keep));
  if (p < 1) { // the smallest set that holds p; the symbol that crosses p belongs to it
    let mass = 0;
    for (const id of order) {
      if (mass >= p - ROUNDING) kept[id] = false;
      mass += chances[id];
    }
    chances = normalised(chances.map(keep));
  }
  return { chances, kept };
}

function entropy(chances) { // nats
  return chances.reduce((sum, chance) => chance > 0 ? sum - chance * Math.log(chance) : sum, 0);
}

function draw(chances, uniform) { // as sampling.inverse_cdf
  let total = 0, id = 0, mass = chances[0];
  for (const chance of chances) total += chance;
  while (mass <= uniform * total) mass += chances[++id];
  return id;
}

function generator(seed) { // 32-bit xorshift (Marsaglia 2003); numbers from 0 to below 1
  let state = Math.imul(seed + 1, 2654435761) || 1;
  function next() {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  }
  for (let i = 0; i < 10; i++) next(); // seeds beside each other begin alike
  return next;
}

function choicesOfK(count) {
  const choices = [];
  for (let k = 1; k < count; k = k < 100 ? k + 1 : Math.round(k * 1.1)) choices.push(k);
  return [...choices, count];
}

function percent(share) {
  if (share === 0) return "0 %";
  return share < 0.0001 ? "<0.01 %" : `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
}

function describe(chances, kept) {
  const count = kept.filter(Boolean).length, all = kept.length;
  return `${count} of ${all} symbols kept. Entropy ${entropy(chances).toFixed(3)} nats, ` +
    `at most ln ${all} = ${Math.log(all).toFixed(3)}.`;
}

function start() {
  const $ = (id) => document.getElementById(id);
  const { symbols: lists, examples } = JSON.parse($("data").textContent);
  let example, symbols, order, shown, rows, ks, own, now, next, counts, drawn;

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    element.textContent = text;
    if (/[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]/.test(text)) element.lang = "ko";
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    return element;
  }

  function forget() {
    next = generator(Math.max(0, Math.floor(Number($("seed").value)) || 0));
    counts = symbols.map(() => 0);
    drawn = [];
  }

  function paint() {
    const { chances, kept } = now, total = drawn.length;
    const widest = $("zoom").checked
      ? Math.max(...shown.map((id) => Math.max(chances[id], total && counts[id] / total))) : 1;
    rows.forEach((row, i) => {
      const id = shown[i], share = total ? counts[id] / total : 0;
      row.className = kept[id] ? "" : "cut";
      row.style.setProperty("--w", chances[id] / widest);
      row.style.setProperty("--d", share / widest);
      row.style.setProperty("--m", own[id] / widest);
      row.children[2].textContent = kept[id] ? percent(chances[id]) : "cut";
      row.children[3].textContent = total && kept[id] ? `×${counts[id]}` : "";
    });
    const others = order.slice(shown.length), sum = (of) => others.reduce((s, i) => s + of[i], 0);
    $("rest").textContent = !others.length ? "" :
      `The other ${others.length} symbols together: ${percent(sum(chances))}` +
      (total ? `, drawn ×${sum(counts)}.` : ".");
    const gap = Math.max(...chances.map((chance, id) => Math.abs(chance - counts[id] / total)));
    const last = drawn.slice(-DRAWS).map((id) => symbols[id]);
    const glue = symbols.some((symbol) => [...symbol].length > 2) ? " " : "";
    $("drawn").textContent = !total ? `No draws yet: press “Draw”, ${DRAWS} at a time.` :
      `${total} draws. The last ${DRAWS}: ${last.join(glue)}\n` +
      `Largest gap between share and probability: ${percent(gap)}.`;
  }

  function change() {
    const temperature = TEMPERATURES[$("temperature").value];
    const k = ks[$("k").value], p = $("p").value / 100;
    now = distribution(example.logits, temperature, k, p);
    const all = k === symbols.length ? " (all)" : "";
    for (const [id, text] of [["k", `${k}${all}`], ["p", p.toFixed(2)],
      ["temperature", temperature ? `${temperature}` : "0 (argmax)"]]) {
      $(`${id}-said`).textContent = text;
      $(id).setAttribute("aria-valuetext", text);
    }
    $("said").textContent = describe(now.chances, now.kept);
    forget();
    paint();
  }

  function list() {
    shown = order.slice(0, $("all").checked ? MOST : FIRST);
    rows = shown.map((id) => {
      const row = make("li", ""), track = make("span", "", { class: "track" });
      track.append(...["bar", "draws", "mark"].map((name) => make("i", "", { class: name })));
      row.append(make("b", symbols[id], { title: symbols[id] }), track, make("data", ""),
        make("small", ""));
      return row;
    });
    $("rows").replaceChildren(...rows);
  }

  function open() {
    const cut = ks && Number($("k").value) < ks.length - 1 ? ks[$("k").value] : Infinity;
    example = examples[$("context").value];
    symbols = lists[example.symbols];
    order = ranked(example.logits);
    own = distribution(example.logits, 1, symbols.length, 1).chances;
    ks = choicesOfK(symbols.length);
    $("k").max = ks.length - 1;
    $("k").value = Math.max(0, ks.filter((k) => k <= cut).length - 1);
    $("text").textContent = example.context.replace(/\n/g, "↵\n");
    $("every").hidden = symbols.length <= FIRST;
    list();
    change();
  }

  function reset() {
    $("temperature").value = TEMPERATURES.indexOf(1);
    $("k").value = ks.length - 1;
    $("p").value = 100;
    change();
  }

  $("temperature").max = TEMPERATURES.length - 1;
  for (const id of ["temperature", "k", "p", "seed"]) $(id).addEventListener("input", change);
  $("reset").addEventListener("click", reset);
  $("zoom").addEventListener("change", paint);
  $("all").addEventListener("change", () => { list(); paint(); });
  $("context").addEventListener("change", open);
  $("draw").addEventListener("click", () => {
    for (let i = 0; i < DRAWS; i++) {
      const id = draw(now.chances, next());
      counts[id]++;
      drawn.push(id);
    }
    paint();
  });
  $("context").replaceChildren(...examples.map(({ context, label }, i) => {
    const tail = context.length > 40 ? `…${context.slice(-40)}` : context;
    const name = tail.replace(/\n/g, "↵");
    return make("option", `${i + 1}. ${label ? `${label}: ` : ""}${name}`, { value: i });
  }));
  $("contexts").hidden = examples.length < 2 && !examples[0].label;
  $("view").hidden = $("more").hidden = false;
  open();
  reset();
  const frame = window.frameElement; // in a notebook: as high as the page, no second scroll bar
  if (frame) new ResizeObserver(() => {
    frame.style.height = `${Math.ceil(document.body.getBoundingClientRect().height)}px`;
  }).observe(document.body);
}

if (typeof document !== "undefined") start();
"""
