// [data-toast]: goes after 6 s, waits while pointed at or focused; errors stay. Other modules may call toast().
import { each } from "./each.js";

const LIFE = 6000;

each("[data-toast]", (toast) => {
  if (toast.dataset.toast.includes("error")) return;
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), LIFE);
  };
  const hold = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});

// Says that a request of htmx went wrong: nothing fails in silence.
export function toast(text, level = "info") {
  const box = document.createElement("div");
  box.className = `toast toast-${level}`;
  box.dataset.toast = level;
  box.setAttribute("role", level === "error" ? "alert" : "status");
  const words = document.createElement("div");
  words.className = "toast-text";
  words.textContent = text;
  const button = document.createElement("button");
  button.className = "btn btn-quiet";
  button.type = "button";
  button.dataset.toastClose = "";
  button.textContent = "Close";
  box.append(words, button);
  document.querySelector("[data-toasts]").append(box);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: box } }));
}

document.addEventListener("htmx:responseError", (event) => {
  // Polling comes round again by itself; a person who pressed something has to hear of it.
  if (event.detail.requestConfig?.triggeringEvent?.type !== "htmx:poll" && event.detail.requestConfig?.verb !== "get") {
    toast(`The server answered ${event.detail.xhr.status}. Nothing was changed; try again.`, "error");
  }
});

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig?.verb !== "get") {
    toast("The server can't be reached. What you typed is still here; try again.", "error");
  }
});
