// One customer's chat in this browser: who she is, her story, her line of unsent messages, the socket. The views read
// `chat.view` and call the verbs; nothing here touches the DOM.

import { backoff, pause } from "../shared/backoff";
import { largest } from "../shared/files";
import type { AttachmentView, CustomerMessage, SessionAnswer, SpeakerView, TeamState, ToVisitor, VisitorLimits } from "../wire";
import { Door, Problem } from "./door";
import { Keeper } from "./kept";
import type { KeptFile, KeptMessage } from "./kept";
import { Line } from "./line";
import type { Claims, ToPage } from "./messages";
import { Outgoing } from "./outgoing";
import { NOTHING, afterEvents, firstUnread, fromSnapshot, newestFromUs, withMissing } from "./story";
import type { Story } from "./story";
import { alone, among } from "./tabs";

const RENEW_LEAST = 5_000; // ms between two tries to get a new token
const DEAF = 6_000; // ms after which our own stored message must have come down the socket, or the socket is dead

const PREVIEW_EVERY = 1_000; // ms between two tellings of unsent words, where the account shows them to agents
const CLAIMS_SETTLE = 300; // ms: a page that says several things says them together
const ALOUD = 8_000; // ms a message stands in the live region: long enough to be taken up, too short to be met again

/** What the account says in each language; empty where the house's own words do. */
type Worded = Record<string, string>;

export interface Settings {
  title: Worded;
  greeting: Worded;
  placeholder: Worded;
  away: Worded;
  ask_email: boolean;
  /** The brand's colour and what goes with it, by the names of the style sheet. */
  colours: Readonly<Record<string, string>>;
  /** Names the content of the account's picture. */
  picture: string | null;
  preview: boolean;
  /** May she go on elsewhere? */
  continues: boolean;
}

/** `elsewhere`: another tab of this browser now stands for another person. `expired`: the site's word for its user is
 *  over. `shut`: this account cannot be written to, `trouble` says why. `asks`: a link was followed; it is spent when she says
 *  so (`person`), not when somebody's preview runs this page. */
export type Phase = "waiting" | "asks" | "starting" | "ready" | "elsewhere" | "expired" | "shut";

export interface View {
  phase: Phase;
  /** Another number means another person: nothing on the screen outlives it. */
  person: number;
  trouble: string;
  settings: Settings | null;
  limits: VisitorLimits | null;
  /** Whether the team answers just now; null: nobody has said when it does. */
  team: TeamState | null;
  story: Story;
  line: readonly KeptMessage[];
  progress: ReadonlyMap<string, number>;
  /** Connected and up to date. */
  up: boolean;
  typing: readonly SpeakerView[];
  unread: number;
  /** The first message that was new when she came to read; 0: none. */
  newFrom: number;
  /** What a screen reader is told, each once. */
  aloud: readonly CustomerMessage[];
  /** Is any agent online? */
  here: boolean;
  /** Her email address, signed or left here. */
  address: string | null;
  shown: boolean;
  modal: boolean;
  /** Older messages are on their way. */
  loading: boolean;
  /** The picture that is looked at. */
  looking: AttachmentView | null;
}

/** What is seen before anybody is known. */
const NOBODY = {
  phase: "waiting" as Phase, story: NOTHING, typing: [], unread: 0, newFrom: 0, aloud: [], address: null, loading: false, looking: null,
};

interface TabNews {
  /** The person of this browser is another one now. */
  left?: boolean;
  /** This subject's messages were read in another tab. */
  read?: string;
}

export class Chat {
  view: View = {
    ...NOBODY, person: 0, trouble: "", settings: null, limits: null, team: null, here: true, line: [], progress: new Map(),
    up: false, shown: false, modal: false,
  };
  /** Pictures of our own that are still here, by attachment id: no flicker when the stored message comes. */
  readonly previews = new Map<string, string>();
  private vouch: string | null = null;
  private claims: Claims = {};
  /** The link that was followed, until the server has said who she is. */
  private go: { go?: string; once?: string } = {};
  private token: string | null = null;
  private subject: string | null = null;
  private turn = 0;
  private renewedAt = 0;
  private readonly sizes = new WeakMap<File, { width: number; height: number }>();
  private atEnd = true;
  /** What stands in the story is of another life of the server: nothing is said of its positions. */
  private outlived = false;
  private told = { delivered: 0, read: 0 };
  private typedAt = 0;
  private tellsTyping: ReturnType<typeof setTimeout> | undefined;
  private tellsClaims: ReturnType<typeof setTimeout> | undefined;
  private typingEnds: ReturnType<typeof setTimeout> | undefined;
  private readonly unheard = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly keeper: Keeper;
  private readonly door: Door;
  private readonly line: Line;
  private readonly outgoing: Outgoing;
  private readonly tellTabs: (news: TabNews) => void;
  private readonly listeners = new Set<() => void>();

