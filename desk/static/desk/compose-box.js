// <compose-box data-mode>: changes between reply and note without a request, and puts the caret at the end. Once somebody
// has begun to write it stays open, so that nothing moves away below a click.

class ComposeBox extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const tab = event.target instanceof Element ? event.target.closest("[data-compose]") : null;
      if (!tab) return;
      event.preventDefault();
      this.#show(tab.getAttribute("data-compose") ?? "reply");
    });
    this.addEventListener("focusin", (event) => {
      if (event.target instanceof HTMLTextAreaElement) this.classList.add("is-writing");
    });
    if (this.classList.contains("is-writing")) this.#focus();
  }

  /** @param {string} mode */
  #show(mode) {
    this.dataset.mode = mode;
    this.classList.add("is-writing");
    for (const tab of this.querySelectorAll("[data-compose]")) {
      if (tab.getAttribute("data-compose") === mode) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    this.#focus();
  }

  #focus() {
    const text = this.querySelector(`#${this.dataset.mode}-text`);
    if (!(text instanceof HTMLTextAreaElement)) return;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }
}

customElements.define("compose-box", ComposeBox);
