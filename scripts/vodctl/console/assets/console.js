// What pages can do beyond being read: follow what comes in, be walked by keyboard,
// copy, and change their colours. Without this file they work all the same.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- Live: the server says that there is news, and the page fetches itself anew.

const indicator = $("#live");
const words = { on: "Live", off: "Not live", away: "Store away" };
function live(state) {
  if (!indicator) return;
  indicator.dataset.state = state;
  $(".word", indicator).textContent = words[state];
}

// merge makes the live parts of the page what they are in another document.
function merge(fetched) {
  let added = 0;
  for (const button of all("[data-copy]", fetched)) button.hidden = false; // as below
  if ($("#failure") && !$("#failure", fetched)) { location.reload(); return; } // what was missing is there
  // What somebody reads stays where it is, whatever comes in above it.
  const anchor = scrollY > 0 ? all("main tr[id], main article[id]").find((e) => e.getBoundingClientRect().top >= 0) : null;
  const top = anchor?.getBoundingClientRect().top;
  for (const part of all("[data-live]", fetched)) {
    const here = document.getElementById(part.id);
    if (!here || here.parentElement.closest("[data-live]")) continue; // it comes with that
    const before = new Set(all("tr[id]", here).map((row) => row.id));
    if (here.outerHTML === part.outerHTML) continue;
    const focused = here.contains(document.activeElement) ? document.activeElement : null;
    const row = focused && focused.closest("[id]");
    const nth = row ? all("a, button, input, select, textarea, summary", row).indexOf(focused) : -1;
    const open = new Set(all("details[open][id]", here).map((d) => d.id));
    const adopted = document.importNode(part, true);
    here.replaceWith(adopted);
    for (const d of all("details[id]", adopted)) if (open.has(d.id)) d.open = true;
    if (before.size > 0 || $("[data-news]", adopted)) {
      for (const tr of all("tbody[data-news] tr[id]", adopted)) {
        if (!before.has(tr.id)) { tr.classList.add("fresh"); added++; }
      }
    }
    const again = row && document.getElementById(row.id);
    if (again && nth >= 0) all("a, button, input, select, textarea, summary", again)[nth]?.focus({ preventScroll: true });
  }
  const moved = anchor && document.getElementById(anchor.id);
  if (moved) scrollBy({ top: moved.getBoundingClientRect().top - top, behavior: "instant" });
  if (added > 0) $("#news").textContent = added === 1 ? "One new row" : added + " new rows";
}

let fetching = null, wanted = false;
async function refresh() {
  wanted = true;
  if (fetching) return;
  while (wanted) {
    wanted = false;
    fetching = fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    try {
      const answer = await fetching;
      merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the server is away: EventSource says so */ }
  }
  fetching = null;
}

// follow keeps a connection while the page is seen: browsers have six for one server, and
// each tab that nobody looks at would take one away.
if (indicator && $("main [data-live]")) {
  indicator.hidden = false;
  let source = null, missed = false;
  const follow = () => {
    if (source || document.hidden) return;
    source = new EventSource("/live");
    let first = !missed;
    source.addEventListener("news", () => {
      live("on");
      if (!first) refresh();
      first = false;
    });
    source.addEventListener("away", () => { live("away"); first = false; });
    source.onerror = () => { live("off"); first = false; };
  };
  const leave = () => {
    source?.close();
    source = null;
    missed = true;
    live("off");
  };
  document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); else follow(); });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  follow();
}

// ---- The menu, where it is a row: the present page is in sight.

$("nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// ---- Colours.

const theme = $("#theme");
if (theme) {
  const dark = () => document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const label = () => { theme.textContent = dark() ? "Light" : "Dark"; theme.setAttribute("aria-label", (dark() ? "Light" : "Dark") + " colours"); };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const to = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = to;
    document.cookie = "theme=" + to + "; Path=/; Max-Age=31536000; SameSite=Strict";
    label();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
  label();
}

// ---- Copying.

document.addEventListener("click", async (e) => {
  const button = e.target.closest("[data-copy]");
  if (!button) return;
  button.dataset.label ??= button.textContent;
  let said = "Copied";
  try {
    const from = document.getElementById(button.dataset.copy);
    let text = from.textContent;
    if (from.dataset.source) {
      const answer = await fetch(from.dataset.source, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      text = await answer.text();
    }
    await navigator.clipboard.writeText(text);
  } catch { said = "Not copied"; }
  button.textContent = said;
  $("#news").textContent = said;
  clearTimeout(button.back);
  button.back = setTimeout(() => { button.textContent = button.dataset.label; }, 1500);
});
for (const button of all("[data-copy]")) button.hidden = false;

// ---- A question before what cannot be undone.

document.addEventListener("submit", (e) => {
  const question = e.submitter && e.submitter.dataset.ask;
  if (question && !confirm(question)) e.preventDefault();
});

// ---- Forms that show something else for each choice.

document.addEventListener("change", (e) => {
  if (e.target.matches("[data-reload]")) e.target.form.requestSubmit($("[data-reloads]", e.target.form));
});

// ---- Keys.

const help = $("#help"), keys = $("#keys");
if (keys) {
  keys.hidden = false;
  keys.addEventListener("click", () => help.showModal());
}
const pages = { e: "/events", m: "/media", s: "/sinks", l: "/dead-letters", d: "/drift", a: "/arrivals", n: "/send" };
let going = 0;
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || help?.open) return;
  if (e.key === "Escape" && e.target.matches("input, textarea, select")) { e.target.blur(); return; }
  if (e.target.matches("input, textarea, select")) return;
  if (going && e.timeStamp - going < 1500 && pages[e.key]) { going = 0; location.assign(pages[e.key]); return; }
  going = 0;
  const rows = all("main a.open");
  const current = document.activeElement.closest("tr, li, article");
  const at = rows.findIndex((a) => current && current.contains(a));
  switch (e.key) {
    case "j": rows[Math.min(at + 1, rows.length - 1)]?.focus(); break;
    case "k": rows[Math.max(at - 1, 0)]?.focus(); break;
    case "r": {
      const button = (current && $("[data-key='r']", current)) || $("main .head [data-key='r']");
      button?.click();
      break;
    }
    case "c": $("main [data-key='c']")?.click(); break;
    case "u": $("main .crumb a")?.click(); break;
    case "/": $("#q")?.focus(); $("#q")?.select(); break;
    case "?": help?.showModal(); break;
    case "g": going = e.timeStamp; return;
    default: return;
  }
  e.preventDefault();
});
