import { useEffect, useState } from "preact/hooks";
import { known, listen, type Now, type Place } from "./door";

/** What there is to see, and whether the demo has stopped saying it. */
export function useLive({ user, channel, thread }: Place): [Now, boolean] {
  const [now, setNow] = useState(known.state);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const told = (news: Now) => {
      // Another life: the demo was begun anew, and nothing on this page is of it.
      if (news.life !== known.state.life) location.reload();
      known.state = news;
      setFailed(false);
      setNow(news);
    };
    return listen({ user, channel, thread }, told, () => setFailed(true));
  }, [user, channel, thread]);
  return [now, failed];
}
