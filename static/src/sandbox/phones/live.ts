import { useEffect, useState } from "preact/hooks";
import { type Hand, known, listen, type Now } from "./door";

function useVisible(): boolean {
  const [visible, setVisible] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return visible;
}

/** What there is to see, and whether the demo has stopped saying it. In a tab that nobody looks at no chat is open, so
 *  that nothing is read there. */
export function useLive({ phone, line }: Hand): [Now, boolean] {
  const [now, setNow] = useState(known.state);
  const [failed, setFailed] = useState(false);
  const open = useVisible() ? line : "";
  useEffect(() => {
    const told = (news: Now) => {
      // Another life: the demo was begun anew, and nothing on this page is of it.
      if (news.life !== known.state.life) location.reload();
      setFailed(false);
      setNow(news);
    };
    return listen({ phone, line: open }, told, () => setFailed(true));
  }, [phone, open]);
  return [now, failed];
}
