// <address-lines data-known data-one>: says while one types who is new on this ticket, and tells the send button whom
// it writes to. Without it the server says so once, before anything is sent.

const ADDRESS = /[^\s<>",;]+@[^\s<>",;]+\.[^\s<>",;]+/g;

class AddressLines extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.#look());
    this.#look(); // a draft may name somebody new
  }

  /** @param {string} name */
  #typed(name) {
    const input = this.querySelector(`input[name=${name}]`);
    return input instanceof HTMLInputElement ? (input.value.toLowerCase().match(ADDRESS) ?? []) : [];
  }

  #look() {
    const known = (this.dataset.known ?? "").split(" ");
    const to = this.#typed("to");
    const fresh = this.dataset.known ? [...to, ...this.#typed("cc")].filter((one) => !known.includes(one)) : [];
    this.#confirm(fresh);
    const shown = this.querySelector("[data-newcomers]");
    const words = fresh.length ? `${fresh.join(", ")} ${this.dataset.one}` : "";
    if (shown && shown.textContent !== words) shown.textContent = words;
    const button = this.closest("form")?.querySelector("[data-to]");
    if (button) button.textContent = to.length > 1 ? `${to[0]} +${to.length - 1}` : (to[0] ?? "…");
  }

  /** Who has read it here need not be asked again. @param {string[]} fresh */
  #confirm(fresh) {
    for (const old of this.querySelectorAll("input[name=newcomers]")) old.remove();
    for (const address of fresh) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "newcomers", value: address });
      this.append(input);
    }
  }
}

customElements.define("address-lines", AddressLines);
