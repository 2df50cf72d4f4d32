import { useEffect, useState } from "preact/hooks";
import { known, listen, type Now } from "./door";

/** What lies in the mailbox, and whether the demo has stopped saying it. */
export function useLive(box: string): [Now, boolean] {
  const [now, setNow] = useState(known.state);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const told = (news: Now) => {
      // Another life: the demo was begun anew, and nothing on this page is of it.
      if (news.life !== known.state.life) location.reload();
      setFailed(false);
      setNow(news);
    };
    return listen(box, told, () => setFailed(true));
  }, [box]);
  return [now, failed];
}
