// [data-player][data-fps][data-frames]: the controls of one video. The parts are found by attribute; each may be missing:
// video, [data-play], [data-mute], [data-step=±1], [data-full], [data-timecode], [data-frame-number], [data-timeline] (a range input),
// [data-played], markers [data-frame] (with [data-frame-end] a range). Events: "frame" on the player with detail.frame.
import { each } from "./each.js";
import { frameAt, timecode, timeOf } from "./timecode.js";

class Player {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.fps = Number(root.dataset.fps) || 24;
    this.frames = Math.max(1, Number(root.dataset.frames) || 1);
    this.speed = 0;
    this.listen();
    this.placeMarkers();
    this.show(this.frame);
  }

  get frame() {
    return frameAt(this.video.currentTime, this.fps, this.frames);
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  listen() {
    const { video, root } = this;
    for (const event of ["play", "pause", "ended"]) {
      video.addEventListener(event, () => {
        root.toggleAttribute("data-playing", !video.paused && !video.ended);
        this.part("play")?.setAttribute("aria-label", video.paused ? "Play" : "Pause");
        this.follow();
      });
    }
    video.addEventListener("timeupdate", () => this.show(this.frame));
    video.addEventListener("seeked", () => this.show(this.frame));
    video.addEventListener("volumechange", () => root.toggleAttribute("data-muted", video.muted));
    video.addEventListener("click", () => this.toggle());
    root.addEventListener("click", (event) => this.press(event));
    this.part("timeline")?.addEventListener("input", (event) => this.seek(Number(event.target.value)));
    root.toggleAttribute("data-muted", video.muted);
  }

  press(event) {
    const button = event.target.closest("button, a");
    if (!button) return;
    const { dataset } = button;
    if ("play" in dataset) this.toggle();
    else if ("step" in dataset) this.step(Number(dataset.step));
    else if ("mute" in dataset) this.video.muted = !this.video.muted;
    else if ("full" in dataset) this.fullScreen();
  }

  toggle() {
    const stands = this.video.paused && this.speed >= 0;
    this.setSpeed(0);
    if (stands) this.video.play();
    else this.video.pause();
  }

  step(frames) {
    this.setSpeed(0);
    this.video.pause();
    this.seek(this.frame + frames);
  }

  seek(frame) {
    const target = Math.min(this.frames - 1, Math.max(0, Math.round(frame)));
    this.video.currentTime = timeOf(target, this.fps);
    this.show(target);
  }

  // J and L as in an edit suite: each press doubles the speed that way; browsers play only forwards, so backwards is stepped.
  shuttle(way) {
    const speed = Math.sign(this.speed) === way ? Math.min(4, Math.abs(this.speed) * 2) * way : way;
    this.setSpeed(speed);
    if (speed > 0) {
      this.video.playbackRate = speed;
      this.video.play();
      return;
    }
    this.video.pause();
    this.back = setInterval(() => {
      this.seek(this.frame + speed);
      if (this.frame === 0) this.setSpeed(0);
    }, 1000 / this.fps);
  }

  setSpeed(speed) {
    clearInterval(this.back);
    this.speed = speed;
    if (speed <= 0) this.video.playbackRate = 1;
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else (this.video.closest("[data-full-box]") ?? this.root).requestFullscreen?.();
  }

  // While it plays, the counter follows every frame that is shown.
  follow() {
    cancelAnimationFrame(this.timer);
    if (this.video.paused) return;
    this.show(this.frame);
    this.timer = requestAnimationFrame(() => this.follow());
  }

  show(frame) {
    if (frame === this.shown) return;
    this.shown = frame;
    const code = timecode(frame, this.fps);
    const set = (name, text) => {
      const element = this.part(name);
      if (element) element.textContent = text;
    };
    set("timecode", code);
    set("frame-number", `frame ${frame}`);
    const range = this.part("timeline");
    if (range) {
      range.value = String(frame);
      range.setAttribute("aria-valuetext", `${code}, frame ${frame}`);
    }
    const played = this.part("played");
    if (played) played.style.transform = `scaleX(${this.frames > 1 ? frame / (this.frames - 1) : 1})`;
    this.root.dispatchEvent(new CustomEvent("frame", { bubbles: true, detail: { frame, timecode: code } }));
  }

  placeMarkers() {
    const share = (frame) => (this.frames > 1 ? (Number(frame) / (this.frames - 1)) * 100 : 0);
    for (const marker of this.root.querySelectorAll(".timeline [data-frame]")) {
      const { frame, frameEnd } = marker.dataset;
      marker.style.left = `${share(frame)}%`;
      if (frameEnd) marker.style.width = `${Math.max(0.5, share(frameEnd) - share(frame))}%`;
    }
  }
}

export const players = new Map();

each("[data-player]", (root) => {
  if (root.querySelector("video")) players.set(root, new Player(root));
});

// Markers that come by htmx find their place too.
document.addEventListener("htmx:load", () => {
  for (const [root, player] of players) {
    if (root.isConnected) player.placeMarkers();
    else players.delete(root);
  }
});

export const current = () => [...players.values()].find((player) => player.root.isConnected);
