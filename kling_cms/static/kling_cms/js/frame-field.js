// [data-frame-field]: a number field that follows the player until somebody types; [data-frame-words] shows its timecode.
// Typing a frame takes the player there.
import { current } from "./player.js";

document.addEventListener("frame", (event) => {
  const field = document.querySelector("[data-frame-field]");
  if (!field) return;
  if (document.activeElement !== field) field.value = String(event.detail.frame);
  const words = document.querySelector("[data-frame-words]");
  if (words) words.textContent = event.detail.timecode;
});

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-frame-field]") && event.target.validity.valid) current()?.seek(Number(event.target.value));
});