  constructor(
    account: string,
    private readonly language: string,
    private readonly page: (message: ToPage) => void,
  ) {
    this.keeper = new Keeper(account);
    this.door = new Door(account);
    this.outgoing = new Outgoing(this.keeper, this.door, {
      changed: () => this.show({ line: this.outgoing.line, progress: this.outgoing.progress }),
      said: (message) => this.said(message),
      uploaded: (file, attachment) => this.previews.set(attachment.id, URL.createObjectURL(file.body)),
      renew: () => this.renew(),
    });
    this.line = new Line(account, {
      heard: (frame) => this.heard(frame),
      line: (up) => this.lineIs(up),
      signedOut: () => void this.renew(),
      outdated: () => location.reload(),
      ask: (token, cursor, stop) => this.door.events(token, cursor, stop),
      tell: (token, frame) => this.door.tell(token, frame),
    });
    this.tellTabs = among(`parley-${account}-person`, (news) => this.otherTab(news));
    document.addEventListener("visibilitychange", () => this.tellSeen());
    addEventListener("online", () => this.outgoing.wake());
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // --- who is in front of this browser ---

  /** The first word of the page: whom it names, and whether the window is seen. */
  async start(vouch: string | null, claims: Claims, shown: boolean, modal: boolean, go: string | null = null): Promise<void> {
    this.claims = claims;
    this.show({ shown, modal });
    if (!go) return this.person(vouch);
    this.go = { go, once: this.keeper.once() };
    this.show({ phase: "asks" });
  }

  /** The page names its user: a token it signed, or nobody. Whoever else was here before leaves nothing behind. */
  async person(vouch: string | null): Promise<void> {
    this.vouch = vouch;
    await this.begin();
  }

  claim(claims: Claims): void {
    this.claims = { ...this.claims, ...claims };
    clearTimeout(this.tellsClaims);
    this.tellsClaims = setTimeout(() => this.token && void this.enter(++this.turn), CLAIMS_SETTLE);
  }

  /** An address for an answer while nobody is here; unproven, so nothing is found by it. True once it is stored. */
  async leaveAddress(email: string): Promise<boolean> {
    this.claims = { ...this.claims, email };
    await this.enter(++this.turn);
    return this.view.address === email;
  }

  look(shown: boolean, modal: boolean): void {
    // What was new is not new any more when she comes back.
    if (!shown && !this.view.unread) this.show({ newFrom: 0 });
    this.show({ shown, modal });
    if (shown && this.token) this.line.follow(this.token, true);
    else if (shown) void this.begin();
    this.tellSeen();
  }

  private async begin(): Promise<void> {
    const turn = ++this.turn;
    const who = userOf(this.vouch);
    let self = this.keeper.self();
    if (self && self.who !== who) {
      await this.leave(who);
      self = undefined;
    }
    if (turn !== this.turn) return;
    // Whom a link means only the server knows; until then she is nobody who was here.
    const subject = (!this.go.go && self?.subject) || newcomer(who);
    if (this.subject !== null && this.subject !== subject) this.drop();
    await this.keeper.keepOnly(newcomer(who));
    if (!self && !this.view.shown) return this.tellPage();
    if (!this.token) {
      this.show({ phase: "starting" });
      // The page names the same person as before: her unsent messages may be seen at once.
      await this.outgoing.serve(subject, null);
    }
    await this.enter(turn);
  }

  /** Asks until there is an answer, one tab at a time, so that two new tabs become one visitor. */
  private async enter(turn: number): Promise<void> {
    for (let failures = 0; turn === this.turn; failures++) {
      try {
        return await alone(`parley-${this.door.account}-person`, () => this.ask(turn));
      } catch (error) {
        if (turn !== this.turn) return;
        const problem = Problem.of(error);
        if (!problem.passing) return this.stop(problem);
        await pause(Math.max(problem.wait, backoff(failures)));
      }
    }
  }

  private async ask(turn: number): Promise<void> {
    const { vouch, claims } = this;
    const token = vouch || this.go.go ? null : (this.keeper.self()?.token ?? null);
    if (!navigator.onLine) throw new Problem();
    const answer = await this.door.session({ token, vouch, claims, locale: this.language, ...this.go });
    this.go = {};
    if ("over" in answer) {
      // It may have let this very browser in: she goes on as who she is here.
      if (this.keeper.self()) return this.ask(turn);
      const settings = answer.settings as unknown as Settings;
      return this.show({ phase: "shut", trouble: "line.over", settings, story: { ...NOTHING, before: null } });
    }
    await this.become(answer, userOf(vouch), turn);
  }

  /** Another word of the page may come at each wait: then this answer is nobody's any more. */
  private async become(answer: SessionAnswer, who: string | null, turn: number): Promise<void> {
    const { token, subject } = answer;
    const over = () => turn !== this.turn;
    if (!over() && (this.keeper.self()?.subject ?? subject) !== subject) await this.leave(who);
    if (over()) return;
    this.keeper.keepSelf({ token, subject, who });
    await this.adopt(newcomer(who), subject);
    if (over()) return;
    const same = this.subject === subject;
    if (this.subject !== null && !same) this.drop();
    Object.assign(this, { token, subject });
    const settings = answer.settings as unknown as Settings;
    const { unread, story } = this.view;
    this.show({
      phase: "ready", settings, limits: answer.limits, team: answer.team, unread: same ? unread : answer.unread, story: { ...story, open: answer.open },
      address: answer.address,
    });
    if (answer.open || this.view.shown) this.line.follow(token, same);
    await this.outgoing.serve(subject, token);
    this.tellPage();
  }

  /** What was written before the first answer came, here or in another tab, belongs to this newcomer. */
  private async adopt(from: string, subject: string): Promise<void> {
    await this.outgoing.adopt(from, subject);
    const draft = this.keeper.draft(from);
    if (draft) this.keepDraft(draft, subject);
  }

  /** Everything of the former person goes from this browser, in every tab; what the one who is here wrote stays. */
  private async leave(who: string | null): Promise<void> {
    this.drop();
    await this.keeper.forget(newcomer(who));
    this.tellTabs({ left: true });
  }

  private drop(): void {
    this.token = this.subject = null;
    this.told = { delivered: 0, read: 0 };
    for (const url of this.previews.values()) URL.revokeObjectURL(url);
    this.previews.clear();
    this.heardOf(this.unheard.keys());
    this.line.rest();
    this.outgoing.rest();
    this.show({ ...NOBODY, person: this.view.person + 1 });
  }

  private otherTab(news: TabNews): void {
    if (this.subject === null) return;
    if (news.read === this.subject) return this.show({ unread: 0 });
    if (!news.left) return;
    this.turn++;
    this.drop();
    this.show({ phase: "elsewhere" });
  }

  /** A new token for the same person; false when there is none to be had now. */
  private async renew(): Promise<boolean> {
    const { subject } = this;
    if (Date.now() - this.renewedAt < RENEW_LEAST) return false;
    this.renewedAt = Date.now();
    await this.enter(++this.turn);
    return this.view.phase === "ready" && this.subject === subject;
  }

  private stop(problem: Problem): void {
    // Who has been let in was signed out by time; who never was hears the reason itself.
    const expired = problem.status === 401 && this.subject !== null;
    this.token = null;
    this.line.rest();
    if (this.subject) void this.outgoing.serve(this.subject, null);
    this.show({ phase: expired ? "expired" : "shut", trouble: problem.text });
    if (expired) this.page({ parley: 1, kind: "vouch" });
  }

  // --- what she writes ---

  /** Why a file cannot be sent, or null. */
  refusal(file: File): string | null {
    const { limits } = this.view;
    if (!limits) return null;
    if (!file.size) return "file.empty";
    const rules = Object.fromEntries(limits.accepts.map((type) => [type, limits.upload_bytes]));
    const most = largest(rules, file.type || "application/octet-stream");
    return !most ? "file.kind" : file.size > most ? "file.large" : null;
  }

  send(text: string, files: readonly File[]): void {
    this.atEnd = true;
    this.tellTyping("");
    this.keepDraft("");
    this.show({ newFrom: 0 });
    void this.outgoing.add(text.trim(), files.map((file) => this.kept(file))).then(() => this.tellPage());
  }

  /** Looks at a picture while it is being chosen, so that its room is known when it is sent. */
  async measure(file: File): Promise<void> {
    const picture = file.type.startsWith("image/") ? await createImageBitmap(file).catch(() => null) : null;
    if (!picture) return;
    this.sizes.set(file, { width: picture.width, height: picture.height });
    picture.close();
  }

  private kept(file: File): KeptFile {
    const { width = null, height = null } = this.sizes.get(file) ?? {};
    return { name: file.name, mime: file.type, body: file, width, height, upload: null };
  }

  again(id: string): void {
    void this.outgoing.again(id);
  }

  async remove(id: string): Promise<void> {
    await this.outgoing.remove(id);
    this.tellPage();
  }

  typing(text: string): void {
    this.keepDraft(text);
    this.tellTyping(text);
  }

  /** Repeated while she types. Where agents see the words, the last ones reach them too. */
  private tellTyping(text: string): void {
    const { limits, settings } = this.view;
    clearTimeout(this.tellsTyping);
    const rest = this.typedAt + (settings?.preview ? PREVIEW_EVERY : (limits?.typing_repeat ?? Infinity)) - Date.now();
    if (!text) {
      if (this.typedAt) this.line.send({ kind: "typing", active: false });
      this.typedAt = 0;
    } else if (rest <= 0) {
      const told = this.line.send({ kind: "typing", active: true, preview: settings?.preview ? text.slice(0, 2000) : null });
      this.typedAt = told ? Date.now() : 0;
    } else if (settings?.preview) {
      this.tellsTyping = setTimeout(() => this.tellTyping(text), rest);
    }
  }

  draft(): string {
    return this.keeper.draft(this.key());
  }

  private keepDraft(text: string, subject = this.key()): void {
    this.keeper.keepDraft(subject, text);
  }

  /** Whose drafts and lines are kept, before the server has answered too. */
  private key(): string {
    return this.subject ?? this.keeper.self()?.subject ?? newcomer(userOf(this.vouch));
  }

  /** Stored. Its event comes down the socket too; a socket that does not bring it is dead without knowing. */
  private said(message: CustomerMessage): void {
    if (this.token) this.line.follow(this.token, true);
    this.line.cameThrough();
    if (!this.view.story.messages.some((it) => it.id === message.id)) {
      this.unheard.set(message.id, setTimeout(() => this.deaf(), DEAF));
    }
    this.show({ story: { ...withMissing(this.view.story, [message]), open: true } });
    this.tellPage();
  }

  private deaf(): void {
    this.heardOf(this.unheard.keys());
    this.line.reconnect();
  }

  // --- what she hears ---

  private heard(frame: ToVisitor): void {
    switch (frame.kind) {
      case "hello":
        return this.show({ team: frame.team, here: frame.here });
      case "here":
        return this.show({ here: frame.here });
      case "snapshot": {
        this.outlived = false;
        const story = fromSnapshot(frame);
        this.show({ story, up: true, newFrom: this.view.newFrom || firstUnread(story, this.view.unread) });
        return this.settle(frame.messages);
      }
      case "events":
        return this.news(frame.events.flatMap((event) => event.message ?? []), () => afterEvents(this.view.story, frame.events));
      case "typing":
        return this.someoneTypes(frame.who);
      case "reset":
        this.outlived = true;
        return this.show({ up: false });
      case "team":
        return this.show({ team: frame.team });
      case "problem":
        return;
      default:
        return frame satisfies never;
    }
  }

  private news(messages: readonly CustomerMessage[], grow: () => Story): void {
    const known = new Set(this.view.story.messages.map((it) => it.id));
    const fresh = messages.filter((it) => it.author.kind !== "me" && !known.has(it.id));
    const names = new Set(fresh.map((it) => it.author.name));
    const firstNew = this.reading() ? 0 : (fresh[0]?.position ?? 0);
    this.show({
      newFrom: this.view.newFrom || firstNew,
      aloud: [...this.view.aloud, ...fresh],
      story: grow(),
      up: true,
      unread: this.view.unread + fresh.length,
      typing: this.view.typing.filter((who) => !names.has(who.name)),
    });
    this.settle(messages);
    if (fresh.length) setTimeout(() => this.show({ aloud: this.view.aloud.filter((it) => !fresh.includes(it)) }), ALOUD);
  }

  /** After any news: her own are no longer missed, watermarks and the page are told. */
  private settle(messages: readonly CustomerMessage[]): void {
    this.heardOf(messages.map(({ id }) => id));
    this.tellSeen();
    this.tellPage();
  }

  private heardOf(ids: Iterable<string>): void {
    for (const id of ids) {
      clearTimeout(this.unheard.get(id));
      this.unheard.delete(id);
    }
  }

  private someoneTypes(who: readonly SpeakerView[]): void {
    clearTimeout(this.typingEnds);
    this.show({ typing: who });
    this.typingEnds = setTimeout(() => this.show({ typing: [] }), this.view.limits?.typing_expires);
  }

  private lineIs(up: boolean): void {
    this.told = { delivered: 0, read: 0 };
    this.show(up ? { up } : { up, typing: [] });
    if (!up) return;
    this.outgoing.wake();
    this.tellSeen();
  }

  async older(): Promise<void> {
    const { story, loading } = this.view;
    const { subject, token } = this;
    if (loading || !story.before || !token) return;
    this.show({ loading: true });
    const page = await this.door.history(token, story.before).catch(() => null);
    if (subject !== this.subject) return;
    this.show({ loading: false, ...(page && { story: withMissing(this.view.story, page.messages, page.before) }) });
  }

  /** For what is loaded later: asks the server as her. */
  call<Answer>(path: string): Promise<Answer> {
    return this.door.call(path, this.token, {});
  }

  /** A picture over the whole screen; null: back to the story. */
  lookAt(looking: AttachmentView | null): void {
    if (!this.view.looking !== !looking) this.page({ parley: 1, kind: "wide", wide: looking !== null });
    this.show({ looking });
  }

  /** She does not want to wait for the next try. */
  retry(): void {
    this.line.reconnect();
    this.outgoing.wake();
  }

  /** Where the account's picture is. */
  get picture(): string | null {
    const digest = this.view.settings?.picture;
    return digest ? `/chat/${this.door.account}/picture?${digest}` : null;
  }

  // --- what we tell of her ---

  /** The end of the log is in sight, or not any more. */
  end(inSight: boolean): void {
    this.atEnd = inSight;
    this.tellSeen();
  }

  private reading(): boolean {
    const { shown, story } = this.view;
    // A window that was opened before the story came shows nothing yet.
    return shown && this.atEnd && story.before !== undefined && document.visibilityState === "visible";
  }

  private tellSeen(): void {
    const { story, up } = this.view;
    const newest = newestFromUs(story);
    const reading = this.reading();
    if (reading && this.view.unread) {
      this.show({ unread: 0 });
      this.tellTabs({ read: this.subject ?? "" });
      this.tellPage();
    }
    if (!up || this.outlived) return;
    const read = reading ? newest : this.told.read;
    if (newest <= this.told.delivered && read <= this.told.read) return;
    this.told = { delivered: newest, read };
    this.line.send({ kind: "seen", delivered: newest, read });
  }

  /** What the page's button shows, and whether the next page should connect by itself. */
  private tellPage(): void {
    const live = this.view.story.open || this.view.line.length > 0;
    this.page({ parley: 1, kind: "state", unread: this.view.unread, live, named: this.keeper.self()?.who != null });
  }

  private show(changes: Partial<View>): void {
    this.view = { ...this.view, ...changes };
    for (const listener of this.listeners) listener();
  }
}

/** Whom a page's token names, read without belief: only to see at once that it is another person than before. */
function userOf(vouch: string | null): string | null {
  if (!vouch) return null;
  try {
    const payload = vouch.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    return String((JSON.parse(atob(payload)) as { sub: unknown }).sub);
  } catch {
    return vouch;
  }
}

/** Stands for a person the server has not answered about yet. */
function newcomer(who: string | null): string {
  return `new ${who ?? ""}`;
}
