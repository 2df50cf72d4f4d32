// A short sound of our own: two soft tones, made as they are played.

let context: AudioContext | null = null;

const WAKES = 300; // ms a page's sound may take to wake; a browser that lets it sleep longer will not play it at all

function tone(at: AudioContext, frequency: number, starts: number, loud: number): void {
  const source = at.createOscillator();
  const gain = at.createGain();
  source.type = "sine";
  source.frequency.value = frequency;
  gain.gain.setValueAtTime(0, starts);
  gain.gain.linearRampToValueAtTime(loud, starts + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, starts + 0.4);
  source.connect(gain).connect(at.destination);
  source.start(starts);
  source.stop(starts + 0.42);
}

/** `volume` from 0 to 1. False: the browser plays nothing here before somebody has touched the page. */
export async function play(volume: number): Promise<boolean> {
  try {
    context ??= new AudioContext();
    if (context.state !== "running") {
      await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, WAKES))]);
    }
    if (context.state !== "running") return false;
    // Ears hear by the square.
    const loud = 0.35 * volume ** 2;
    if (loud > 0) {
      tone(context, 659.3, context.currentTime, loud);
      tone(context, 987.8, context.currentTime + 0.11, loud * 0.8);
    }
    return true;
  } catch {
    return false;
  }
}
