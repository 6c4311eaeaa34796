// details[data-menu]: one open at a time, closes on Escape and from outside, arrows move inside.
const items = (menu) => [...menu.querySelectorAll("a[href], button:not(:disabled)")];
const close = (menu) => {
  menu.open = false;
};

// A panel that would leave the window opens to the other side.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("details[data-menu]") || !menu.open) return;
    const box = menu.querySelector(".menu-panel").getBoundingClientRect();
    if (box.right > document.documentElement.clientWidth - 4) menu.classList.add("menu-end");
  },
  true,
);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    close(menu);
    menu.querySelector("summary").focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("input, select, textarea")) return;
  event.preventDefault();
  menu.open = true;
  const all = items(menu);
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : (here + step + all.length) % all.length;
  all[next]?.focus();
});
