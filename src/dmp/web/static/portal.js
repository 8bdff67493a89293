// Two things that a page cannot do without a script: ask a device for a passkey, and look again after a while.
"use strict";

const octets = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function asked(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = octets(options.challenge);
  for (const key of [...(options.allowCredentials || []), ...(options.excludeCredentials || [])]) {
    key.id = octets(key.id);
  }
  if (options.user) options.user.id = octets(options.user.id);
  return { publicKey: options };
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const credential = await navigator.credentials[form.dataset.passkey](asked(form));
      form.elements.answer.value = told(credential);
      form.submit();
    } catch {
      // Declined, or no key here: the button is still there.
    }
  });
}

for (const form of document.querySelectorAll("form[data-again]")) {
  setTimeout(() => form.querySelector("button").click(), Number(form.dataset.again) * 1000 + 500);
}
