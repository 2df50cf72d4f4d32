// Several tabs hear of the same thing; one of them rings. No tab is the leader for good: for each event the tabs that are
// awake say how well they are placed, and the best of them rings. A tab that sleeps or closes is missed by nobody.

/** What tabs say to each other of one event. */
export type Bid =
  | { kind: "bid"; event: string; tab: string; rank: number }
  /** Nobody needs to ring: it was seen, or somebody has rung. */
  | { kind: "done"; event: string };

export interface Ways {
  send(bid: Bid): void;
  later(run: () => void, ms: number): void;
  now(): number;
}

const WINDOW = 250; // ms in which the others' bids are waited for
const REMEMBERED = 120_000; // ms after which an event is forgotten

interface Vote {
  since: number;
  best: { rank: number; tab: string } | null;
  done: boolean;
}

export class Election {
  private readonly votes = new Map<string, Vote>();

  constructor(
    private readonly tab: string,
    private readonly ways: Ways,
  ) {}

  /** This tab would ring; a higher `rank` is better placed. `win` is called in one tab at the most. */
  stand(event: string, rank: number, win: () => void): void {
    const vote = this.vote(event);
    if (vote.done) return;
    this.count(vote, rank, this.tab);
    this.ways.send({ kind: "bid", event, tab: this.tab, rank });
    this.ways.later(() => {
      if (vote.done || vote.best?.tab !== this.tab) return;
      this.done(event);
      win();
    }, WINDOW);
  }

  /** Nobody rings for it: it stands before somebody's eyes. */
  done(event: string): void {
    this.vote(event).done = true;
    this.ways.send({ kind: "done", event });
  }

  hear(bid: Bid): void {
    const vote = this.vote(bid.event);
    if (bid.kind === "done") vote.done = true;
    else this.count(vote, bid.rank, bid.tab);
  }

  private count(vote: Vote, rank: number, tab: string): void {
    const { best } = vote;
    if (!best || rank > best.rank || (rank === best.rank && tab > best.tab)) vote.best = { rank, tab };
  }

  private vote(event: string): Vote {
    const now = this.ways.now();
    for (const [key, vote] of this.votes) {
      if (vote.since + REMEMBERED > now) break;
      this.votes.delete(key);
    }
    let vote = this.votes.get(event);
    if (!vote) this.votes.set(event, (vote = { since: now, best: null, done: false }));
    return vote;
  }
}
