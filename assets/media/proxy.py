"""The light copy of a clip for scrubbing: short side 360, H.264 and AAC, faststart. Drawn in the child process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from assets.media.reading import NotAVideo, opened, sound_of

SHORT_SIDE = 360
SOUND_RATE = 44_100
# A key frame every half second at 24 frames: scrubbing decodes at most that much.
GROUP = 12


def proxy_size(width: int, height: int) -> tuple[int, int]:
    """Even width and height with a short side of at most 360."""
    scale = min(SHORT_SIDE / min(width, height), 1)
    return max(round(width * scale / 2) * 2, 2), max(round(height * scale / 2) * 2, 2)


def draw_proxy(path: Path, out: Path, see: Callable[[VideoFrame], None]) -> None:
    """Write the proxy: every frame of the clip at its own time, so that frame numbers agree. Raises NotAVideo.

    Each frame is shown to `see`, in full size: decoding is the dear part, and is done once.
    """
    with opened(path) as (source, stream):
        if stream.time_base is None:
            raise NotAVideo("The video has no clock.")
        size = proxy_size(stream.codec_context.width, stream.codec_context.height)
        with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as target:
            video = _video_stream(target, stream, size)
            sound = target.add_stream("aac", rate=SOUND_RATE, layout="stereo") if sound_of(source) else None
            if sound is not None:
                sound.codec_context.bit_rate = 96_000
            _copy(source, stream, target, Tracks(video, sound), see)


def _video_stream(target: OutputContainer, stream: VideoStream, size: tuple[int, int]) -> VideoStream:
    options = {"preset": "veryfast", "crf": "26"}
    video = target.add_stream("libx264", rate=stream.average_rate, options=options)
    video.width, video.height = size
    video.pix_fmt = "yuv420p"
    context = video.codec_context
    context.time_base = stream.time_base
    context.gop_size, context.max_b_frames, context.thread_count = GROUP, 0, 1
    return video


@dataclass(frozen=True, slots=True)
class Tracks:
    """What the proxy consists of; no sound for a silent clip."""

    video: VideoStream
    sound: AudioStream | None


def _copy(
    source: InputContainer,
    stream: VideoStream,
    target: OutputContainer,
    tracks: Tracks,
    see: Callable[[VideoFrame], None],
) -> None:
    resampler = AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)
    video, sound = tracks.video, tracks.sound
    for frame in source.decode(stream, *sound_of(source)):
        if isinstance(frame, VideoFrame):
            see(frame)
            small = frame.reformat(width=video.width, height=video.height, format="yuv420p")
            small.pts, small.time_base = frame.pts, frame.time_base
            target.mux(video.encode(small))
        elif isinstance(frame, AudioFrame) and sound is not None:
            for piece in resampler.resample(frame):
                target.mux(sound.encode(piece))
    target.mux(video.encode(None))
    if sound is not None:
        for piece in resampler.resample(None):
            target.mux(sound.encode(piece))
        target.mux(sound.encode(None))
