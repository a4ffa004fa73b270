// <kbd-scope data-off>: single keys, as the table inside says that is also the help. Never while somebody types.
// Keys are matched by the character produced. With data-off only "?" is left to the buttons and nothing acts.

const WRITTEN_IN = "input:not([type=checkbox]), textarea, select, dialog[open], details.menu[open]";
const SECOND = 1000; // how long "g" waits for its second key

class KbdScope extends HTMLElement {
  /** @type {Map<string, HTMLElement>} */
  #table = new Map();
  #first = "";
  /** @type {number | undefined} */
  #timer;
  /** @param {KeyboardEvent} event */
  #listen = (event) => this.#key(event);

  connectedCallback() {
    for (const row of this.querySelectorAll("[data-press]")) {
      if (row instanceof HTMLElement) this.#table.set(row.dataset.press ?? "", row);
    }
    document.addEventListener("keydown", this.#listen);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#listen);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (event.key === "Escape") return this.#act("back", "", event);
    if ("off" in this.dataset) return;
    const pressed = this.#first ? `${this.#first} ${event.key}` : event.key;
    this.#forget();
    const row = this.#table.get(pressed);
    if (row) this.#act(row.dataset.act ?? "", row.dataset.target ?? "", event);
    else if ([...this.#table.keys()].some((press) => press.startsWith(`${event.key} `))) this.#remember(event.key);
  }

  /** @param {string} key */
  #remember(key) {
    this.#first = key;
    this.#timer = setTimeout(() => this.#forget(), SECOND);
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#first = "";
  }

  /**
   * @param {string} act
   * @param {string} target
   * @param {KeyboardEvent} event
   */
  #act(act, target, event) {
    const found = target ? document.querySelector(target) : null;
    if (act === "help") document.querySelector("dialog#keys-help")?.showModal();
    else if (act === "click" && found instanceof HTMLElement) {
      if (found.matches("summary")) found.focus(); // so that Tab goes on into the menu
      found.click();
    }
    else if (act === "focus" && found instanceof HTMLInputElement) found.select();
    else if (["next", "previous", "open", "back", "select", "range"].includes(act)) {
      const said = new CustomEvent(`rows:${act}`, { cancelable: true });
      if (document.dispatchEvent(said)) return; // nobody has rows here
    } else return;
    event.preventDefault();
  }
}

/** @param {EventTarget | null} target */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest(WRITTEN_IN) !== null;
}

customElements.define("kbd-scope", KbdScope);
