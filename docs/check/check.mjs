// Opens every page of the built books (target/book) in Chromium, as a student would on a computer
// and on a telephone, and says what is wrong. Called by `run` beside it.

import { createServer } from "node:http";
import { readFile, readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const BOOKS = fileURLToPath(new URL("../../target/book", import.meta.url));
const LESSONS = fileURLToPath(new URL("../../crates/lessons", import.meta.url));
const LANGUAGES = ["en", "zh"];
const WIDTHS = [1280, 390];
// How long a page may take for one thing, on a machine that does others as well, in milliseconds.
const PATIENCE = 120_000;
// What somebody may look for, and a page that has to be among the first five found.
const SEARCHES = {
  en: [["deadlock", "bank_deadlock"], ["daemon", "daemon_vs_join"], ["flush", "ping_pong_process"]],
  zh: [
    ["死锁", "bank_deadlock"], ["守护进程", "daemon_vs_join"], ["进程池", "pool_demo"],
    ["全局变量 进程", "no_shared_globals"], ["flush", "ping_pong_process"],
  ],
};
const TYPES = {
  ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml",
  ".json": "application/json", ".woff2": "font/woff2", ".png": "image/png",
};

const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);

// What lies in a book besides pages: the sidebar without JavaScript, and what a server shows when
// there is no page.
const NO_PAGES = ["toc.html", "404.html"];

async function pagesOf(language) {
  const files = await readdir(path.join(BOOKS, language));
  return files.filter((file) => file.endsWith(".html") && !NO_PAGES.includes(file)).sort();
}

