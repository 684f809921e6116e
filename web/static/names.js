// Offers names of tags and groups as one types; without this the most frequent are offered.
const PAUSE = 150; // milliseconds without a keystroke before names are asked for

function watch(field) {
  const offered = document.getElementById(field.getAttribute("list"));
  let timer = 0;
  let running = new AbortController();

  async function offer() {
    running.abort();
    running = new AbortController();
    // Of several with commas between, the last is being typed.
    const [, before, begun] = field.value.match(/^(.*,\s*)?(.*)$/s);
    const query = new URLSearchParams({ of: field.dataset.names, beginning: begun });
    try {
      const response = await fetch(`/api/names?${query}`, { signal: running.signal });
      if (response.ok) show(await response.json(), before ?? "");
    } catch {
      // What is offered already stays.
    }
  }

  function show(names, before) {
    const options = names.map((name) => {
      const option = document.createElement("option");
      option.value = before + name;
      return option;
    });
    offered.replaceChildren(...options);
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, PAUSE);
  });
}

document.querySelectorAll("input[data-names]").forEach(watch);
