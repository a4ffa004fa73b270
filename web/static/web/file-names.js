// <file-names>: shows beside the paper clip which files were chosen.

class FileNames extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    const shown = this.querySelector("[data-names]");
    if (!(input instanceof HTMLInputElement) || !shown) return;
    input.addEventListener("change", () => {
      const names = [...(input.files ?? [])].map((file) => file.name).join(", ");
      shown.textContent = names;
      shown.setAttribute("title", names);
    });
  }
}

customElements.define("file-names", FileNames);
