// Runs a set-up once for every element that matches, now and after each htmx swap.
export function each(selector, setUp) {
  const ready = new WeakSet();
  const visit = (root) => {
    const found = root.matches?.(selector) ? [root] : [];
    for (const element of [...found, ...root.querySelectorAll(selector)]) {
      if (ready.has(element)) continue;
      ready.add(element);
      setUp(element);
    }
  };
  visit(document);
  document.addEventListener("htmx:load", (event) => visit(event.detail.elt ?? event.target));
}
