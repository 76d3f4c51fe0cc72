// Makes a passkey, and signs with one. Everything it is given goes to this site alone; nothing is kept here.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const say = (words) => { document.getElementById("said").textContent = words; };

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message || "that did not work");
  return said;
}

function options(found) {
  const made = { ...found, challenge: bytes(found.challenge) };
  if (found.user) made.user = { ...found.user, id: bytes(found.user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (found[name]) made[name] = found[name].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return made;
}

function plain(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

async function register(code) {
  const { options: found } = await post("/operators/passkeys/registration-options", { code });
  const credential = await navigator.credentials.create({ publicKey: options(found) });
  return post("/operators/passkeys/registration", { credential: plain(credential) });
}

async function signIn(next) {
  const { options: found } = await post("/operators/passkeys/sign-in-options", {});
  const credential = await navigator.credentials.get({ publicKey: options(found) });
  return post("/operators/passkeys/sign-in", { credential: plain(credential), next });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("Waiting for your passkey …");
    try {
      const fields = new FormData(form);
      const done = form.dataset.passkey === "register"
        ? await register(fields.get("code"))
        : await signIn(fields.get("next"));
      window.location.assign(done.next);
    } catch (error) {
      say(error.message);
    }
  });
}