function serve() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    try {
      const body = await readFile(path.join(BOOKS, path.normalize(decodeURIComponent(pathname))));
      response.writeHead(200, { "content-type": TYPES[path.extname(pathname)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// What can be seen of a page from inside of it.
function look() {
  const main = document.querySelector("main");
  const scrolls = (element) => element.closest("pre, .table-wrapper, .picture") !== null;
  const tooWide = [...main.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.right > innerWidth + 1 && !scrolls(element);
  });
  const pictures = [...main.querySelectorAll("img, .picture")];
  const shows = (picture) => {
    const image = picture.querySelector("svg") ?? picture;
    const box = image.getBoundingClientRect();
    return box.width > 100 && box.height > 20 && image.naturalWidth !== 0;
  };
  return {
    text: main.innerText,
    links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
    anchors: [...document.querySelectorAll("[id]")].map((element) => element.id),
    // Each picture brings the same arrow head, so that it is whole by itself.
    repeated: [...main.querySelectorAll("[id]:not(.picture defs [id])")]
      .map((element) => element.id)
      .filter((id, at, all) => all.indexOf(id) !== at),
    overflow: document.documentElement.scrollWidth - innerWidth,
    tooWide: tooWide.map((element) => element.outerHTML.slice(0, 80)),
    hidden: pictures.filter((picture) => !shows(picture)).length,
    emptyCode: [...main.querySelectorAll("pre")].filter((code) => !code.innerText.trim()).length,
    otherLanguage: document.querySelectorAll(".other-language").length,
  };
}

async function check(browser, origin) {
  const anchors = new Map();
  const links = [];
  const lists = await Promise.all(LANGUAGES.map(pagesOf));
  for (const [at, language] of LANGUAGES.entries()) {
    const other = LANGUAGES[1 - at];
    for (const file of lists[at]) {
      if (!lists[1 - at].includes(file)) fault(`${language}/${file}`, `has no twin in ${other}`);
    }
  }

  const lookAtAll = async (at, width) => {
    const [language, other] = [LANGUAGES[at], LANGUAGES[1 - at]];
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    let where = "";
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) fault(where, `console: ${message.text()}`);
    });
    page.on("pageerror", (error) => fault(where, `script: ${error.message}`));
    page.on("requestfailed", (request) => {
      // What the browser itself gives up, such as an icon, because it goes on to the next page.
      const { errorText } = request.failure();
      if (errorText !== "net::ERR_ABORTED") fault(where, `${errorText}: ${request.url()}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) fault(where, `${response.status()}: ${response.url()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) {
        fault(where, `asks another server: ${request.url()}`);
      }
    });

    for (const file of lists[at]) {
      where = `${language}/${file} at ${width}`;
      const url = `${origin}/${language}/${file}`;
      await page.goto(url, { waitUntil: "load" });
      const seen = await page.evaluate(look);

      if (seen.text.trim().length < 100) fault(where, "is empty");
      if (seen.text.includes("{{")) fault(where, "shows an unanswered {{");
      if (seen.overflow > 0) fault(where, `is ${seen.overflow} pixels too wide`);
      for (const element of seen.tooWide) fault(where, `too wide: ${element}`);
      if (seen.hidden > 0) fault(where, `${seen.hidden} pictures do not show`);
      if (seen.emptyCode > 0) fault(where, `${seen.emptyCode} code blocks are empty`);
      if (seen.otherLanguage !== 1) fault(where, "has no link to the other language");
      for (const id of seen.repeated) fault(where, `two elements have the id ${id}`);
      if (width !== WIDTHS[0]) continue;

      anchors.set(url, new Set(seen.anchors));
      links.push(...seen.links.map((link) => ({ where, link })));
      await unfold(page, where);
      await switchLanguage(page, where, url, `${origin}/${other}/${file}`);
    }
    await search(page, language, origin);
    if (width === WIDTHS[0] && language === "en") await sideBySide(page, origin);
    await context.close();
  };
  // A page is drawn on one core, so both languages are looked at at the same time.
  for (const width of WIDTHS) await Promise.all(LANGUAGES.map((_, at) => lookAtAll(at, width)));

  for (const { where, link } of links) {
    const target = new URL(link);
    if (target.origin !== origin) continue;
    const [url, anchor] = [target.origin + target.pathname, decodeURIComponent(target.hash.slice(1))];
    const known = anchors.get(url);
    if (known === undefined) {
      if (!existsSync(path.join(BOOKS, target.pathname))) fault(where, `dead link ${link}`);
    } else if (anchor !== "" && !known.has(anchor)) {
      fault(where, `dead anchor ${link}`);
    }
  }
  return anchors.size;
}

async function unfold(page, where) {
  for (const answer of await page.locator("main details").all()) {
    if (await answer.evaluate((element) => element.open)) fault(where, "an answer is not folded");
    await answer.locator("summary").click();
    if (!(await answer.evaluate((element) => element.open))) fault(where, "an answer stays folded");
  }
}

async function search(page, language, origin) {
  for (const [typed, wanted] of SEARCHES[language]) {
    const where = `${language}, a search for ${typed}`;
    await page.goto(`${origin}/${language}/map.html`, { waitUntil: "load" });
    await page.locator("#mdbook-search-toggle").click();
    await page.locator("#mdbook-searchbar").pressSequentially(typed);
    const results = page.locator("#mdbook-searchresults li");
    const any = await results.first().waitFor().then(() => true, () => false);
    if (!any) {
      fault(where, "finds nothing");
      continue;
    }
    const first = (await results.locator("a").evaluateAll((links) => links.map((link) => link.href))).slice(0, 5);
    if (!first.some((link) => link.includes(`/${wanted}.html`))) {
      fault(where, `does not find ${wanted} among the first five: ${first.join(" ")}`);
    }
    const teaser = results.locator(".teaser").first();
    if (!(await teaser.innerText()).toLowerCase().includes(typed.split(" ")[0])) {
      fault(where, `shows other words: ${await teaser.innerText()}`);
    }
  }
}

// Both programs stand side by side, a function at the height of its twin. Whoever points at a line of
// one sees its like in the other. What is copied is the file.
async function sideBySide(page, origin) {
  const where = "en/bank_lock.html side by side";
  await page.goto(`${origin}/en/bank_lock.html`, { waitUntil: "load" });
  const box = page.locator(".programs");
  const top = async (line) => (await box.locator(".line", { hasText: line }).boundingBox()).y;
  for (const [python, rust] of [["def deposit", "fn deposit"], ["self.lock:", "balance.lock().unwrap();"]]) {
    const apart = Math.abs((await top(python)) - (await top(rust)));
    if (apart > 2) fault(where, `${python} and ${rust} are ${apart} pixels apart`);
  }
  await box.locator(".line", { hasText: "new_balance = self.balance + money" }).hover();
  const alike = await box.locator(".line.alike").allInnerTexts();
  if (!alike.some((line) => line.includes("let new_balance = *balance + money;"))) {
    fault(where, `pointing at a line marks ${alike.join(" | ")}`);
  }
  await copies(page, origin);
}

// What mdBook's button and a selection by hand copy of each lesson's programs.
async function copies(page, origin) {
  for (const lesson of await readdir(LESSONS)) {
    await page.goto(`${origin}/en/${lesson}.html`, { waitUntil: "load" });
    for (const [language, file] of [["python", `${lesson}.py`], ["rust", "src/main.rs"]]) {
      const text = await readFile(path.join(LESSONS, lesson, file), "utf8");
      const [button, selected] = await page.locator(`.programs code.language-${language}`).evaluate((code) => {
        getSelection().selectAllChildren(code);
        return [code.innerText, getSelection().toString()];
      });
      if (button !== text) fault(`en/${lesson}.html`, `its button copies another text than ${file}`);
      // The last line break is not part of a selection.
      if (selected.trimEnd() !== text.trimEnd()) fault(`en/${lesson}.html`, `selecting copies another text than ${file}`);
    }
  }
}

async function switchLanguage(page, where, here, twin) {
  await page.locator(".other-language").click();
  await page.waitForLoadState("load");
  if (page.url() !== twin) fault(where, `switching leads to ${page.url()}`);
  await page.locator(".other-language").click();
  await page.waitForLoadState("load");
  if (page.url() !== here) fault(where, `switching back leads to ${page.url()}`);
}

const server = await serve();
// Without a sandbox: a container's root may not make one, and the pages are our own.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
let pages;
try {
  pages = await check(browser, `http://127.0.0.1:${server.address().port}`);
} finally {
  await browser.close();
  server.close();
}
for (const line of faults) console.error(line);
console.log(`${pages} pages at ${WIDTHS.join(" and ")} pixels, ${faults.length} faults`);
process.exitCode = faults.length === 0 && pages > 0 ? 0 : 1;
