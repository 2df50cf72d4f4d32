import { useEffect, useState } from "preact/hooks";

const MINUTE = 60_000; // ms
const OFTEN = 5_000; // ms

/** The time, as a clock without seconds has it. */
export function useClock(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow((was) => (isNext(was) ? Date.now() : was)), OFTEN);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function isNext(was: number): boolean {
  return Math.floor(was / MINUTE) !== Math.floor(Date.now() / MINUTE);
}
