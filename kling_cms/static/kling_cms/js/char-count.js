// [data-count-for=id][data-count-max=1000]: counts code points, as Kie does, while the person types.
import { each } from "./each.js";

each("[data-count-for]", (counter) => {
  const field = document.getElementById(counter.dataset.countFor);
  if (!field) return;
  const most = Number(counter.dataset.countMax);
  const refresh = () => {
    const count = [...field.value].length;
    counter.textContent = `${count} / ${most}`;
    counter.dataset.over = String(count > most);
  };
  field.addEventListener("input", refresh);
  refresh();
});
