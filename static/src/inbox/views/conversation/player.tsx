// A voice message: play, how long it is, where it stands, how fast.

import { useEffect, useRef, useState } from "preact/hooks";
import type { AttachmentView } from "../../../wire";
import { fileSize } from "../../../shared/files";
import { numbers } from "../../../shared/formats";
import { Icon } from "../../ui/icons";
import { language, t } from "../../words";
import { DownloadTool } from "./download";

const SPEEDS = [1, 1.5, 2, 0.75] as const;
const FAR = 1e7; // seconds: behind the end of whatever there is

/** "1:05", "1:02:05". */
export function playingTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Only one is heard at a time. */
let heard: HTMLAudioElement | null = null;

interface Sound {
  playing: boolean;
  at: number;
  /** Seconds; null until it is known. */
  length: number | null;
  failed: boolean;
}

const SILENT: Sound = { playing: false, at: 0, length: null, failed: false };

function useSound(element: { current: HTMLAudioElement | null }): Sound {
  const [sound, setSound] = useState(SILENT);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    let measuring = false;
    const told = () => {
      // Recorders write no length: behind its end the browser finds it out.
      if (audio.duration === Infinity && !measuring) {
        measuring = true;
        audio.currentTime = FAR;
      } else if (measuring && Number.isFinite(audio.duration)) {
        measuring = false;
        audio.currentTime = 0;
      }
      setSound({
        playing: !audio.paused && !audio.ended,
        at: measuring ? 0 : audio.currentTime,
        length: Number.isFinite(audio.duration) ? audio.duration : null,
        failed: audio.error !== null,
      });
    };
    const kinds = ["loadedmetadata", "durationchange", "timeupdate", "play", "pause", "ended", "seeked", "error"];
    for (const kind of kinds) audio.addEventListener(kind, told);
    told();
    return () => {
      for (const kind of kinds) audio.removeEventListener(kind, told);
      audio.pause();
      if (heard === audio) heard = null;
    };
  }, []);
  return sound;
}

export function Player({ file }: { file: AttachmentView }) {
  const element = useRef<HTMLAudioElement>(null);
  const { playing, at, length, failed } = useSound(element);
  const [speed, setSpeed] = useState<number>(SPEEDS[0]);
  const turn = () => {
    const audio = element.current;
    if (!audio) return;
    if (!audio.paused) return audio.pause();
    if (heard !== audio) heard?.pause();
    heard = audio;
    audio.playbackRate = speed;
    // Refused without a gesture or with a broken file: `error` tells of the one, the other cannot be here.
    audio.play().catch(() => undefined);
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.findIndex((one) => one === speed) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (element.current) element.current.playbackRate = next;
  };
  const written = numbers(language.value).format(speed);
  return (
    <div class="player" role="group" aria-label={t("player.label", { name: file.name })}>
      <audio ref={element} preload="metadata" src={file.url} />
      <button
        type="button"
        class="button square player-turn"
        aria-label={t(playing ? "player.pause" : "player.play")}
        disabled={failed}
        onClick={turn}
      >
        <Icon name={playing ? "pause" : "play"} size={16} />
      </button>
      <div class="player-middle">
        <span class="file-name" title={file.name}>
          {file.name}
        </span>
        <input
          class="player-place"
          type="range"
          min={0}
          max={length ?? 0}
          step={0.1}
          value={Math.min(at, length ?? 0)}
          disabled={length === null || failed}
          aria-label={t("player.place")}
          aria-valuetext={t("player.at", { at: playingTime(at), length: playingTime(length ?? 0) })}
          onInput={(event) => {
            if (element.current) element.current.currentTime = Number(event.currentTarget.value);
          }}
        />
        <span class="player-foot">
          {failed
            ? t("player.failed")
            : `${playingTime(at)} / ${length === null ? "–:––" : playingTime(length)}`}
          <span class="file-size">{fileSize(file.size, language.value)}</span>
        </span>
      </div>
      <button
        type="button"
        class="button quiet small player-speed"
        aria-label={t("player.speed", { speed: written })}
        title={t("player.speed", { speed: written })}
        onClick={faster}
      >
        {written}×
      </button>
      <DownloadTool file={file} small />
    </div>
  );
}
