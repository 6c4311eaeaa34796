// Frames and times of a clip. Frame n is shown at (n + 0.5) / fps: the middle of a frame is never its neighbour.
export const timeOf = (frame, fps) => (frame + 0.5) / fps;

export const frameAt = (seconds, fps, frames) => Math.min(frames - 1, Math.max(0, Math.floor(seconds * fps + 1e-6)));

export function timecode(frame, fps) {
  const rate = Math.max(1, Math.round(fps));
  const seconds = Math.floor(frame / rate);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, frame % rate];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
