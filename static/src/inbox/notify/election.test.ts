import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bid, Election } from "./election";

/** Tabs of one browser on a channel that a test can delay; time is the test's. */
class Browser {
  now = 0;
  rung: string[] = [];
  readonly tabs = new Map<string, Election>();
  private due: { at: number; run: () => void }[] = [];

  tab(name: string, { hears = 1, wakes = 0 } = {}): Election {
    const made = new Election(name, {
      send: (bid: Bid) => {
        for (const [other, election] of this.tabs) {
          if (other !== name) this.after(hears, () => this.tabs.get(other) === election && election.hear(bid));
        }
      },
      later: (run, ms) => this.after(Math.max(ms, wakes), () => this.tabs.get(name) === made && run()),
      now: () => this.now,
    });
    this.tabs.set(name, made);
    return made;
  }

  private after(ms: number, run: () => void): void {
    this.due.push({ at: this.now + ms, run });
  }

  stand(name: string, event: string, rank: number): void {
    this.tabs.get(name)?.stand(event, rank, () => this.rung.push(`${event} ${name}`));
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      this.due.sort((a, b) => a.at - b.at);
      const next = this.due[0];
      if (!next || next.at > until) break;
      this.due.shift();
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }
}

test("of several tabs the best placed one rings, once", () => {
  const browser = new Browser();
  for (const name of ["a", "b", "c"]) browser.tab(name);
  browser.stand("a", "x", 1);
  browser.stand("b", "x", 3);
  browser.stand("c", "x", 1);
  browser.pass(2000);
  assert.deepEqual(browser.rung, ["x b"]);
});

test("alike placed ones agree on one of them", () => {
  const browser = new Browser();
  for (const name of ["a", "b", "c"]) browser.tab(name);
  for (const name of ["b", "a", "c"]) browser.stand(name, "x", 1);
  browser.pass(2000);
  assert.equal(browser.rung.length, 1);
});

test("nobody rings for what stands before somebody's eyes", () => {
  const browser = new Browser();
  const looking = browser.tab("a");
  browser.tab("b");
  browser.stand("b", "x", 1);
  looking.done("x");
  browser.pass(2000);
  assert.deepEqual(browser.rung, []);
});

test("a tab that hears of it late does not ring a second time", () => {
  const browser = new Browser();
  browser.tab("a");
  browser.tab("b");
  browser.stand("a", "x", 1);
  browser.pass(1000);
  browser.stand("b", "x", 3);
  browser.pass(1000);
  assert.deepEqual(browser.rung, ["x a"]);
});

test("a best placed tab that closes or sleeps costs at the most this one ring, never another", () => {
  const browser = new Browser();
  browser.tab("a");
  browser.tab("b", { wakes: 1000 });
  browser.stand("a", "x", 1);
  browser.stand("b", "x", 3);
  browser.pass(3000);
  assert.deepEqual(browser.rung, ["x b"]);
  browser.tabs.delete("b");
  browser.stand("a", "y", 1);
  browser.pass(1000);
  assert.deepEqual(browser.rung, ["x b", "y a"]);
});

test("each event is by itself, and a customer who writes again is another one", () => {
  const browser = new Browser();
  browser.tab("a");
  browser.stand("a", "x 1", 1);
  browser.stand("a", "x 2", 1);
  browser.pass(1000);
  assert.deepEqual(browser.rung, ["x 1 a", "x 2 a"]);
});
