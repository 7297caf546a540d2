// Plays every game of the built books (target/book) in Chromium, from the files themselves and in both
// languages, and says what is wrong. Called by `run` beside it; with paths, it plays those files.
//
// A graph has thousands of edges, so the clicks are made inside of the page: one call for a program.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const BOOKS = fileURLToPath(new URL("../../target/book", import.meta.url));
// Files that are given and lie in no book are those of `schedules --html`.
const alone = process.argv.length > 2 && !process.argv[2].includes("book/");
// They have two of the book's themes.
const THEMES = alone ? ["light", "navy"] : ["light", "rust", "coal", "navy", "ayu"];
// How long a page may take for one thing, on a machine that does others as well, in milliseconds.
const PATIENCE = 120_000;
const LEAST_CONTRAST = 4.5; // WCAG 2.2, level AA, for text of any size
const LEAST_TARGET = 24; // pixels, WCAG 2.2, level AA

const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);
const expect = (holds, where, what) => {
  if (!holds) fault(where, what);
};

async function filesWithGames() {
  if (process.argv.length > 2) return process.argv.slice(2).map((file) => path.resolve(file));
  const found = [];
  for (const language of ["en", "zh"]) {
    const folder = path.join(BOOKS, language);
    // The page for printing holds all others, and so each of their games again.
    for (const file of (await readdir(folder))
      .filter((name) => name.endsWith(".html") && name !== "print.html")
      .sort()) {
      if ((await readFile(path.join(folder, file), "utf8")).includes('<div class="play"'))
        found.push(path.join(folder, file));
    }
  }
  return found;
}

const nameOf = (file) => (path.relative(BOOKS, file).startsWith("..") ? file : path.relative(BOOKS, file));

