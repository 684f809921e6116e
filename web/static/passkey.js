// Passkeys: the browser's own dialogue between two requests; shown only where there is one.
const form = document.querySelector("form[data-passkey]");
const problem = form.querySelector("[data-passkey-problem]");
const adding = form.dataset.passkey === "add";

function say(words) {
  problem.textContent = words;
  problem.hidden = false;
}

async function send(path, body) {
  const headers = { "Content-Type": "application/json" };
  const token = form.elements.form_token;
  if (token) headers["Tributary-Form"] = token.value;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.problem);
  return answer;
}

async function asked(options) {
  if (adding) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey });
}

async function run() {
  problem.hidden = true;
  try {
    const begun = await send(`${form.getAttribute("action")}/begin`, {});
    const credential = await asked(JSON.parse(begun.options));
    const sent = { ticket: begun.ticket, credential: credential.toJSON() };
    if (adding) sent.label = form.elements.label.value;
    else sent.next = form.dataset.next;
    window.location.assign((await send(form.getAttribute("action"), sent)).next);
  } catch (error) {
    // The dialogue was closed, or it has no passkey for this site.
    say(error.name === "NotAllowedError" ? problem.dataset.unused : error.message);
  }
}

if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
