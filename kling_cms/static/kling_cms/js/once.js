// form[data-once]: the second press does nothing; the back button finds the form alive again.
const sent = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  // A disabled button would not send its own name and value: disable it after the browser has taken them.
  setTimeout(() => {
    if (event.defaultPrevented) {
      sent.delete(form);
      return;
    }
    form.dataset.sent = "";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
  });
});

addEventListener("pageshow", () => {
  for (const form of sent) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button:not([type=button])")) button.removeAttribute("aria-disabled");
  }
  sent.clear();
});
