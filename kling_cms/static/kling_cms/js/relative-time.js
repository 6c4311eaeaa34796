// Past moments drawn by the server ("5 min ago") grow older on a page that stays open.
import { duration } from "./elapsed.js";

function refresh() {
  for (const element of document.querySelectorAll("time[datetime]")) {
    if (!/ ago$|^just now$/.test(element.textContent)) continue;
    const seconds = (Date.now() - Date.parse(element.dateTime)) / 1000;
    const words = duration(seconds).split(" ").slice(0, 2).join(" ");
    element.textContent = seconds < 60 ? "just now" : `${words} ago`;
  }
}

setInterval(refresh, 30000);
