// <live-link data-address>: the page's one socket to the server. What it hears it passes on as events on the document:
// "live:changed" (detail: the parts that look different now) and "live:peers" (who else has this ticket open).
// While there is no socket the parts are asked for every 15 seconds, and a bar says since when the page is not live.

const SILENCE = 8000; // milliseconds without a beat: the server gives one every five seconds
const POLL = 15000;
const SAFETY = 60000; // a lost push costs at most this
const AT_ONCE = 1000; // a socket that opens so soon after the page was made has hardly missed anything
const AGAIN = 2000; // what could not be asked for although there is a socket
const HIDDEN = 300000; // a page nobody has looked at for so long lets go of its socket
const WAITS = [500, 1000, 2000, 4000, 8000, 15000];
const EVERYTHING = ["queue", "ticket", "board", "notices"];

/** How long ago the server began to answer with this page. */
function age() {
  const [loaded] = performance.getEntriesByType("navigation");
  return performance.now() - (loaded instanceof PerformanceNavigationTiming ? loaded.responseStart : 0);
}

/**
 * @param {string} name
 * @param {object} detail
 */
function announce(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

class LiveLink extends HTMLElement {
  /** @type {WebSocket | undefined} */
  #socket;
  #tries = 0;
  #heard = Date.now();
  #looked = Date.now();
  #opens = 0;
  #state = "viewing";
  #left = 0; // since when nobody looks
  /** @type {number | undefined} */
  #quiet;
  /** @type {AbortController | undefined} */
  #ears;

  connectedCallback() {
    this.#ears = new AbortController();
    const on = { signal: this.#ears.signal };
    document.addEventListener("htmx:afterSwap", (event) => this.#swapped(/** @type {CustomEvent} */ (event)), on);
    document.addEventListener("input", (event) => this.#typed(event.target), on);
    document.addEventListener("visibilitychange", () => this.#seen(), on);
    addEventListener("online", () => this.#open(), on);
    addEventListener("offline", () => this.#socket?.close(), on);
    document.addEventListener("htmx:sendError", () => this.#missed(), on);
    document.addEventListener("live:missed", () => this.#missed(), on);
    const timer = setInterval(() => this.#tick(), 1000);
    this.#ears.signal.addEventListener("abort", () => clearInterval(timer));
    this.#open();
  }

  disconnectedCallback() {
    this.#ears?.abort();
    this.#socket?.close();
  }

  #open() {
    if (this.#socket || document.visibilityState === "hidden") return;
    const address = new URL(this.dataset.address ?? "", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", (event) => this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.#closed(event));
  }

  #opened() {
    this.#tries = 0;
    this.#heard = Date.now();
    this.#watch();
    if (this.#state !== "viewing") this.#say({ state: this.#state });
    if (this.#opens++ || age() > AT_ONCE) this.#look(); // what was missed meanwhile
  }

  #missed() {
    const moment = Date.now();
    if (moment - this.#heard < SILENCE) this.#looked = moment - SAFETY + AGAIN;
  }

  /** @param {CloseEvent} event */
  #closed(event) {
    this.#socket = undefined;
    if (event.code === 4401) return location.reload(); // logged out: the server leads to the log-in
    const wait = WAITS[Math.min(this.#tries++, WAITS.length - 1)] ?? POLL;
    setTimeout(() => this.isConnected && this.#open(), wait * (0.7 + Math.random() * 0.6));
  }

  /** @param {any} said */
  #hear(said) {
    this.#heard = Date.now();
    if (said.type === "changed") this.#tell(said.parts);
    if (said.type === "peers") announce("live:peers", said);
  }

  /** @param {string[]} parts */
  #tell(parts) {
    announce("live:changed", { parts });
    if (parts.includes("notices")) window.htmx.trigger("#bell-count", "live:notices");
  }

  #look() {
    this.#looked = Date.now();
    this.#tell(EVERYTHING);
  }

  /** @param {object} what */
  #say(what) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(what));
  }

  #watch() {
    const reference = document.querySelector("#work .work")?.getAttribute("data-reference") ?? "";
    this.#say({ watch: reference });
  }

  /** @param {CustomEvent} event */
  #swapped(event) {
    if (event.detail.target?.id !== "work") return;
    this.#is("viewing");
    this.#watch();
  }

  /** @param {EventTarget | null} where */
  #typed(where) {
    if (!(where instanceof Element) || !where.closest("#composer")) return;
    this.#is("writing");
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#is("viewing"), 8000);
  }

  /** @param {string} state */
  #is(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#say({ state });
  }

  #seen() {
    const hidden = document.visibilityState === "hidden";
    this.#left = hidden ? Date.now() : 0;
    this.#is(hidden ? "idle" : "viewing");
    if (!hidden) this.#open();
  }

  #tick() {
    const moment = Date.now();
    if (this.#left && moment - this.#left > HIDDEN) this.#socket?.close();
    const live = moment - this.#heard < SILENCE;
    if (!live && this.#socket?.readyState === WebSocket.OPEN) this.#socket.close();
    this.#show(live);
    const due = moment - this.#looked > (live ? SAFETY : POLL);
    if (due && document.visibilityState === "visible") this.#look();
  }

  /** @param {boolean} live */
  #show(live) {
    const bar = this.querySelector("[data-bar]");
    if (!(bar instanceof HTMLElement) || bar.hidden === live) return;
    bar.hidden = live;
    const since = bar.querySelector("[data-since]");
    if (!since || live) return;
    const language = document.documentElement.lang;
    since.textContent = new Date(this.#heard).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
  }
}

customElements.define("live-link", LiveLink);
