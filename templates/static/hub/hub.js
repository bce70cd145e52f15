// Makes the pages smoother: theme switch, "/" for search, copy buttons, menus that close, waiting for the first event.
"use strict";

const all = (selector) => document.querySelectorAll(selector);

for (const button of all("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.getElementById("search");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  }
  if (event.key === "Escape") {
    const open = document.querySelector(".menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of all(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

for (const button of all("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    const word = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = word), 1500);
  });
}

for (const form of all("form[data-live]")) form.addEventListener("change", () => form.requestSubmit());

for (const line of all("[data-wait]")) {
  const ask = async () => {
    const answer = await fetch(line.dataset.wait, { headers: { Accept: "application/json" } }).catch(() => null);
    const arrived = answer && answer.ok && (await answer.json()).arrived;
    if (!arrived) return setTimeout(ask, 2000);
    line.classList.add("arrived");
    line.querySelector("[data-says]").textContent = "✓ Your first event has arrived.";
    line.querySelector("a").textContent = "See it";
    line.closest("li").classList.add("done");
  };
  setTimeout(ask, 2000);
}
