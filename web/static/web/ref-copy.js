// <ref-copy data-text data-done>: its button copies the text and says so for two seconds.

class RefCopy extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const shown = this.querySelector("[data-shown]");
    if (!shown) return;
    try {
      await navigator.clipboard.writeText(this.dataset.text ?? "");
    } catch {
      getSelection()?.selectAllChildren(shown); // no right to the clipboard: chosen, ready for Ctrl+C
      return;
    }
    shown.textContent = this.dataset.done ?? "";
    setTimeout(() => (shown.textContent = this.dataset.text ?? ""), 2000);
  }
}

customElements.define("ref-copy", RefCopy);
