"use strict";
// Draws a trace that `timeline` has put into this page. Times are in microseconds.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { rows, states, wakes, groups } = data;
  // A link may choose the language: page.html#zh
  let language = { "#en": 0, "#zh": 1 }[location.hash] ?? data.language;
  const WORDS = {
    in: ["Zoom in", "放大"], out: ["Zoom out", "缩小"], all: ["All", "全部"],
    previous: ["Back a step", "上一步"], next: ["On a step", "下一步"],
    fold: ["Fold lanes of one kind", "折叠同类线程"],
    arrows: ["Arrows", "箭头"], none: ["none", "不画"], chosen: ["of the chosen lane", "所选的一条"],
    every: ["all", "全部"], other: ["中文", "English"],
    hint: [
      "Drag to move, pinch or Ctrl + wheel to zoom, click for the cursor and a lane.",
      "拖动平移，双指或 Ctrl + 滚轮缩放，点击放置光标并选择一条。",
    ],
    keys: [
      "Keys: ← → to the step before or after, ↑ ↓ to another lane, + − 0 to zoom, A D to move, F to fold, R for arrows.",
      "按键：← → 前后一步，↑ ↓ 换一条，+ − 0 缩放，A D 平移，F 折叠，R 箭头。",
    ],
    cursor: ["At the cursor", "光标处"], totals: ["Time in each state", "各状态的总时间"],
    lane: ["lane", "线程"], state: ["state", "状态"], since: ["since", "已持续"], life: ["life", "寿命"],
    total: ["all together", "合计"],
    unborn: ["not yet born", "尚未创建"], gone: ["ended", "已结束"],
    of: [(n) => `${n} of one kind`, (n) => `${n} 个同类`],
    for: ["for", "等待"], woken: ["woken by", "唤醒者"], wakes: ["wakes", "唤醒"],
    born: ["made by", "创建者"], printed: ["prints", "输出"], times: ["times", "次"],
    from: ["from", "从"], to: ["to", "到"], open: ["Click to unfold", "点击展开"],
    start: [
      (t) => `The first ${t}, in which the program loads itself, are to the left: zoom out.`,
      (t) => `开头 ${t}（程序自身的加载）在左侧：缩小即可看到。`,
    ],
    canvas: ["What each lane did; the table below says it in words.", "各线程的活动；下面的表格用文字说明。"],
  };
  const say = (key) => WORDS[key][language];
  const named = (row) => rows[row].name[language];

  function time(micros) {
    const size = Math.abs(micros);
    const short = (value, digits) => String(+value.toFixed(digits));
    if (size >= 999500) return `${short(micros / 1e6, 3)} s`;
    if (size >= 999.5) return `${short(micros / 1e3, size >= 99950 ? 0 : size >= 9995 ? 1 : 2)} ms`;
    return `${short(micros, size < 10 ? 1 : 0)} µs`;
  }

  // ------------------------------------------------------------------ what is looked up in the trace
  // bars: state, start, state, start, …; each ends where the next begins.
  for (const row of rows) {
    row.starts = new Float64Array(row.bars.length / 2 + 1);
    row.states = new Uint8Array(row.bars.length / 2);
    for (let at = 0; at < row.states.length; at++) {
      row.states[at] = row.bars[2 * at];
      row.starts[at] = row.bars[2 * at + 1];
    }
    row.starts[row.states.length] = row.death;
    row.whomAt = new Map(row.whom);
    row.arrives = [];
    row.leaves = [];
    delete row.bars;
  }
  wakes.forEach((wake, at) => { rows[wake[0]].leaves.push(at); rows[wake[2]].arrives.push(at); });

  // The bar of a row at a moment, or -1.
  function barAt(row, t) {
    if (t < row.birth || t >= row.death || row.states.length === 0) return -1;
    let low = 0, high = row.states.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (row.starts[middle] <= t) low = middle; else high = middle;
    }
    return low;
  }
  function totalsOf(row) {
    if (!row.totals) {
      row.totals = new Float64Array(states.length);
      for (let at = 0; at < row.states.length; at++) {
        row.totals[row.states[at]] += row.starts[at + 1] - row.starts[at];
      }
    }
    return row.totals;
  }
  const sums = states.map((_, state) => rows.reduce((sum, row) => sum + totalsOf(row)[state], 0));
  const present = sums.map((sum) => sum > 0);
  // What cannot be seen unless one looks for it needs no place in the legend.
  const seen = sums.map((sum, state) => state === 0 || sum > 0.0005 * sums.reduce((a, b) => a + b, 0));

  // ------------------------------------------------------------------ the state of the page
  const full = { start: Math.min(0, data.start), end: data.end };
  let view = { start: data.start, end: data.end };
  let cursor = null, chosen = null, arrows = "chosen";
  const FOLD = 6;
  const foldable = new Map();
  for (const [from, to] of groups) if (to - from >= FOLD) foldable.set(from, to);
  const folded = new Set(foldable.keys());
  // Each line of the picture is a row, or a group of them: {from, to}.
  let lines = [];
  function layOut() {
    lines = [];
    for (let at = 0; at < rows.length; at++) {
      const to = foldable.get(at);
      if (to && folded.has(at)) { lines.push({ from: at, to }); at = to - 1; }
      else lines.push({ from: at, to: at + 1 });
    }
  }

  // ------------------------------------------------------------------ the page
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  const facts = make("span", { class: "facts" }), notes = make("div");
  const bar = make("div", { class: "bar", role: "toolbar" });
  const legend = make("ul", { class: "legend" });
  const scale = make("canvas", { class: "scale", "aria-hidden": "true" });
  const lanes = make("canvas", { class: "lanes", tabindex: "0", role: "application" });
  const chart = make("div", { class: "chart" }, scale, lanes);
  const hint = make("p", { class: "hint" });
  const now = make("section", { class: "panel", "aria-live": "polite" });
  const totals = make("section", { class: "panel" });
  const tip = make("div", { class: "tip", role: "tooltip", hidden: "" });
  document.body.append(
    make("header", {}, make("h1", {}, data.title), facts), notes, bar, legend, chart, hint,
    make("div", { class: "panels" }, now, totals), tip,
  );

  function build() {
    document.documentElement.lang = language ? "zh" : "en";
    facts.textContent = data.facts[language];
    const before = data.start - full.start;
    const told = [...(before > 0 ? [say("start")(time(before))] : []), ...data.notes[language]];
    notes.replaceChildren(...told.map((note) => make("p", { class: "note" }, note)));
    legend.replaceChildren(...states.flatMap((state, at) => seen[at]
      ? [make("li", {}, swatch(at), state.name[language])] : []));
    const button = (id, sign, act, pressed) => {
      const label = say(id === "language" ? "other" : id);
      return make("button", { type: "button", id, "aria-pressed": pressed, "aria-label": label, title: label, onclick: act },
        sign, ...(sign ? [make("span", { class: "word" }, " " + label)] : [label]));
    };
    const choice = make("select", { id: "arrows", "aria-label": say("arrows"), onchange: (event) => {
      arrows = event.target.value; draw();
    } }, ...["none", "chosen", "every"].map((value) =>
      make("option", { value, selected: value === arrows ? "" : null }, `${say("arrows")}: ${say(value)}`)));
    bar.replaceChildren(
      button("in", "+", () => zoom(0.5)), button("out", "−", () => zoom(2)),
      button("all", "", () => show(data.start, data.end)),
      button("previous", "←", () => step(-1)), button("next", "→", () => step(1)),
      ...(foldable.size ? [button("fold", "", fold, String(folded.size > 0))] : []),
      choice,
      button("language", "", () => { language = 1 - language; build(); }),
    );
    hint.replaceChildren(say("hint") + " ", make("span", { class: "keys" }, say("keys")));
    lanes.setAttribute("aria-label", say("canvas"));
    layOut();
    tellTotals();
    draw();
  }
  const swatch = (state) => make("span", { class: "swatch", style: `background: var(--${states[state].key})` });

  // ------------------------------------------------------------------ drawing
  const TOP = 26;
  let palette = {}, margin = 0, width = 0, tops = [], above = false;
  const rowHeight = (line) => (line.to - line.from > 1 ? 44 : lines.length > 60 ? 12 : 20);

  function fitCanvas(canvas, wide, high) {
    const ratio = window.devicePixelRatio || 1;
    canvas.style.height = `${high}px`;
    // A canvas has a largest size, which a picture of thousands of lanes reaches.
    const fine = Math.min(ratio, 16000 / Math.max(high, 1));
    canvas.width = Math.round(wide * fine);
    canvas.height = Math.round(high * fine);
    const pen = canvas.getContext("2d");
    pen.setTransform(fine, 0, 0, fine, 0, 0);
    pen.clearRect(0, 0, wide, high);
    return pen;
  }
  const x = (t) => margin + (t - view.start) / (view.end - view.start) * (width - margin);
  const timeAt = (px) => view.start + (px - margin) / (width - margin) * (view.end - view.start);

  let asked = false;
  function draw() {
    if (!asked) { asked = true; requestAnimationFrame(drawNow); }
  }
  function drawNow() {
    asked = false;
    const style = getComputedStyle(document.documentElement);
    // The colours of a canvas are not those of the page's style, so they are asked for.
    const probe = make("i"); document.body.append(probe);
    const color = (name) => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color; };
    for (const name of ["page", "line", "text", "faint", "accent", "cursor", "wake", "birth"]) palette[name] = color(name);
    palette.states = states.map((state) => color(state.key));
    probe.remove();
    width = chart.clientWidth;
    // On a telephone a label stands above its lane.
    above = width < 700;
    margin = above ? 0 : Math.min(230, 40 + Math.max(...lines.map((l) => label(l).length * 7 + rows[l.from].depth * 10)));
    let y = 4;
    tops = lines.map((line) => {
      if (above) y += 16;
      const top = y;
      y += rowHeight(line) + (says(line) ? 14 : 0) + 4;
      return top;
    });
    const pen = fitCanvas(lanes, width, y + 4);
    pen.font = `12px ${style.fontFamily || "sans-serif"}`;
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    drawScale();
    pen.strokeStyle = palette.line;
    pen.beginPath();
    for (const mark of marks()) { pen.moveTo(x(mark), 0); pen.lineTo(x(mark), y); }
    pen.stroke();
    const visible = [0, y];
    lines.forEach((line, at) => drawLine(pen, line, tops[at], visible));
    drawArrows(pen);
    if (cursor !== null && x(cursor) >= margin && x(cursor) <= width) {
      pen.strokeStyle = palette.cursor;
      pen.lineWidth = 1.5;
      pen.beginPath(); pen.moveTo(x(cursor), 0); pen.lineTo(x(cursor), y); pen.stroke();
      pen.lineWidth = 1;
    }
    tellNow();
  }
  const says = (line) => line.to - line.from === 1 && lines.length <= 60 && rows[line.from].prints.length > 0;
  function label(line) {
    const count = line.to - line.from;
    if (count === 1) return (foldable.has(line.from) ? "▾ " : "") + named(line.from);
    return `▸ ${named(line.from)} … ${rows[line.to - 1].name[language].replace(/^\S+ /, "")}`;
  }
  function marks() {
    const step = (view.end - view.start) / Math.max(2, (width - margin) / 110);
    const power = 10 ** Math.floor(Math.log10(step));
    const nice = [1, 2, 5, 10].find((digit) => digit * power >= step) * power;
    const list = [];
    for (let t = Math.ceil(view.start / nice) * nice; t <= view.end; t += nice) list.push(t);
    return list;
  }
  function drawScale() {
    const pen = fitCanvas(scale, width, TOP);
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillStyle = palette.faint;
    pen.textBaseline = "middle";
    let free = margin;
    for (const mark of marks()) {
      const text = time(mark), wide = pen.measureText(text).width;
      const at = Math.min(Math.max(x(mark) - wide / 2, margin + 2), width - wide - 2);
      if (at >= free) { pen.fillText(text, at, TOP / 2); free = at + wide + 12; }
    }
  }
  function drawLine(pen, line, top) {
    const high = rowHeight(line), row = rows[line.from], crowd = line.to - line.from > 1;
    const isChosen = chosen !== null && chosen >= line.from && chosen < line.to;
    pen.textBaseline = "middle";
    pen.fillStyle = isChosen ? palette.accent : palette.text;
    if (isChosen) pen.fillRect(above ? 0 : 2, top, 3, high);
    const indent = 8 + row.depth * 10;
    if (above) pen.fillText(label(line), indent, top - 8);
    else if (high >= 12 || line.from % 5 === 0) {
      pen.save();
      pen.beginPath(); pen.rect(0, top - 4, margin - 6, high + 8); pen.clip();
      pen.fillText(label(line), indent, top + (crowd ? high / 2 - 8 : high / 2));
      if (crowd) {
        pen.fillStyle = palette.faint;
        pen.fillText(say("of")(line.to - line.from), indent + 12, top + high / 2 + 8);
      }
      pen.restore();
    }
    pen.save();
    pen.beginPath(); pen.rect(margin, 0, width - margin, 1e6); pen.clip();
    if (crowd) drawCrowd(pen, line, top, high);
    else { drawBars(pen, row, top, high); drawPrints(pen, row, top, high, says(line)); }
    pen.restore();
  }
  // In each column of pixels the state that took most of it.
  function drawBars(pen, row, top, high) {
    let at = Math.max(0, barAt(row, Math.max(view.start, row.birth)));
    const spent = new Map();
    let column = -1, from = 0;
    const paint = (state, left, right) => {
      const inset = state === 0 || high < 16 ? 0 : states[state].key === "held" || states[state].key === "system" ? high * 0.32 : high * 0.15;
      pen.fillStyle = palette.states[state];
      pen.fillRect(left, top + inset, Math.max(right - left, 0.7), high - 2 * inset);
    };
    const flush = () => {
      let most = -1, longest = 0;
      for (const [state, length] of spent) if (length > longest) { most = state; longest = length; }
      if (most >= 0) paint(most, from, column + 1);
      spent.clear();
    };
    for (; at < row.states.length && row.starts[at] < view.end; at++) {
      const left = Math.max(x(row.starts[at]), margin), right = Math.min(x(row.starts[at + 1]), width);
      if (right <= left) continue;
      if (right - left >= 1) {
        flush(); column = -1;
        paint(row.states[at], left, right);
      } else {
        const here = Math.floor(left);
        if (here !== column) { flush(); column = here; from = left; }
        spent.set(row.states[at], (spent.get(row.states[at]) ?? 0) + right - left);
      }
    }
    flush();
  }
  // Many lanes in one: how many are in which state, column by column.
  function drawCrowd(pen, line, top, high) {
    const count = line.to - line.from;
    const places = [];
    for (let row = line.from; row < line.to; row++) places.push(Math.max(0, barAt(rows[row], view.start)));
    const step = 1;
    for (let px = margin; px < width; px += step) {
      const t = timeAt(px + step / 2), counts = new Uint32Array(states.length);
      for (let n = 0; n < count; n++) {
        const row = rows[line.from + n];
        if (t < row.birth || t >= row.death) continue;
        while (places[n] + 1 < row.states.length && row.starts[places[n] + 1] <= t) places[n]++;
        counts[row.states[places[n]]]++;
      }
      let y = top + high;
      counts.forEach((number, state) => {
        if (!number) return;
        const tall = number / count * high;
        y -= tall;
        pen.fillStyle = palette.states[state];
        pen.fillRect(px, y, step + 0.3, tall);
      });
    }
  }
  function drawPrints(pen, row, top, high, withWords) {
    let free = margin;
    pen.strokeStyle = pen.fillStyle = palette.text;
    let last = -9;
    for (const [t, text] of row.prints) {
      const at = x(t);
      if (at < margin - 1 || at > width) continue;
      if (at - last < 1.5 && at < free) continue;
      last = at;
      pen.beginPath(); pen.moveTo(at, top); pen.lineTo(at, top + high + (withWords ? 3 : 0)); pen.stroke();
      const line = text.trim().split("\n").join(" ⏎ ").slice(0, 60);
      if (!withWords || !line) continue;
      const wide = pen.measureText(line).width, left = Math.min(at, width - wide - 4);
      if (left >= free) { pen.fillText(line, left, top + high + 9); free = left + wide + 10; }
    }
  }
  function lineOf(row) {
    for (let at = 0; at < lines.length; at++) if (row >= lines[at].from && row < lines[at].to) return at;
    return -1;
  }
  function drawArrows(pen) {
    if (arrows === "none") return;
    const lineAt = new Map();
    lines.forEach((line, at) => { for (let row = line.from; row < line.to; row++) lineAt.set(row, at); });
    const arrow = (fromRow, t, toRow, arrives, color) => {
      const from = lineAt.get(fromRow), to = lineAt.get(toRow);
      if (from === to || from === undefined || to === undefined) return;
      if (Math.max(t, arrives) < view.start || Math.min(t, arrives) > view.end) return;
      const down = to > from, x1 = x(t), x2 = x(arrives);
      const y1 = tops[from] + rowHeight(lines[from]) / 2, y2 = tops[to] + (down ? 0 : rowHeight(lines[to]));
      pen.strokeStyle = pen.fillStyle = color;
      pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke();
      const turn = Math.atan2(y2 - y1, x2 - x1);
      pen.beginPath(); pen.moveTo(x2, y2);
      for (const side of [0.4, -0.4]) pen.lineTo(x2 - 7 * Math.cos(turn + side), y2 - 7 * Math.sin(turn + side));
      pen.fill();
    };
    pen.save();
    pen.beginPath(); pen.rect(margin, 0, width - margin, 1e6); pen.clip();
    const all = arrows === "every";
    rows.forEach((row, at) => {
      if (row.parent != null && (all || at === chosen || row.parent === chosen)) arrow(row.parent, row.birth, at, row.birth, palette.birth);
    });
    const list = all ? wakes : chosen === null ? [] : [...rows[chosen].leaves, ...rows[chosen].arrives].map((at) => wakes[at]);
    for (const [from, t, to, arrives] of list) arrow(from, t, to, arrives, palette.wake);
    pen.restore();
  }

  // ------------------------------------------------------------------ what is told in words
  function woken(row, end) {
    return rows[row].arrives.map((at) => wakes[at]).find(([, , , arrives]) => Math.abs(arrives - end) < 0.2);
  }
  // What a lane does at a moment, in lines.
  function story(at, t) {
    const row = rows[at], bar = barAt(row, t), told = [];
    if (bar < 0) return [t < row.birth ? say("unborn") : say("gone")];
    const start = row.starts[bar], end = row.starts[bar + 1];
    told.push(`${states[row.states[bar]].name[language]}, ${time(end - start)} (${time(start)} – ${time(end)})`);
    const whom = row.whomAt.get(start);
    if (whom !== undefined) told.push(`${say("for")} ${named(whom)}`);
    const by = woken(at, end);
    if (by) told.push(`${say("woken")} ${named(by[0])}, ${time(by[1])}`);
    return told;
  }
  function tellNow() {
    const t = cursor ?? view.start;
    const body = make("tbody");
    for (const line of lines) {
      if (line.to - line.from > 1) {
        const counts = new Map();
        for (let at = line.from; at < line.to; at++) {
          const bar = barAt(rows[at], t);
          const key = bar < 0 ? (t < rows[at].birth ? "unborn" : "gone") : rows[at].states[bar];
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        const cell = make("td", { class: "wrap", colspan: "2" });
        for (const [state, count] of [...counts].sort((a, b) => b[1] - a[1])) {
          if (typeof state === "number") cell.append(swatch(state));
          cell.append(` ${count} × ${typeof state === "number" ? states[state].name[language] : say(state)}  `);
        }
        body.append(make("tr", { onclick: () => { folded.delete(line.from); layOut(); build(); } }, make("td", { title: say("open") }, label(line)), cell));
        continue;
      }
      const at = line.from, row = rows[at], bar = barAt(row, t);
      const state = bar < 0 ? (t < row.birth ? say("unborn") : say("gone")) : states[row.states[bar]].name[language];
      const cell = make("td", { class: "wrap" }, ...(bar < 0 ? [] : [swatch(row.states[bar]), " "]), state);
      if (bar >= 0) {
        const whom = row.whomAt.get(row.starts[bar]);
        if (whom !== undefined) cell.append(`: ${named(whom)}`);
      }
      body.append(make("tr", { class: at === chosen ? "chosen" : null, onclick: () => choose(at) },
        make("td", {}, named(at)), cell,
        make("td", { class: "number" }, bar < 0 ? "" : time(t - row.starts[bar]))));
      if (body.childElementCount > 300) break;
    }
    const head = make("thead", {}, make("tr", {}, make("th", {}, say("lane")), make("th", {}, say("state")),
      make("th", { class: "number" }, say("since"))));
    now.replaceChildren(make("h2", {}, `${say("cursor")}: ${time(t)}`), make("div", { class: "scroll" }, make("table", {}, head, body)));
  }
  function tellTotals() {
    const shown = states.map((_, at) => at).filter((at) => present[at]);
    const body = make("tbody"), sum = new Float64Array(states.length);
    const cells = (values, life) => [make("td", { class: "number" }, time(life)),
      ...shown.map((state) => make("td", { class: "number" }, values[state] ? time(values[state]) : ""))];
    let lives = 0;
    for (const line of lines) {
      const values = new Float64Array(states.length);
      let life = 0;
      for (let at = line.from; at < line.to; at++) {
        totalsOf(rows[at]).forEach((value, state) => { values[state] += value; });
        life += rows[at].death - rows[at].birth;
      }
      values.forEach((value, state) => { sum[state] += value; });
      lives += life;
      if (body.childElementCount < 300) {
        body.append(make("tr", { onclick: () => line.to - line.from === 1 && choose(line.from) }, make("td", {}, label(line)), ...cells(values, life)));
      }
    }
    body.prepend(make("tr", {}, make("th", {}, say("total")), ...cells(sum, lives)));
    const head = make("tr", {}, make("th", {}, say("lane")), make("th", { class: "number" }, say("life")),
      ...shown.map((state) => make("th", { class: "number" }, swatch(state), make("br"), states[state].name[language])));
    totals.replaceChildren(make("h2", {}, say("totals")), make("div", { class: "scroll" },
      make("table", {}, make("thead", {}, head), body)));
  }

  // ------------------------------------------------------------------ moving about
  function show(start, end) {
    const least = 1, most = full.end - full.start;
    const length = Math.min(Math.max(end - start, least), most);
    start = Math.min(Math.max(start, full.start), full.end - length);
    view = { start, end: start + length };
    draw();
  }
  function zoom(factor, around = cursor !== null && cursor >= view.start && cursor <= view.end ? cursor : (view.start + view.end) / 2) {
    show(around - (around - view.start) * factor, around + (view.end - around) * factor);
  }
  const move = (part) => { const by = (view.end - view.start) * part; show(view.start + by, view.end + by); };
  function setCursor(t) {
    cursor = Math.min(Math.max(t, full.start), full.end);
    if (cursor < view.start || cursor > view.end) {
      const half = (view.end - view.start) / 2;
      show(cursor - half, cursor + half);
    }
    draw();
  }
  function choose(row) { chosen = row; if (cursor === null) cursor = rows[row].birth; draw(); }
  function fold() {
    if (folded.size) folded.clear(); else for (const from of foldable.keys()) folded.add(from);
    build();
  }
  // To the next or the last moment at which something changes: in the chosen lane, or in any.
  function step(direction) {
    const t = cursor ?? (direction > 0 ? view.start - 1 : view.end + 1);
    let best = null;
    const consider = (moment) => {
      if (direction > 0 ? moment <= t : moment >= t) return;
      if (best === null || (direction > 0 ? moment < best : moment > best)) best = moment;
    };
    for (const row of chosen === null ? rows : [rows[chosen]]) {
      const bar = barAt(row, t);
      consider(row.birth); consider(row.death);
      if (bar >= 0) for (const near of [bar - 1, bar, bar + 1]) if (near >= 0) consider(row.starts[near]);
      if (t >= row.death && row.states.length) consider(row.starts[row.states.length - 1]);
      for (const [moment] of row.prints) consider(moment);
    }
    if (best !== null) setCursor(best);
  }
  function stepLane(direction) {
    const at = chosen === null ? (direction > 0 ? -1 : lines.length) : lineOf(chosen);
    const next = Math.min(Math.max(at + direction, 0), lines.length - 1);
    choose(lines[next].from);
  }

  const keys = {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => stepLane(1), ArrowUp: () => stepLane(-1),
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": () => show(data.start, data.end),
    w: () => zoom(0.7), s: () => zoom(1.4), a: () => move(-0.2), d: () => move(0.2),
    Home: () => setCursor(full.start), End: () => setCursor(full.end),
    f: fold, r: () => { arrows = { none: "chosen", chosen: "every", every: "none" }[arrows]; build(); },
    Escape: () => { chosen = cursor = null; tip.hidden = true; draw(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) { event.preventDefault(); act(); }
  });

  const lineAtY = (y) => lines.findIndex((line, at) => y >= tops[at] - (above ? 16 : 2) && y < (tops[at + 1] ?? Infinity) - (above ? 16 : 2));
  const pointers = new Map();
  let moved = 0, pinch = null;
  const place = (event) => {
    const box = lanes.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  lanes.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, place(event));
    lanes.setPointerCapture(event.pointerId);
    moved = pointers.size > 1 ? 99 : 0;
    pinch = null;
  });
  lanes.addEventListener("pointermove", (event) => {
    const here = place(event), before = pointers.get(event.pointerId);
    if (!before) { hover(event, here); return; }
    tip.hidden = true;
    pointers.set(event.pointerId, here);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      const apart = Math.max(10, Math.abs(a.x - b.x)), middle = (a.x + b.x) / 2;
      if (pinch) {
        const around = timeAt(pinch.middle);
        zoom(pinch.apart / apart, around);
        const by = timeAt(pinch.middle) - timeAt(middle);
        show(view.start + by, view.end + by);
      }
      pinch = { apart, middle };
      return;
    }
    moved += Math.abs(here.x - before.x);
    if (moved > 4) {
      const by = timeAt(before.x) - timeAt(here.x);
      show(view.start + by, view.end + by);
    }
  });
  const release = (event) => {
    const here = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    pinch = null;
    if (!here || event.type !== "pointerup" || moved > 4) return;
    const line = lines[lineAtY(here.y)];
    if (line && line.to - line.from > 1) { folded.delete(line.from); build(); return; }
    if (line && foldable.has(line.from) && here.x < margin) { folded.add(line.from); build(); return; }
    if (line) chosen = line.from;
    if (here.x >= margin) setCursor(timeAt(here.x));
    draw();
    if (event.pointerType !== "mouse") hover(event, here);
  };
  lanes.addEventListener("pointerup", release);
  lanes.addEventListener("pointercancel", release);
  lanes.addEventListener("pointerleave", () => { tip.hidden = true; });
  lanes.addEventListener("dblclick", (event) => { const here = place(event); if (here.x >= margin) zoom(0.4, timeAt(here.x)); });
  lanes.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(event.deltaY * 0.002), timeAt(place(event).x));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      const by = event.deltaX / (width - margin) * (view.end - view.start);
      show(view.start + by, view.end + by);
    }
  }, { passive: false });

  function hover(event, here) {
    const line = lines[lineAtY(here.y)];
    if (!line || here.x < margin) { tip.hidden = true; return; }
    const t = timeAt(here.x), told = [];
    if (line.to - line.from > 1) {
      told.push(label(line), say("of")(line.to - line.from));
      const counts = new Map();
      for (let at = line.from; at < line.to; at++) {
        const bar = barAt(rows[at], t);
        if (bar >= 0) counts.set(rows[at].states[bar], (counts.get(rows[at].states[bar]) ?? 0) + 1);
      }
      for (const [state, count] of counts) told.push(`${count} × ${states[state].name[language]}`);
      told.push(say("open"));
    } else {
      const row = rows[line.from];
      told.push(named(line.from), ...story(line.from, t));
      const near = (view.end - view.start) / (width - margin) * 4;
      for (const [moment, text] of row.prints) {
        if (Math.abs(moment - t) < near) told.push(`${say("printed")}: ${text.trim().slice(0, 200)}`);
        if (told.length > 8) break;
      }
      for (const at of row.leaves) {
        if (Math.abs(wakes[at][1] - t) < near) told.push(`${say("wakes")} ${named(wakes[at][2])}`);
        if (told.length > 8) break;
      }
      if (row.parent != null && Math.abs(row.birth - t) < near) told.push(`${say("born")} ${named(row.parent)}`);
    }
    tip.replaceChildren(make("b", {}, told[0]), ...told.slice(1).map((line) => make("div", {}, line)));
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 6))}px`;
    tip.style.top = `${event.clientY + box.height + 24 > innerHeight ? event.clientY - box.height - 12 : event.clientY + 16}px`;
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(chart);
  build();
})();