// What the checks do inside of a page. It reads what a reader sees; of the board's own it asks only
// at which node of the data it stands, and what was printed.
function install() {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const games = () =>
    all("div.play").flatMap((box) => box.board.games.map((game) => ({ box, board: box.board, game })));
  const open = ({ box, game }) => {
    if (game.tab) game.tab.click();
    return {
      cards: all(".play-card", box),
      undo: box.querySelector(".play-undo"),
      redo: box.querySelector(".play-redo"),
      again: box.querySelector(".play-again"),
    };
  };
  const able = (cards) => cards.filter((card) => card.getAttribute("aria-disabled") === "false");
  // All that a step changes, but for what lights up for a moment and what is said of the last click.
  const seen = (box) =>
    all(".play-source, .play-cards, .play-things, .play-history", box)
      .map((part) => part.innerHTML.replace(/ ?\bplay-(just|new)\b/g, "").replace(/ class=""/g, ""))
      .join("\n");
  const key = (end, output) => JSON.stringify([end, output]);
  const add = (counts, name, number) => counts.set(name, (counts.get(name) ?? 0n) + number);

  // Clicks every edge once, and counts the paths to each ending from what the clicks have shown.
  const everyEdge = (which) => {
    const one = games()[which];
    const { box, board, game } = one;
    const { cards, undo, redo, again } = open(one);
    const { data } = game.program;
    const wrong = [];
    const known = new Map();
    let clicks = 0;
    const walk = () => {
      const { node } = board.moment;
      if (known.has(node)) return known.get(node);
      const counts = new Map();
      const next = data.nodes[node][1];
      const choices = able(cards);
      const wanted = Array.isArray(next) ? next.map(([actor]) => actor) : [];
      if (choices.map((card) => cards.indexOf(card)).join() !== wanted.join())
        wrong.push(`node ${node}: the cards that can go are not ${wanted}`);
      if (!choices.length) {
        counts.set(key(next, ""), 1n);
        if (!all(".play-said b", box).some((b) => b.textContent))
          wrong.push(`node ${node}: the end is not said`);
      }
      for (const card of choices) {
        const before = seen(box);
        const printed = board.moment.output.length;
        card.click();
        clicks += 1;
        const text = board.moment.output.slice(printed);
        for (const [name, number] of walk()) {
          const [end, output] = JSON.parse(name);
          add(counts, key(end, text + output), number);
        }
        undo.click();
        if (seen(box) !== before) wrong.push(`node ${node}: undo does not come back to the same board`);
      }
      known.set(node, counts);
      return counts;
    };
    again.click();
    const begun = board.moment.output;
    const counts = walk();
    const expected = new Map(
      data.endings.map(({ end, output, schedules }) => [key(end, output), BigInt(schedules)]),
    );
    for (const [name, number] of counts) {
      const [end, output] = JSON.parse(name);
      const full = key(end, begun + output);
      if (expected.get(full) !== number)
        wrong.push(`${full}: ${number} schedules by clicking, ${expected.get(full)} in the data`);
      expected.delete(full);
    }
    for (const name of expected.keys()) wrong.push(`${name}: in the data, not found by clicking`);
    const edges = data.nodes.reduce((sum, [, next]) => sum + (Array.isArray(next) ? next.length : 0), 0);
    if (clicks !== edges) wrong.push(`${clicks} edges were clicked, the graph has ${edges}`);
    // The simplest way to each ending leads there. Every edge alone need not: ways share what follows.
    data.endings.forEach(({ end, output, way }, at) => {
      again.click();
      way.forEach((actor) => cards[actor].click());
      if (data.nodes[board.moment.node][1] !== end || board.moment.output !== output)
        wrong.push(`the way to ending ${at} leads elsewhere`);
      // All of it is taken back, and done again.
      const done = seen(box);
      way.forEach(() => undo.click());
      if (undo.ariaDisabled !== "true") wrong.push(`after ${way.length} times undo something is left`);
      way.forEach(() => redo.click());
      if (seen(box) !== done || redo.ariaDisabled !== "true")
        wrong.push(`redo does not come back to ending ${at}`);
    });
    // The list says the same: each ending in one line, and each line with its number.
    data.endings.forEach((ending, at) => {
      const lines = board.lines.filter((_, line) => board.endingsOf(line).includes(at));
      if (lines.length !== 1) wrong.push(`ending ${at} is in ${lines.length} lines`);
    });
    board.lines.forEach(({ item, label }, line) => {
      const number = board.endingsOf(line).reduce((sum, at) => sum + BigInt(data.endings[at].schedules), 0n);
      const note = item.querySelector(".play-note").textContent;
      if (number > 0n && !note.includes(String(number)))
        wrong.push(`the line “${label}” says “${note}”, not ${number}`);
      if (item.classList.contains("play-found") !== number > 0n)
        wrong.push(`the line “${label}” is ${number > 0n ? "not " : ""}found`);
    });
    again.click();
    return {
      program: data.program,
      edges,
      nodes: known.size,
      schedules: data.schedules,
      endings: data.endings.length,
      wrong,
    };
  };

  // Clicks through every schedule there is.
  const everyPath = (which) => {
    const one = games()[which];
    const { board, game } = one;
    const { cards, undo, again } = open(one);
    const { data } = game.program;
    const counts = new Map();
    const walk = () => {
      const choices = able(cards);
      if (!choices.length) add(counts, key(data.nodes[board.moment.node][1], board.moment.output), 1n);
      for (const card of choices) {
        card.click();
        walk();
        undo.click();
      }
    };
    again.click();
    walk();
    const wrong = data.endings
      .filter(({ end, output, schedules }) => counts.get(key(end, output)) !== BigInt(schedules))
      .map(({ output }) => `${JSON.stringify(output)}: another number of paths`);
    if (counts.size !== data.endings.length)
      wrong.push(`${counts.size} endings by all paths, ${data.endings.length} in the data`);
    return { wrong };
  };

  // Plays the simplest way to every ending and looks whether anything above the history moves.
  const steady = (which) => {
    const one = games()[which];
    const { box, game } = one;
    const { cards, again } = open(one);
    const places = () =>
      all(".play-source, .play-card, .play-tools, .play-told", box)
        .map((part) => {
          const rect = part.getBoundingClientRect();
          return Math.round(rect.top - box.getBoundingClientRect().top);
        })
        .join();
    const wrong = [];
    for (const { way } of game.program.data.endings.slice(0, 8)) {
      again.click();
      const before = places();
      way.forEach((actor, at) => {
        cards[actor].click();
        if (places() !== before)
          wrong.push(`the board moves at step ${at + 1} of ${way}: ${before} is ${places()}`);
      });
      again.click();
    }
    return wrong.slice(0, 2);
  };

  // The texts on the boards that stand out too little from what is behind them.
  const faint = (least) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const mixed = new Map();
    const over = (color, under) => {
      const name = `${color} ${under}`;
      if (!mixed.has(name)) mixed.set(name, paint(color, under));
      return mixed.get(name);
    };
    const paint = (color, under) => {
      for (const fill of [`rgb(${under})`, color]) {
        canvas.fillStyle = fill;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => {
      const [r, g, b] = rgb.map((v) =>
        v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    // The ground of an element, and whether anything in which it stands is translucent.
    const grounds = new Map([[null, [[255, 255, 255], false]]]);
    const groundOf = (element) => {
      if (!grounds.has(element)) {
        const [ground, translucent] = groundOf(element.parentElement);
        const style = getComputedStyle(element);
        grounds.set(element, [over(style.backgroundColor, ground), translucent || style.opacity !== "1"]);
      }
      return grounds.get(element);
    };
    const found = new Map();
    for (const element of all("div.play *")) {
      const text = [...element.childNodes]
        .filter(({ nodeType }) => nodeType === 3)
        .map(({ textContent }) => textContent.trim())
        .join("");
      if (!text || !element.checkVisibility() || element.closest("script")) continue;
      const [ground, translucent] = groundOf(element);
      const ink = over(getComputedStyle(element).color, ground);
      const [dark, bright] = [light(ground), light(ink)].sort((one, other) => one - other);
      const ratio = (bright + 0.05) / (dark + 0.05);
      const name = `${element.tagName.toLowerCase()}.${element.className}`;
      if (ratio < least) found.set(name, Math.min(found.get(name) ?? 99, Number(ratio.toFixed(2))));
      if (translucent) found.set(`${name} is translucent`, 0);
    }
    return [...found];
  };

  const small = (least) =>
    all("div.play :is(button, label, a)")
      .filter((target) => target.checkVisibility() && !target.closest("p"))
      .map((target) => [target.outerHTML.slice(0, 60), target.getBoundingClientRect()])
      .filter(([, { width, height }]) => Math.min(width, height) < least)
      .map(([html]) => html);

  // Brings a board to a moment of the way to its last ending. At the end all decoys are answered, too.
  const bring = (which, part) => {
    const one = games()[which];
    const { box, board, game } = one;
    const { cards, again } = open(one);
    const { way } = game.program.data.endings.at(-1);
    again.click();
    way
      .slice(0, { begin: 0, middle: Math.ceil(way.length / 2), end: way.length }[part])
      .forEach((actor) => cards[actor].click());
    if (part === "end") board.lines.forEach(({ show }, at) => board.endingsOf(at).length || show.click());
  };

  // What is seen or read aloud in another language than that of the page. What the program says for
  // itself, its names and its source, stays as it is.
  const foreign = () => {
    const chinese = document.documentElement.lang.startsWith("zh");
    const leaves = (value) =>
      typeof value === "string" ? [value] : value && typeof value === "object" ? Object.values(value).flatMap(leaves) : [];
    const told = games().flatMap(({ game }) => leaves(game.program.data));
    const names = new Set([...told, "main", "Rust", "Python"].map((name) => name.trim()));
    const own = told
      .flatMap((text) => [text.trim().replace(/\n+/g, " ⏎ "), ...text.split("\n").map((line) => line.trim())])
      .filter((text) => /\p{Script=Han}|[a-z] /u.test(text))
      .sort((one, other) => other.length - one.length);
    const texts = [document.title];
    for (const element of all("body *")) {
      if (!element.checkVisibility() || element.closest("script, style, code, samp, h1, .play-language")) continue;
      for (const name of ["aria-label", "title"]) texts.push(element.getAttribute(name) ?? "");
      for (const node of element.childNodes) if (node.nodeType === 3) texts.push(node.textContent);
    }
    return [...new Set(texts)].filter((text) => {
      const rest = own.reduce((left, words) => left.replaceAll(words, "·"), text).trim();
      if (!chinese) return /\p{Script=Han}|[，。：；？！]/u.test(rest);
      const isName = names.has(rest) || names.has(rest.replace(/^\W+|\W+$/g, ""));
      return /[a-z']+ [a-z']+ [a-z']+/i.test(rest) || (/[a-z]{2}/i.test(rest) && !/\p{Script=Han}/u.test(rest) && !isName);
    });
  };

  window.check = {
    foreign,
    games,
    bring,
    everyEdge,
    everyPath,
    steady,
    faint,
    small,
    seen: () => seen(document.querySelector("div.play")),
  };
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

async function visit(file, { hash = "", width = 1280, theme = "light", ...options } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const where = nameOf(file);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) fault(where, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fault(where, `script: ${error.message}`));
  await page.addInitScript((name) => localStorage.setItem("mdbook-theme", name), theme);
  await page.addInitScript(install);
  await page.goto(pathToFileURL(file).href + hash);
  // The boards are there when the page has loaded, or they never come.
  if (options.javaScriptEnabled !== false) await page.evaluate(install);
  return page;
}

const leave = (page) => page.context().close();

async function edges(page, file, small) {
  const where = nameOf(file);
  const number = await page.evaluate(() => check.games().length);
  expect(number > 0, where, "no board was made");
  for (let which = 0; which < number; which++) {
    const begun = Date.now();
    const seen = await page.evaluate((at) => check.everyEdge(at), which);
    seen.wrong.slice(0, 5).forEach((what) => fault(`${where}, ${seen.program}`, what));
    small.push({ file, which, where: `${where}, ${seen.program}`, schedules: BigInt(seen.schedules) });
    console.log(
      `${where}, ${seen.program}: ${seen.edges} edges, ${seen.schedules} schedules, ${seen.endings} endings, ${Date.now() - begun} ms`,
    );
  }
}

async function paths(small) {
  for (const { file, which, where, schedules } of small) {
    const page = await visit(file);
    const { wrong } = await page.evaluate((at) => check.everyPath(at), which);
    wrong.forEach((what) => fault(where, what));
    console.log(`${where}: all ${schedules} paths`);
    await leave(page);
  }
}

// How the board looks: nothing moves, nothing is too wide, every text stands out, in every theme.
async function looks(page, file, width, themes) {
  const number = await page.evaluate(() => check.games().length);
  for (let which = 0; which < number; which++) {
    (await page.evaluate((at) => check.steady(at), which)).forEach((what) =>
      fault(`${nameOf(file)}, ${width}`, what),
    );
    for (const moment of ["middle", "end"]) {
      await page.evaluate(([at, part]) => check.bring(at, part), [which, moment]);
      for (const theme of themes) {
        const where = `${nameOf(file)}, ${width}, ${theme}, ${moment}`;
        const { overflow, faint, small } = await page.evaluate(
          ([name, every, least, target]) => {
            // As a reader does it, so that the theme's other files follow. The single file has no such list.
            const button = document.getElementById(`mdbook-theme-${name}`);
            if (button) button.click();
            else document.documentElement.classList.remove(...every);
            document.documentElement.classList.add(name);
            return {
              overflow: document.documentElement.scrollWidth - innerWidth,
              faint: check.faint(least),
              small: check.small(target),
            };
          },
          [theme, THEMES, LEAST_CONTRAST, LEAST_TARGET],
        );
        expect(overflow <= 0, where, `${overflow} pixels too wide`);
        for (const [name, ratio] of faint) fault(where, `contrast ${ratio} of ${name}`);
        for (const target of small) fault(where, `hard to hit: ${target}`);
      }
    }
  }
}

// What a reader without a mouse does, what is announced, and that the address holds the moment.
async function hands(page, file) {
  const where = nameOf(file);
  const game = await page.evaluate(() => {
    const { program } = check.games()[0].game;
    const { data } = program;
    // As far as on the way to the first ending, and there somebody else.
    const fork = data.endings[0].way
      .map((actor, at, way) => {
        const able = program.able(program.after(way.slice(0, at)));
        return [...way.slice(0, at), able.find((other) => other !== actor)];
      })
      .find((way) => way.at(-1) !== undefined);
    return {
      program: data.program,
      way: data.endings[0].way,
      fork,
      schedules: data.schedules,
      blocked: document.querySelectorAll('.play-card[aria-disabled="true"]').length,
    };
  });
  const said = () => page.locator(".play-said").first().innerText();
  const box = page.locator("div.play").first();

  // From the first tick or button with Tab alone to the first card.
  await page.evaluate(() => document.querySelector(".play-question").scrollIntoView());
  await page.locator("div.play :is(input, button)").first().focus();
  let tabs = 0;
  while (tabs < 60 && !(await page.evaluate(() => document.activeElement.matches(".play-card")))) {
    await page.keyboard.press("Tab");
    tabs += 1;
  }
  expect(tabs < 60, where, "no card is reached with Tab");

  for (const actor of game.way) await page.keyboard.press(String(actor));
  expect(
    await box.evaluate((element) => element.classList.contains("play-over")),
    where,
    "the keys do not lead to an ending",
  );
  expect(
    (await said()).length > 0 && (await box.locator('[role="status"] .play-said').count()) === 1,
    where,
    "the ending is not announced",
  );
  expect(await page.evaluate(() => document.activeElement.matches(".play-card")), where, "the focus is lost");
  expect((await box.locator(".play-found").count()) === 1, where, "the ending is not ticked off");
  await page.keyboard.press(String(game.way[0]));
  const why = await said();
  expect(
    why.length > 0 && (await box.evaluate((element) => element.classList.contains("play-over"))),
    where,
    "a card at the end does not explain itself",
  );
  const end = await page.evaluate(() => check.seen());
  const address = await page.evaluate(() => location.hash);
  expect(address === `#play=${[game.program, ...game.way].join(",")}`, where, `the address is ${address}`);
  await page.keyboard.press("Backspace");
  expect(
    !(await box.evaluate((element) => element.classList.contains("play-over"))),
    where,
    "Backspace does not take back",
  );
  expect(page.url().includes(path.basename(file)), where, "Backspace leaves the page");

  // The keys of other programs: all is taken back with some of them and done again with the others.
  const hash = () => page.evaluate(() => location.hash);
  const shown = async (name) => (await box.locator(name).getAttribute("aria-disabled")) === "false";
  for (const [back, forth] of [
    ["Control+z", "Control+y"],
    ["Meta+z", "Meta+Shift+z"],
    ["Backspace", "Control+Shift+z"],
  ]) {
    while (await shown(".play-undo")) await page.keyboard.press(back);
    expect((await hash()) === "" && (await shown(".play-redo")), where, `${back} does not take all back`);
    await page.keyboard.press(back);
    expect(/\S/.test(await said()), where, "an undo that cannot be does not say why");
    while (await shown(".play-redo")) await page.keyboard.press(forth);
    expect((await hash()) === address, where, `${forth} does not do all again`);
    expect((await page.evaluate(() => check.seen())) === end, where, `${forth} leads to another board`);
  }
  const done = await said();
  await page.keyboard.press("Control+y");
  const noRedo = await said();
  expect(noRedo !== done && /\S/.test(noRedo), where, "a redo that cannot be does not say why");
  // To start again is taken back as well; who was taken back and is chosen again leads on, another does not.
  await box.locator(".play-again").click();
  await page.keyboard.press(String(game.way[0]));
  expect(game.way.length < 2 || (await shown(".play-redo")), where, "the same choice ends what can be redone");
  if (game.fork) {
    await box.locator(".play-again").click();
    for (const actor of game.fork) await page.keyboard.press(String(actor));
    await page.keyboard.press("Control+y");
    expect(
      !(await shown(".play-redo")) && (await said()) === noRedo,
      where,
      "what was taken back can be redone after another choice",
    );
    expect((await hash()) === `#play=${[game.program, ...game.fork].join(",")}`, where, "redo changes the address");
  }

  // Enter and Space press the card that has the focus.
  const again = box.locator(".play-again");
  await again.focus();
  await page.keyboard.press("Enter");
  await box.locator(`.play-card >> nth=${game.way[0]}`).focus();
  await page.keyboard.press("Space");
  expect(
    (await page.evaluate(() => location.hash)) === `#play=${game.program},${game.way[0]}`,
    where,
    "Space does not press a card",
  );

  // A card that cannot go says why, and nothing else changes.
  await again.click();
  const blocked = box.locator('.play-card[aria-disabled="true"]').first();
  if (game.blocked) {
    const before = await page.evaluate(() => check.seen());
    await blocked.focus();
    await page.keyboard.press("Enter");
    const name = await blocked.locator("b").innerText();
    expect((await said()).includes(name.slice(1)), where, `a card that cannot go says “${await said()}”`);
    expect(before === (await page.evaluate(() => check.seen())), where, "a card that cannot go goes");
    expect(
      /\S/.test(await blocked.locator(".play-place").innerText()),
      where,
      "a card that cannot go has no reason on it",
    );
  }

  // Without the focus on anything the keys go to the board that is seen; a field takes them for itself.
  await page.evaluate(() => {
    document.activeElement.blur();
    document.querySelector("div.play").scrollIntoView();
  });
  await page.keyboard.press(String(game.way[0]));
  expect(
    (await page.evaluate(() => location.hash)) === `#play=${game.program},${game.way[0]}`,
    where,
    "a key without focus is lost",
  );
  if (await page.locator("#mdbook-search-toggle").count()) {
    await page.locator("#mdbook-search-toggle").click();
    await page.locator("#mdbook-searchbar").press(String(game.way[0]));
    expect(
      (await page.evaluate(() => check.games()[0].game.choices.length)) === 1,
      where,
      "what is typed into the search goes to the board",
    );
  }

  // Hint, the ways that are shown, and the decoys.
  await box.locator(".play-hint").click();
  expect(/\S/.test(await said()), where, "no hint");
  const lines = await page.evaluate(() =>
    check.games()[0].board.lines.map((_, at) => check.games()[0].board.endingsOf(at).length),
  );
  // The decoys first: when all endings are found, they are answered without being asked.
  const decoysFirst = [...lines.entries()].sort(
    ([, one], [, other]) => Math.min(one, 1) - Math.min(other, 1),
  );
  for (const [at, endings] of decoysFirst) {
    const item = box.locator(".play-endings li").nth(at);
    const show = item.locator(".play-show");
    if (await show.isVisible()) await show.click();
    else expect(endings === 0, where, `line ${at} cannot be shown`);
    if (endings)
      expect(
        await item.evaluate((element) => element.classList.contains("play-found")),
        where,
        `line ${at} is not shown`,
      );
    else
      expect(
        `${await said()} ${await item.innerText()}`.includes(game.schedules) &&
          (await item.evaluate((element) => element.classList.contains("play-never"))),
        where,
        `the decoy ${at} says “${await said()}”`,
      );
  }
  const moving = await page.evaluate(
    () => document.getAnimations().filter(({ animationName }) => animationName === "play-flash").length,
  );
  expect(moving === 0, where, "something moves although little motion is asked for");

  // Whoever opens the address sees the same moment, also in the other language.
  const linked = await visit(file, { hash: address });
  expect(
    (await linked.evaluate(() => check.seen())) === end,
    where,
    "the address does not bring the moment back",
  );
  const other = linked.locator("a.other-language");
  if (await other.count()) {
    await other.click();
    await linked.waitForLoadState("load");
    expect(
      (await linked.evaluate(() => location.hash)) === address &&
        (await linked.evaluate(() => document.querySelector("div.play").board.game.choices.join())) ===
          game.way.join(),
      where,
      "the other language loses the moment",
    );
  }
  await leave(linked);
  const wrong = await visit(file, { hash: `#play=${game.program},99,x` });
  expect(
    (await wrong.evaluate(() => document.querySelectorAll(".play-point").length)) === 0,
    where,
    "a wrong address is not harmless",
  );
  await leave(wrong);
}

// The file of `schedules --html` has both languages, and one button that changes all of it. The choices
// and what was found stay.
async function languages(file) {
  const page = await visit(file);
  const button = page.locator(".play-language");
  const state = () =>
    page.evaluate(() => {
      const { game } = check.games()[0];
      return [location.hash, game.choices, game.undone, [...game.found].sort()].map(String).join(" ");
    });
  const seen = new Map();
  for (const part of ["begin", "middle", "end", "undone"]) {
    await page.evaluate((name) => check.bring(0, name === "undone" ? "end" : name), part);
    if (part === "undone") await page.locator(".play-undo").click();
    const before = await state();
    for (const times of [1, 2]) {
      await button.click();
      const [language, foreign, text] = await page.evaluate(() => [
        document.documentElement.lang,
        check.foreign(),
        document.title + document.body.innerText,
      ]);
      const where = `${nameOf(file)}, ${language}, ${part}`;
      for (const left of foreign.slice(0, 5)) fault(where, `in another language: “${left}”`);
      expect((await state()) === before, where, `another moment: ${await state()} and not ${before}`);
      expect(seen.get(part) !== text, where, "nothing changes");
      seen.set(part, text);
    }
  }
  console.log(`${nameOf(file)}: both languages`);
  await leave(page);
}

// Shown step by step, a way takes its time and is stopped by whoever goes on alone.
async function motion(file) {
  const page = await visit(file, { reducedMotion: "no-preference" });
  const choices = () => page.evaluate(() => check.games()[0].game.choices.length);
  const line = await page.evaluate(() =>
    check.games()[0].board.lines.findIndex((_, at) => check.games()[0].board.endingsOf(at).length),
  );
  await page.locator(".play-show").nth(line).click();
  expect((await choices()) === 0, nameOf(file), "a way is not shown step by step");
  await page.waitForFunction(() => check.games()[0].game.choices.length > 0);
  await page.locator(".play-again").first().click();
  expect(
    (await page.evaluate(() => check.games()[0].board.timer)) === 0 && (await choices()) === 0,
    nameOf(file),
    "a way that is shown cannot be stopped",
  );
  await leave(page);
}

async function withoutScript(file) {
  const page = await visit(file, { javaScriptEnabled: false });
  const box = page.locator("div.play").first();
  expect(await box.locator("p").first().isVisible(), nameOf(file), "without script there is no question");
  expect(
    (await box.locator("li").count()) > 1 && (await box.locator("li").first().isVisible()),
    nameOf(file),
    "without script there are no endings",
  );
  expect((await box.locator("button").count()) === 0, nameOf(file), "without script there are dead buttons");
  expect((await box.innerText()).length < 2000, nameOf(file), "without script the data is seen");
  await leave(page);
}

// All that is looked at in one file.
async function play(file) {
  const page = await visit(file);
  const [language, said] = await page.evaluate(() => {
    const paths = (table, path) =>
      Object.entries(table).flatMap(([name, value]) =>
        typeof value === "object"
          ? paths(value, `${path}.${name}`)
          : [`${path}.${name} is a ${typeof value}`],
      );
    return [document.documentElement.lang, paths(check.games()[0].board.words, "words").sort().join("\n")];
  });
  words.set(language, said);
  await hands(page, file);
  await edges(page, file, small);
  await looks(page, file, 1280, THEMES);
  await leave(page);
  const phone = await visit(file, { width: 390 });
  await looks(phone, file, 390, ["light"]);
  await leave(phone);
  if (alone) await languages(file);
  else await withoutScript(file);
}

const files = await filesWithGames();
expect(files.length > 0, "the books", "have no game");
const small = [];
const words = new Map();
const begun = Date.now();
try {
  // A page computes on one core, so two files are played at the same time.
  const left = [...files];
  const next = async () => {
    while (left.length) await play(left.shift());
  };
  await Promise.all([next(), next()]);
  if (files.length) await motion(files[0]);
  expect(
    new Set(words.values()).size <= 1,
    [...words.keys()].join(" and "),
    "one table of words has what the other has not",
  );
  small.sort((one, other) => (one.schedules < other.schedules ? -1 : 1));
  // The three smallest programs in which there is something to choose, in both languages.
  const programs = [...new Set(small.map(({ where }) => where.split(", ")[1]))].slice(0, 3);
  await paths(small.filter(({ where }) => programs.includes(where.split(", ")[1])));
} finally {
  await browser.close();
}
for (const line of faults) console.error(line);
console.log(
  `${small.length} games in ${files.length} files, ${faults.length} faults, ${Math.round((Date.now() - begun) / 1000)} s`,
);
process.exitCode = faults.length === 0 && small.length > 0 ? 0 : 1;
