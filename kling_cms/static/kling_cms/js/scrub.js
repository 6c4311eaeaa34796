// [data-scrub][data-sprite][data-frames][data-columns]: pointing across the tile, or focusing it, runs through the clip's sprite.
const sprites = new Map();
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function load(url) {
  if (!sprites.has(url)) {
    sprites.set(
      url,
      new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = () => resolve(image);
        image.onerror = reject;
        image.src = url;
      }),
    );
  }
  return sprites.get(url);
}

// A layer over the poster as high as the tile and as wide as a frame at that height.
function layer(tile, image) {
  const { frames, columns, sprite } = tile.dataset;
  const rows = Math.ceil(frames / columns);
  const ratio = image.naturalWidth / columns / (image.naturalHeight / rows);
  const box = document.createElement("span");
  box.className = "tile-scrub";
  const fit = Math.min(1, tile.clientWidth / (tile.clientHeight * ratio));
  const height = tile.clientHeight * fit;
  box.style.height = `${height}px`;
  box.style.top = `${(tile.clientHeight - height) / 2}px`;
  box.style.width = `${height * ratio}px`;
  box.style.backgroundImage = `url("${sprite}")`;
  box.style.backgroundSize = `${columns * 100}% ${rows * 100}%`;
  const line = document.createElement("span");
  line.className = "tile-scrub-line";
  tile.append(box, line);
  return (share) => {
    const frame = Math.min(frames - 1, Math.max(0, Math.floor(share * frames)));
    const [column, row] = [frame % columns, Math.floor(frame / columns)];
    const x = columns > 1 ? (column / (columns - 1)) * 100 : 0;
    const y = rows > 1 ? (row / (rows - 1)) * 100 : 0;
    box.style.backgroundPosition = `${x}% ${y}%`;
    line.style.transform = `scaleX(${(frame + 1) / frames})`;
  };
}

async function begin(tile) {
  if (tile.dataset.scrubbing) return;
  tile.dataset.scrubbing = "wait";
  try {
    const image = await load(tile.dataset.sprite);
    if (tile.dataset.scrubbing !== "wait") return;
    tile.dataset.scrubbing = "on";
    tile.show = layer(tile, image);
    tile.show(tile.lastShare ?? 0);
  } catch {
    sprites.delete(tile.dataset.sprite);
  }
}

function end(tile) {
  delete tile.dataset.scrubbing;
  clearInterval(tile.timer);
  tile.show = null;
  for (const part of tile.querySelectorAll(".tile-scrub, .tile-scrub-line")) part.remove();
}

document.addEventListener("pointermove", (event) => {
  const tile = event.target.closest?.("[data-scrub]");
  if (!tile || event.pointerType === "touch") return;
  const box = tile.getBoundingClientRect();
  tile.lastShare = (event.clientX - box.left) / box.width;
  if (tile.show) tile.show(tile.lastShare);
  else begin(tile);
});

document.addEventListener(
  "pointerout",
  (event) => {
    const tile = event.target.closest?.("[data-scrub]");
    if (tile && !tile.contains(event.relatedTarget)) end(tile);
  },
  true,
);

// By keyboard the sprite plays by itself while the tile, or the name below it, has the focus.
const stageOf = (target) => target.closest?.("[data-scrub]") ?? target.closest?.(".tile")?.querySelector("[data-scrub]");

document.addEventListener("focusin", async (event) => {
  const tile = stageOf(event.target);
  if (!tile || calm.matches || !event.target.matches(":focus-visible")) return;
  tile.lastShare = 0;
  await begin(tile);
  clearInterval(tile.timer);
  tile.timer = setInterval(() => {
    tile.lastShare = (tile.lastShare + 1 / tile.dataset.frames) % 1;
    tile.show?.(tile.lastShare);
  }, 120);
});

document.addEventListener("focusout", (event) => {
  const tile = stageOf(event.target);
  if (tile && !tile.closest(".tile")?.contains(event.relatedTarget)) end(tile);
});
