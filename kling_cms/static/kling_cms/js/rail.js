// [data-rail-toggle]: collapses the left rail and remembers it.
import { keep } from "./cookie.js";

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-rail-toggle]")) return;
  const root = document.documentElement;
  const collapsed = root.dataset.rail !== "collapsed";
  if (collapsed) root.dataset.rail = "collapsed";
  else delete root.dataset.rail;
  keep("rail", collapsed ? "collapsed" : "");
});
