// Keys and notes around the player. Space or K plays, J and L shuttle, ← → step a frame (with Shift ten), M mutes, F fills the screen,
// C starts a note on this frame, Ctrl+Enter sends it, ? shows the keys ([data-keys-dialog]), any other letter presses the [data-key] that has it.
// A note's form is [data-note-form]: its field "frame" follows the player until somebody writes; [data-note-frame] shows it.
import { current } from "./player.js";
import { timecode } from "./timecode.js";

const TYPING = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]";

const KEYS = {
  " ": (player) => player.toggle(),
  k: (player) => player.toggle(),
  j: (player) => player.shuttle(-1),
  l: (player) => player.shuttle(1),
  m: (player) => (player.video.muted = !player.video.muted),
  f: (player) => player.fullScreen(),
  ArrowLeft: (player, event) => player.step(event.shiftKey ? -10 : -1),
  ArrowRight: (player, event) => player.step(event.shiftKey ? 10 : 1),
  Home: (player) => player.seek(0),
  End: (player) => player.seek(player.frames - 1),
  c: (player) => startNote(player),
};

function startNote(player) {
  const form = document.querySelector("[data-note-form]");
  if (!form) return false;
  player.video.pause();
  mark(form, player, player.frame);
  form.querySelector("textarea").focus();
  return true;
}

function mark(form, player, frame) {
  const field = form.querySelector("[name=frame]");
  if (field) field.value = String(frame);
  const words = form.querySelector("[data-note-frame]");
  if (words) words.textContent = `${timecode(frame, player.fps)} · frame ${frame}`;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-note-form] textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  if (document.querySelector("dialog[open]")) return;
  const player = current();
  if (!player) return;
  const onButton = event.target.matches("button, a, summary");
  if (event.key === " " && onButton) return;
  if (event.key === "?") {
    document.querySelector("[data-keys-dialog]")?.showModal();
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = KEYS[key];
  if (action) {
    if (action(player, event) !== false) event.preventDefault();
    return;
  }
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

// The note is about what the person sees when they begin to write, so the frame stands still from the first letter on.
document.addEventListener("frame", (event) => {
  const form = document.querySelector("[data-note-form]");
  const player = current();
  if (!form || !player || form.querySelector("textarea").value.trim()) return;
  mark(form, player, event.detail.frame);
});

document.addEventListener("focusin", (event) => {
  if (event.target.closest("[data-note-form]")) current()?.video.pause();
});

// A press on a marker or on a note's timecode goes to its frame and points the note out.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-frame]");
  const player = current();
  if (!link || !player) return;
  event.preventDefault();
  player.video.pause();
  player.seek(Number(link.dataset.frame));
  const note = link.dataset.note && document.getElementById(link.dataset.note);
  if (!note) return;
  document.querySelector(".note[data-current]")?.removeAttribute("data-current");
  note.dataset.current = "";
  note.scrollIntoView({ block: "nearest" });
});

// ?frame=42 in the address opens the clip there.
const wanted = new URLSearchParams(location.search).get("frame");
const first = current();
if (wanted !== null && first) {
  const go = () => first.seek(Number(wanted) || 0);
  if (first.video.readyState >= 1) go();
  else first.video.addEventListener("loadedmetadata", go, { once: true });
}
