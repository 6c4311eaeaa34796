// The composer: the button stays shut, with the reason under it, until there is something to make. And one page of the
// history keeps one idempotency key: after the back button the browser may fetch the page anew, which must not pay twice.
import { each } from "./each.js";

const MOST = 1000;
const isTyped = (field) => field.matches("textarea, [type=search]") && field.value !== field.defaultValue;

each("#composer", (form) => {
  const box = form.querySelector("[data-price]");
  const blocked = () => {
    const data = new FormData(form);
    const prompt = form.elements.prompt.value;
    const length = [...prompt].length;
    if (data.get("route") === "image" && !data.get("image")) return "Choose the image first.";
    if (!prompt.trim()) return "Write the prompt first.";
    if (length > MOST) return `The prompt is ${length - MOST} character${length - MOST === 1 ? "" : "s"} too long.`;
    return "";
  };
  const refresh = () => {
    const reason = blocked();
    if (box.dataset.priceBlocked !== reason) box.dataset.priceBlocked = reason;
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  form.addEventListener("htmx:afterSettle", refresh);
  refresh();

  const key = form.elements.key;
  if (history.state?.key) key.value = history.state.key;
  else history.replaceState({ ...history.state, key: key.value }, "");
  // The browser fills in what was typed before only now, and tells nobody: price, count and hints have to hear of it.
  addEventListener("pageshow", () => {
    const filled = [...form.elements].some((field) => field.checked !== field.defaultChecked || isTyped(field));
    if (filled) form.elements.prompt.dispatchEvent(new Event("input", { bubbles: true }));
  });
});
