// <queue-list data-view>: the chosen row, the place in the list, and the list drawn anew when it is stale.

class QueueList extends HTMLElement {
  /** @type {AbortController | undefined} */
  #ears;
  #last = ""; // the id of the chosen row
  #anchor = ""; // what was selected last

  connectedCallback() {
    this.#ears = new AbortController();
    const on = { signal: this.#ears.signal };
    const box = this.#box;
    box.scrollTop = Number(sessionStorage.getItem(this.#key) ?? 0);
    const keep = () => sessionStorage.setItem(this.#key, String(box.scrollTop));
    (box === this ? this : document).addEventListener("scroll", () => this.checkVisibility() && keep(), on);
    for (const [act, go] of Object.entries({ next: 1, previous: -1 })) {
      document.addEventListener(`rows:${act}`, (event) => this.#step(event, go), on);
    }
    document.addEventListener("rows:select", (event) => this.#select(event), on);
    document.addEventListener("rows:range", (event) => this.#selectTo(event), on);
    this.addEventListener("change", () => this.#count(), on);
    document.addEventListener("rows:open", (event) => this.#open(event), on);
    document.addEventListener("rows:back", (event) => this.#back(event), on);
    document.addEventListener("htmx:afterSwap", (event) => this.#swapped(/** @type {CustomEvent} */ (event)), on);
    this.addEventListener("htmx:beforeRequest", (event) => this.#pressed(event.target), on);
    document.addEventListener("desk:stale", () => this.#refresh(), on);
    this.#mark();
    this.#count();
  }

  disconnectedCallback() {
    this.#ears?.abort();
  }

  get #key() {
    return `tanggap-scroll-${this.dataset.view}`;
  }

  /** What scrolls: this list, or on a phone the page. */
  get #box() {
    return getComputedStyle(this).overflowY === "auto" ? this : document.documentElement;
  }

  /** @returns {HTMLElement[]} */
  get #rows() {
    return [...this.querySelectorAll("[data-row]")].filter((row) => row instanceof HTMLElement);
  }

  get #chosen() {
    return this.#rows.find((row) => row.hasAttribute("aria-current"));
  }

  /** @param {HTMLElement | undefined} row */
  #choose(row) {
    for (const other of this.#rows) other.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
    this.#last = row?.id ?? "";
  }

  /** The row of the ticket that is shown beside the list. */
  #mark() {
    const reference = document.querySelector("#work .work")?.getAttribute("data-reference");
    for (const row of this.#rows) row.classList.toggle("is-open", row.id === `row-${reference}`);
    const open = this.#rows.find((row) => row.classList.contains("is-open"));
    if (open) this.#choose(open);
  }

  /** A fresh list does not know what was chosen before. */
  #remark() {
    const chosen = this.#rows.find((row) => row.id === this.#last);
    this.#mark();
    if (chosen) this.#choose(chosen);
  }

  /**
   * @param {Event} event
   * @param {number} by
   */
  #step(event, by) {
    const rows = this.#rows;
    if (!rows.length || !this.checkVisibility()) return;
    event.preventDefault();
    const at = rows.findIndex((row) => row === this.#chosen);
    const row = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    this.#choose(row);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  /** The row that is being opened is the chosen one at once. @param {EventTarget | null} row */
  #pressed(row) {
    if (row instanceof HTMLElement && row.matches("[data-row]")) this.#choose(row);
  }

  /** @returns {HTMLInputElement[]} */
  get #boxes() {
    return [...this.querySelectorAll(".card-pick input")].filter((box) => box instanceof HTMLInputElement);
  }

  /** @param {HTMLElement | undefined} row */
  #boxOf(row) {
    const box = row?.closest(".card-row")?.querySelector(".card-pick input");
    return box instanceof HTMLInputElement ? box : null;
  }

  /** @param {Event} event */
  #select(event) {
    const box = this.#boxOf(this.#chosen);
    if (!box || !this.checkVisibility()) return;
    event.preventDefault();
    box.checked = !box.checked;
    this.#anchor = box.value;
    this.#count();
  }

  /** Everything between what was selected last and the chosen row. @param {Event} event */
  #selectTo(event) {
    const boxes = this.#boxes;
    const box = this.#boxOf(this.#chosen);
    if (!box || !this.checkVisibility()) return;
    event.preventDefault();
    const from = Math.max(0, boxes.findIndex((each) => each.value === this.#anchor));
    const to = boxes.indexOf(box);
    for (const each of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = true;
    this.#anchor = box.value;
    this.#count();
  }

  /** What the bar of the selection says and can do. */
  #count() {
    const count = this.#boxes.filter((box) => box.checked).length;
    const shown = document.querySelector("#bulk [data-selected]");
    if (shown) shown.textContent = String(count);
    for (const button of document.querySelectorAll("#bulk button")) {
      if (button instanceof HTMLButtonElement) button.disabled = count === 0;
    }
  }

  /** @param {Event} event */
  #open(event) {
    const focused = document.activeElement;
    const row = this.#chosen;
    if (!row || (focused !== document.body && focused !== row)) return; // Enter belongs to what has the focus
    event.preventDefault();
    row.click();
  }

  /** @param {Event} event */
  #back(event) {
    event.preventDefault();
    if (this.checkVisibility()) this.#chosen?.focus();
    else document.querySelector(".back-button")?.click();
  }

  /** @param {CustomEvent} event */
  #swapped(event) {
    if (event.detail.target?.id === "queue") this.#remark();
    if (event.detail.target?.id !== "work") return;
    this.#mark();
    if (event.detail.requestConfig?.verb === "post") this.#refresh();
    const focused = document.activeElement;
    if (!focused || focused === document.body || !focused.checkVisibility()) {
      document.querySelector("#ticket-subject")?.focus({ preventScroll: true });
    }
  }

  /** Only from the top page: a list that somebody has walked down, or selected from, stays as it is. */
  #refresh() {
    if (this.querySelector(".card-pick :checked")) return;
    if (this.querySelectorAll("[data-row]").length <= 30 && !this.querySelector(".queue-end")) {
      window.htmx.trigger("#queue", "refresh");
    }
  }
}

customElements.define("queue-list", QueueList);
