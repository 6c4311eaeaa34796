// table[data-keys]: ↑ ↓ move between rows, Enter opens, a press anywhere in tr[data-href] opens. [data-select] boxes feed a bulk bar.
import { each } from "./each.js";

const INTERACTIVE = "a, button, input, select, textarea, label, summary";

each("table[data-keys]", (table) => {
  const rows = () => [...table.querySelectorAll("tbody tr[data-href]")];
  const first = rows()[0];
  if (first) first.tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target !== row) return;
    if (event.key === "Enter") {
      location.assign(row.dataset.href);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = rows();
    const next = all[all.indexOf(row) + step];
    if (!next) return;
    row.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest(INTERACTIVE) || getSelection().toString()) return;
  if (event.metaKey || event.ctrlKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

// form[data-bulk]: its [data-bulk-bar] shows while boxes named [data-bulk] are ticked.
each("form[data-bulk]", (form) => {
  const bar = form.querySelector("[data-bulk-bar]");
  const refresh = () => {
    const count = form.querySelectorAll(`input[name="${form.dataset.bulk}"]:checked`).length;
    bar.hidden = count === 0;
    bar.querySelector("[data-bulk-count]").textContent = `${count} selected`;
  };
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-bulk-all]")) {
      for (const box of form.querySelectorAll(`input[name="${form.dataset.bulk}"]:not(:disabled)`)) {
        box.checked = event.target.checked;
      }
    }
    refresh();
  });
  refresh();
});
