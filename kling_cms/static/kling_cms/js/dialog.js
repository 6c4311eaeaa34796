// [data-dialog-open=id] opens a <dialog>, [data-dialog-close] closes it, a press on the backdrop too. [data-dialog-start] is open at once.
import { each } from "./each.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    document.getElementById(opener.dataset.dialogOpen)?.showModal();
    return;
  }
  if (event.target.closest("[data-dialog-close]")) {
    event.target.closest("dialog")?.close();
  }
});

// The backdrop is the dialog itself outside its box; both ends of the press must lie there, so that marking text does not close it.
each("dialog", (dialog) => {
  let pressed = false;
  const outside = (event) => {
    const box = dialog.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  };
  dialog.addEventListener("pointerdown", (event) => {
    pressed = event.target === dialog && outside(event);
  });
  dialog.addEventListener("pointerup", (event) => {
    if (pressed && event.target === dialog && outside(event)) dialog.close();
    pressed = false;
  });
  if ("dialogStart" in dialog.dataset) dialog.showModal();
});

// After a form came back with errors, the summary takes the focus.
each("[data-focus]", (element) => element.focus());
