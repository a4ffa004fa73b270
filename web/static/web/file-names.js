// <file-names data-upload data-mode data-busy data-failed>: what was chosen beside the paper clip. Where data-upload
// names an address, files go there at once and come back as notes, so that a closed tab does not lose them; the input
// itself works without.

class FileNames extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    if (!(input instanceof HTMLInputElement)) return;
    input.addEventListener("change", () => {
      this.#say([...(input.files ?? [])].map((file) => file.name).join(", "));
      if (this.dataset.upload && input.files?.length) this.#upload(input);
    });
  }

  /** @param {string} words */
  #say(words) {
    const shown = this.querySelector("[data-names]");
    if (!shown) return;
    shown.textContent = words;
    shown.setAttribute("title", words);
  }

  /** @param {HTMLInputElement} input */
  async #upload(input) {
    const form = this.closest("form");
    const body = new FormData();
    const token = form?.querySelector("[name=csrfmiddlewaretoken]");
    body.set("csrfmiddlewaretoken", token instanceof HTMLInputElement ? token.value : "");
    body.set("mode", this.dataset.mode ?? "");
    for (const file of input.files ?? []) body.append("attachments", file);
    this.#say(this.dataset.busy ?? "");
    const button = form?.querySelector(".send-button");
    if (button instanceof HTMLButtonElement) button.disabled = true; // else they would go along twice
    try {
      const answer = await fetch(this.dataset.upload ?? "", { method: "POST", body });
      const told = await answer.json();
      if (answer.ok) this.#keep(told.files);
      if (answer.ok || told.refused) input.value = "";
      this.#say(told.refused ?? "");
    } catch {
      this.#say(this.dataset.failed ?? "");
    } finally {
      if (button instanceof HTMLButtonElement) button.disabled = false;
    }
  }

  /** @param {{name: string, token: string}[]} files */
  #keep(files) {
    const one = this.querySelector("[data-kept-one]");
    const list = this.querySelector("[data-kept]");
    if (!(one instanceof HTMLTemplateElement) || !list) return;
    for (const file of files) {
      const copy = /** @type {DocumentFragment} */ (one.content.cloneNode(true));
      copy.querySelector("input")?.setAttribute("value", file.token);
      const name = copy.querySelector("bdi");
      if (name) name.textContent = file.name;
      list.append(copy);
    }
  }
}

customElements.define("file-names", FileNames);
