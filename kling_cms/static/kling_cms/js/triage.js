// The contact sheet: loops in step, and the keys. ← → ↑ ↓ move, 1–5 rate, 0 unrates, W selects, X discards, R generates again,
// Enter opens, Space loops all or stops. Each key presses the button that stands in the tile, so what has no button does nothing.
import { each } from "./each.js";

const sheet = document.querySelector("[data-sheet]");
const KEEP = "loops";
const DRIFT = 0.15;

// --- loops ---------------------------------------------------------------------------------------------------------
const began = performance.now();
const playing = new Map();
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let on = (localStorage.getItem(KEEP) ?? (calm ? "off" : "on")) === "on";

// Every clip stands where one shared clock says, whatever its length: equal lengths show the same moment.
function align(video) {
  if (!video.duration) return;
  const moment = ((performance.now() - began) / 1000) % video.duration;
  if (Math.abs(video.currentTime - moment) > DRIFT) video.currentTime = moment;
}

function start(stage) {
  if (playing.has(stage)) return;
  const video = document.createElement("video");
  Object.assign(video, { muted: true, loop: true, playsInline: true, src: stage.dataset.loop, className: "tile-loop" });
  video.tabIndex = -1;
  video.setAttribute("aria-hidden", "true");
  video.addEventListener("playing", () => video.classList.add("tile-loop-on"), { once: true });
  video.addEventListener("loadedmetadata", () => align(video));
  playing.set(stage, video);
  stage.querySelector(".tile-picture")?.after(video);
  video.play().catch(() => {});
}

function stop(stage) {
  const video = playing.get(stage);
  if (!video) return;
  playing.delete(stage);
  video.remove();
  video.removeAttribute("src");
  video.load();
}

const seen = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) seen.add(target);
    else seen.delete(target);
    if (isIntersecting && on) start(target);
    else stop(target);
  }
});

each("[data-loop]", (stage) => watcher.observe(stage));

setInterval(() => {
  for (const [stage, video] of playing) {
    if (!stage.isConnected) {
      watcher.unobserve(stage);
      seen.delete(stage);
      stop(stage);
    } else if (!document.hidden) {
      align(video);
    }
  }
}, 2000);

const toggle = document.querySelector("button[data-loops]");

function loops(wanted) {
  on = wanted;
  localStorage.setItem(KEEP, on ? "on" : "off");
  show();
  for (const stage of seen) (on ? start : stop)(stage);
}

function show() {
  if (!toggle) return;
  toggle.setAttribute("aria-pressed", String(on));
  toggle.querySelector("span").textContent = on ? "Stop loops" : "Loop all";
}

toggle?.addEventListener("click", () => loops(!on));
show();

// --- keys ----------------------------------------------------------------------------------------------------------
const TYPING = "input, textarea, select, [contenteditable]";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
let current = "";

const tiles = () => [...(sheet?.querySelectorAll("[data-take]") ?? [])];
const tile = () => document.activeElement?.closest?.("[data-take]") ?? document.getElementById(current);

function go(next) {
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

// The nearest tile in a direction, by where the tiles stand and not by how many fit a row.
function beside(from, [right, down]) {
  const a = from.getBoundingClientRect();
  if (right) return tiles()[tiles().indexOf(from) + right];
  const rows = tiles().filter((other) => {
    const b = other.getBoundingClientRect();
    return down > 0 ? b.top >= a.bottom - 1 : b.bottom <= a.top + 1;
  });
  const far = (other) => {
    const b = other.getBoundingClientRect();
    return Math.abs(b.top - a.top) * 4 + Math.abs(b.left - a.left);
  };
  return rows.sort((one, two) => far(one) - far(two))[0];
}

document.addEventListener("focusin", (event) => {
  const focused = event.target.closest?.("[data-take]");
  if (focused) current = focused.id;
});

function press(button, event) {
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
}

document.addEventListener("keydown", (event) => {
  if (!sheet || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const open = document.querySelector("[popover]:popover-open");
  if (open) {
    press(open.querySelector(`[data-reason="${CSS.escape(key)}"]`), event);
    return;
  }
  if (key === "?") return press(document.querySelector("[data-dialog-open=take-keys]"), event);
  if (ARROWS[key]) {
    event.preventDefault();
    const from = tile();
    return go(from ? beside(from, ARROWS[key]) : tiles()[0]);
  }
  const onControl = event.target.matches("button, a, summary");
  if (key === " " && !onControl) return press(toggle, event);
  if (key === "Enter" && !onControl) return press(tile()?.querySelector("[data-open]"), event);
  if (/^[0-5wxr]$/.test(key)) press(tile()?.querySelector(`[data-act="${key}"]`), event);
});

// A tile that was drawn again is a new element: it gets the focus back that its old self had.
document.addEventListener("htmx:load", (event) => {
  const drawn = event.detail.elt ?? event.target;
  const lost = !document.activeElement || document.activeElement === document.body;
  if (lost && drawn.id && drawn.id === current) drawn.focus({ preventScroll: true });
});
