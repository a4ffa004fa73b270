// <peer-list data-viewing data-writing data-idle>: who else has this ticket open, and who is writing.

/** What was heard last: a ticket's head may be drawn after it. @type {{name: string, state: string}[]} */
let heard = [];

document.addEventListener("live:peers", (event) => {
  heard = /** @type {CustomEvent} */ (event).detail.peers;
  for (const list of document.querySelectorAll("peer-list")) if (list instanceof PeerList) list.show();
});

class PeerList extends HTMLElement {
  connectedCallback() {
    this.show();
  }

  show() {
    this.replaceChildren(...heard.map((peer) => this.#chip(peer)));
  }

  /** @param {{name: string, state: string}} peer */
  #chip({ name, state }) {
    const chip = document.createElement("span");
    chip.className = `peer is-${state}`;
    const letter = document.createElement("span");
    letter.className = "avatar-letter";
    letter.setAttribute("aria-hidden", "true");
    letter.textContent = name.slice(0, 1).toUpperCase();
    const words = document.createElement("span");
    words.textContent = `${name} ${this.dataset[state] ?? ""}`;
    chip.append(letter, words);
    return chip;
  }
}

customElements.define("peer-list", PeerList);
