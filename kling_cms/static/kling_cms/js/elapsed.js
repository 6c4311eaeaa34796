// [data-since="ISO moment"]: the time since then, ticking each second, in the words the server uses.
import { each } from "./each.js";

const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

export function duration(seconds) {
  const parts = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const [size, name] of UNITS) {
    const amount = Math.floor(rest / size);
    rest %= size;
    if (amount) parts.push(`${amount} ${name}`);
    else if (parts.length) break;
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

const running = new Set();

each("[data-since]", (element) => {
  running.add(element);
});

function tick() {
  for (const element of running) {
    if (!element.isConnected) {
      running.delete(element);
      continue;
    }
    const seconds = (Date.now() - Date.parse(element.dataset.since)) / 1000;
    element.textContent = duration(seconds);
    // A bar beside it: full at the typical time, never over it.
    const bar = element.closest("[data-running]")?.querySelector("progress");
    if (bar && element.dataset.typical) bar.value = Math.min(0.97, seconds / Number(element.dataset.typical));
  }
}

tick();
setInterval(tick, 1000);
