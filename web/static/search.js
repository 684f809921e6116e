// Search as you type: the server renders the same results as without this, only sooner.
const PAUSE = 250; // milliseconds without a keystroke before a question is sent
const LEAST = 3; // characters before it is worth asking

const form = document.querySelector("form[data-search]");
const results = document.querySelector("[data-search-results]");
const status = document.querySelector("[data-search-status]");
const hides = document.querySelector("[data-search-hides]");

let timer = 0;
let running = new AbortController();
let shown = address();
let submitting = false;

function address() {
  const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
  return new URLSearchParams(chosen).toString();
}

function question() {
  return form.elements.q.value.trim();
}

async function ask() {
  const query = address();
  if (query === shown) return;
  running.abort();
  running = new AbortController();
  const asked = question().length >= LEAST;
  try {
    const html = asked ? await fetchResults(query, running.signal) : "";
    show(html, query, asked);
  } catch (error) {
    if (error.name !== "AbortError") fail();
  }
}

async function fetchResults(query, signal) {
  // Errors of this address are a sentence to show as well, never a whole page.
  const response = await fetch(`/search/results?${query}`, { signal });
  return response.text();
}

function fail() {
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.textContent = results.dataset.failed;
  results.replaceChildren(problem);
  status.textContent = problem.textContent;
}

function show(html, query, asked) {
  shown = query;
  results.innerHTML = html;
  if (hides) hides.hidden = asked;
  const said = results.querySelector("h2, .problem");
  status.textContent = said ? said.textContent : "";
  // Replaced, not pushed: the way back leads to where the reader came from, not through half a question.
  if (asked) history.replaceState(null, "", `/search?${query}`);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

// Half a question is not counted as one; what stands there when the box is left is.
function settle() {
  if (submitting || question().length < LEAST) return;
  fetch(`/search/results?${address()}&settled=yes`, { keepalive: true }).catch(() => {});
}

// Half a name narrows down to nothing: fields of names count when they are left.
form.addEventListener("input", (event) => {
  if (!event.target.dataset.names) soon();
});
form.addEventListener("change", (event) => {
  if (event.target.dataset.names) soon();
});
form.addEventListener("submit", () => clearTimeout(timer));
form.elements.q.addEventListener("keydown", (event) => {
  submitting = event.key === "Enter"; // then the page that follows counts
});
form.elements.q.addEventListener("change", settle);
