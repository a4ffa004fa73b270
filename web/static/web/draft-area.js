// <draft-area data-address data-mode data-key data-saved-at data-failed>: keeps the text of the textarea inside.
// Half a second after the last key it goes to the server; when the page hides it goes at once. Until the server has
// confirmed, a copy lies in this browser, so that no closed tab and no dead network loses a word.

const PAUSE = 500;

class DraftArea extends HTMLElement {
  /** @type {number | undefined} */
  #timer;
  /** @type {Promise<void>} */
  #saving = Promise.resolve();
  #sent = false;
  #hide = () => this.#flush();

  connectedCallback() {
    const text = this.text;
    if (!text) return;
    this.#restore(text);
    text.addEventListener("input", () => this.#changed());
    text.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("pagehide", this.#hide);
    document.addEventListener("visibilitychange", this.#hide);
    const form = this.closest("form");
    for (const input of form?.querySelectorAll("[data-draft]") ?? []) input.addEventListener("input", () => this.#changed());
    form?.addEventListener("submit", () => this.#stop());
    form?.addEventListener("htmx:confirm", (event) => this.#afterSaving(/** @type {CustomEvent} */ (event)));
    form?.addEventListener("htmx:beforeOnLoad", (event) => this.#answered(/** @type {CustomEvent} */ (event)));
    form?.addEventListener("htmx:afterRequest", (event) => this.#settled(/** @type {CustomEvent} */ (event)));
  }

  disconnectedCallback() {
    this.#flush();
    removeEventListener("pagehide", this.#hide);
    document.removeEventListener("visibilitychange", this.#hide);
  }

  get text() {
    return this.querySelector("textarea");
  }

  get key() {
    return `tanggap-draft-${this.dataset.key}`;
  }

  /** What this browser holds and the server may not. @returns {{text: string, at: number} | null} */
  get #kept() {
    return JSON.parse(localStorage.getItem(this.key) ?? "null");
  }

  /** @param {string} words */
  #say(words) {
    const state = this.querySelector("[data-state]");
    if (state && state.textContent?.trim() !== words) state.textContent = words;
  }

  /** @param {HTMLTextAreaElement} text */
  #restore(text) {
    const kept = this.#kept;
    if (!kept) return;
    const newer = kept.at > Date.parse(this.dataset.savedAt || "1970-01-01");
    if (!newer || kept.text === text.value) return localStorage.removeItem(this.key);
    text.value = kept.text;
    this.#save();
  }

  #changed() {
    this.#sent = false;
    const text = this.text;
    if (text) localStorage.setItem(this.key, JSON.stringify({ text: text.value, at: Date.now() }));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), PAUSE);
  }

  #save() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#post());
  }

  async #post() {
    const text = this.text;
    if (!text || this.#sent) return;
    const value = text.value;
    try {
      const answer = await fetch(this.dataset.address ?? "", this.#request(value));
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const saved = await answer.json();
      if (this.#kept?.text === value) localStorage.removeItem(this.key);
      this.#say(value.trim() ? saved.words : "");
    } catch {
      this.#say(this.dataset.failed ?? "");
    }
  }

  /** @param {string} value */
  #request(value) {
    const body = new FormData();
    const token = this.closest("form")?.querySelector("[name=csrfmiddlewaretoken]");
    body.set("csrfmiddlewaretoken", token instanceof HTMLInputElement ? token.value : "");
    body.set("mode", this.dataset.mode ?? "");
    body.set("text", value);
    for (const input of this.closest("form")?.querySelectorAll("[data-draft]") ?? []) {
      if (input instanceof HTMLInputElement) body.set(input.name, input.value);
    }
    return { method: "POST", body, keepalive: value.length < 30000 }; // a browser keeps at most 64 KB alive
  }

  #flush() {
    if (this.#timer === undefined || this.#sent) return;
    if (document.visibilityState === "hidden" || !this.isConnected) this.#save();
  }

  /** The text is being sent: a draft saved now would outlive it. */
  #stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sent = true;
  }

  /** A draft on its way must arrive before the text itself, else it would come back from the dead.
   * @param {CustomEvent} event */
  #afterSaving(event) {
    event.preventDefault();
    this.#stop();
    this.#saving.then(() => event.detail.issueRequest(true));
  }

  /**
   * The text was taken: the copy must be gone before the answer is shown, whose own area would bring it back.
   * @param {CustomEvent} event */
  #answered(event) {
    if (event.detail.xhr.status >= 300) return;
    localStorage.removeItem(this.key);
    this.text?.blur(); // what was being done is done: single keys act again
  }

  /** @param {CustomEvent} event */
  #settled(event) {
    if (!event.detail.successful) this.#sent = false;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.closest("form")?.requestSubmit();
    } else if (event.key === "Escape") {
      this.text?.blur();
      event.stopPropagation();
    }
  }
}

customElements.define("draft-area", DraftArea);
