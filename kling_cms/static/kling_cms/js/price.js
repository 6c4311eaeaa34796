// [data-price] inside a form: the price of the chosen seconds, sound and takes, live, from a JSON table on the page.
//
// <script type="application/json" id="prices"> {
//   "rate": "0.005",                              USD a credit
//   "free": "945",                                credits left in the tightest budget, or null without a limit
//   "budget": "This month",                       name of that budget
//   "rows": [{"seconds": 5, "sound": false, "credits": "55"}, …]    a row may name its "route"; the form's field decides;
//                                                   "shut": why it can't be paid now, if it can't
// } </script>
//
// Form fields: seconds, sound (a checkbox, or on/off, true/false), takes; verb on the button: data-price-verb (default "Generate").
// A hidden field with data-price-total follows the button, so that the server can refuse when its own figure is another.
// A route that needs something first says so with data-price-blocked="words" on [data-price]. The server decides again; this only shows.
import { each } from "./each.js";

// Credits with at most two digits behind the point, in whole hundredths: no sum of floats.
const hundredths = (text) => Math.round(Number(text) * 100);
const number = (cents) => (cents / 100).toLocaleString("en", { maximumFractionDigits: 2 });
const credits = (cents) => `${number(cents)} ${cents === 100 ? "credit" : "credits"}`;

function usd(cents, rate) {
  const amount = (cents / 100) * Number(rate);
  return `USD ${amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 6 })}`;
}

function chosen(form) {
  const data = new FormData(form);
  const sound = String(data.get("sound") ?? "").toLowerCase();
  return {
    seconds: Number(data.get("seconds")),
    sound: ["on", "true", "1", "yes"].includes(sound),
    takes: Math.max(1, Number(data.get("takes")) || 1),
    route: data.get("route"),
  };
}

each("[data-price][data-price-table]", (box) => {
  const form = box.closest("form") ?? document.getElementById(box.dataset.priceForm);
  const table = JSON.parse(document.getElementById(box.dataset.priceTable).textContent);
  const part = (name) => box.querySelector(`[data-price-${name}]`);
  const set = (name, text) => {
    const element = part(name);
    if (element && element.textContent !== text) element.textContent = text;
  };
  const refresh = () => {
    const { seconds, sound, takes, route } = chosen(form);
    const row = table.rows.find(
      (row) => row.seconds === seconds && row.sound === sound && (row.route ?? route) === route,
    );
    const verb = box.dataset.priceVerb || "Generate";
    set("label", `${verb} ${takes} ${takes === 1 ? "take" : "takes"}`);
    let reason = box.dataset.priceBlocked || "";
    if (!row) {
      set("credits", "–");
      set("usd", "");
      set("after", "");
      reason ||= "There is no price for this choice.";
    } else {
      const one = hundredths(row.credits);
      const all = one * takes;
      const free = table.free === null ? null : hundredths(table.free);
      set("credits", credits(all));
      const shown = form.querySelector("[data-price-total]");
      if (shown) shown.value = (all / 100).toFixed(2);
      set("usd", `${usd(all, table.rate)}${takes > 1 ? ` · ${credits(one)} a take` : ""}`);
      const enough = free === null || all <= free;
      const after = enough ? `, ${number(free - all)} after` : "";
      set("after", free === null ? "" : `${table.budget}: ${credits(free)} free${after}`);
      reason = row.shut || reason; // before whatever is still to be typed, which would be in vain
      if (!enough) reason ||= `This needs ${credits(all)}; ${number(free)} are free.`;
    }
    part("button").disabled = Boolean(reason);
    const words = part("reason");
    words.textContent = reason;
    words.hidden = !reason;
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  // Other modules block and free the button by changing the attribute.
  new MutationObserver(refresh).observe(box, { attributes: true, attributeFilter: ["data-price-blocked"] });
  refresh();
});
