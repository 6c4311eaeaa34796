// [data-confirm="Question"] on a button of a form: asks in a dialog first. data-confirm-yes names the verb.
function ask(question, verb, danger) {
  const dialog = document.createElement("dialog");
  dialog.className = "modal";
  const form = document.createElement("form");
  form.method = "dialog";
  const body = document.createElement("div");
  body.className = "modal-body modal-ask";
  const words = document.createElement("p");
  words.id = "confirm-words";
  words.textContent = question;
  body.append(words);
  const foot = document.createElement("div");
  foot.className = "modal-foot";
  for (const [value, text, css] of [["no", "Cancel", "btn"], ["yes", verb, danger ? "btn btn-danger" : "btn btn-primary"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.className = css;
    button.textContent = text;
    foot.append(button);
  }
  form.append(body, foot);
  dialog.append(form);
  dialog.setAttribute("aria-labelledby", words.id);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

const agreed = new WeakSet();

document.addEventListener(
  "click",
  async (event) => {
    const button = event.target.closest("[data-confirm]");
    if (!button || button.disabled || agreed.delete(button)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const verb = button.dataset.confirmYes || button.textContent.trim();
    const danger = button.matches(".btn-danger, .menu-danger");
    if (await ask(button.dataset.confirm, verb, danger)) {
      agreed.add(button);
      button.click();
    }
  },
  true,
);
