// Saves what is being written as a draft on the server, a few seconds after typing stops.
const PAUSE = 3000; // milliseconds without a keystroke before the text is saved
const AGAIN = 15000; // milliseconds before a save that failed is tried again
const BRIEF = 60000; // bytes that browsers still send for a page that is being left
const OURS = new Set(["form_token", "draft_id", "draft_number"]);

const form = document.querySelector("form[data-draft]");
const line = form.querySelector("[data-draft-status]");
const button = form.querySelector("button[formaction]");
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const place = () => `draft of ${form.dataset.draft} at ${location.pathname}${location.search}`;

let typed = 0; // changes of the form
let kept = 0; // of these, how many are on the server
let timer = 0;
let saving = null;
let sending = false;

const unsaved = () => typed !== kept;
const fields = () => new URLSearchParams(new FormData(form));

function say(words, time) {
  const format = new Intl.DateTimeFormat(language, { timeStyle: "short" });
  line.textContent = time ? words.replace("TIME", format.format(new Date(time))) : words;
}

// A copy in this tab, while nobody is signed in who could have it saved.
function copy() {
  const own = [...fields()].filter(([name]) => !OURS.has(name));
  try {
    sessionStorage.setItem(place(), new URLSearchParams(own));
  } catch {
    // There is no room for it; the form still has the text.
  }
}

function forget() {
  sessionStorage.removeItem(place());
}

function restore() {
  const own = sessionStorage.getItem(place());
  if (!own) return;
  for (const [name, value] of new URLSearchParams(own)) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = true;
    else if (field && field.type !== "hidden") field.value = value;
  }
  say(line.dataset.restored);
  changed();
}

function send(body) {
  return fetch(button.getAttribute("formaction"), {
    method: "POST",
    headers: { Accept: "application/json" },
    body,
    redirect: "manual",
    keepalive: body.toString().length < BRIEF,
  });
}

const read = async (response) =>
  new DOMParser().parseFromString(await response.text(), "text/html");

// The session may have begun anew in another tab: its token, if the same member has it.
async function renewed() {
  const page = await read(await fetch(location.href));
  const now = page.querySelector("form[data-draft]");
  if (!now) return false;
  if (now.dataset.draft !== form.dataset.draft) {
    copy();
    say(line.dataset.other);
    return false;
  }
  form.elements.form_token.value = now.elements.form_token.value;
  return true;
}

async function told(response) {
  if (response.type === "opaqueredirect" || response.status === 401) {
    copy();
    say(line.dataset.signedOut);
    return;
  }
  const page = await read(response);
  const alert = page.querySelector("main [role=alert]");
  if (alert) line.replaceChildren(...alert.cloneNode(true).childNodes);
  else say(line.dataset.unsaved);
  const other = page.querySelector("form[data-draft]");
  if (response.status === 409 && other) {
    // What is saved from now on is another draft, beside the newer one.
    for (const name of ["draft_id", "draft_number"])
      form.elements[name].value = other.elements[name].value;
  } else timer = setTimeout(save, AGAIN);
}

async function attempt() {
  const upto = typed;
  try {
    let response = await send(fields());
    if (response.status === 403 && (await renewed())) response = await send(fields());
    else if (response.status === 403) return;
    if (!response.ok) return await told(response);
    const saved = await response.json();
    forget();
    kept = upto;
    form.elements.draft_number.value = saved.number;
    history.replaceState(history.state, "", saved.page);
    say(line.dataset.saved, saved.saved);
  } catch {
    say(line.dataset.unsaved);
    timer = setTimeout(save, AGAIN);
  }
}

async function save() {
  clearTimeout(timer);
  if (sending) return;
  // One after the other, as each names the one before.
  if (saving) await saving;
  saving ??= attempt().finally(() => (saving = null));
  await saving;
}

function changed() {
  typed += 1;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

form.addEventListener("input", changed);
button.addEventListener("click", (event) => {
  event.preventDefault();
  typed += 1;
  save();
});
form.addEventListener("submit", async (event) => {
  clearTimeout(timer);
  if (saving) {
    // The number of the draft that goes with the text comes with the answer.
    event.preventDefault();
    await saving;
    form.requestSubmit(event.submitter);
    return;
  }
  sending = true;
  forget();
});
document.addEventListener("visibilitychange", () => {
  // Also on coming back, e.g. from signing in in another tab.
  if (unsaved()) save();
});
addEventListener("pagehide", () => {
  if (unsaved()) save();
});
addEventListener("pageshow", (event) => {
  sending = false;
  if (event.persisted && !unsaved()) location.reload();
});
addEventListener("beforeunload", (event) => {
  if (unsaved() && !sending) event.preventDefault();
});
restore();

// What was typed before this module was loaded, or was put back by the browser, is saved as well.
const begun = (field) =>
  field.options
    ? [...field.options].some((one) => one.defaultSelected && !one.selected)
    : field.type === "checkbox"
      ? field.checked !== field.defaultChecked
      : field.type !== "hidden" && field.value !== (field.defaultValue ?? field.value);
if ([...form.elements].some((field) => field.name && begun(field))) changed();
