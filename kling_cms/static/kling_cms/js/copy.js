// [data-copy="text"] copies; the button says so for a moment.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.dataset.copy || document.querySelector(button.dataset.copyFrom)?.innerText.trim() || "";
  await navigator.clipboard.writeText(text);
  const words = button.querySelector("[data-copy-words]") ?? button;
  const before = words.textContent;
  words.textContent = "Copied";
  setTimeout(() => {
    words.textContent = before;
  }, 1500);
});
