// What a page cannot do without a script: ask a device for a passkey, look again after a while, keep what is typed,
// take files that are dropped.
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

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// On paper nothing of a long report is folded.
const opened = [];
window.addEventListener("beforeprint", () => {
  for (const rest of document.querySelectorAll("details.rest:not([open])")) {
    rest.open = true;
    opened.push(rest);
  }
});
window.addEventListener("afterprint", () => {
  for (const rest of opened.splice(0)) rest.open = false;
});

for (const form of document.querySelectorAll("form[data-again]")) {
  setTimeout(() => form.querySelector("button").click(), Number(form.dataset.again) * 1000 + 500);
}

// htmx puts pages of ours into the page, and nothing that runs: our policy lets it, and lets nobody else.
if (window.htmx && window.trustedTypes) {
  const policy = trustedTypes.createPolicy("portal", { createHTML: (page) => page, createScript: () => "" });
  htmx.registerExtension("portal", { init: (api) => api.initSecurity(policy) });
}

// A record in two panes, where there is room: the document beside the list, and keys to walk through it.
const panes = document.querySelector("[data-panes]");
const wide = window.matchMedia("(min-width: 62rem)");
if (panes && window.htmx) {
  const lines = () => [...panes.querySelectorAll(".shelf a[data-line]")];
  const show = async (line) => {
    for (const one of lines()) one.removeAttribute("aria-current");
    line.setAttribute("aria-current", "true");
    await htmx.ajax("GET", line.href, { target: "#pane", select: "#content > *", swap: "innerHTML" });
    const said = panes.querySelector("[data-shown]");
    said.textContent = `${said.dataset.shown} ${line.textContent}`;
  };
  panes.querySelector("[data-keys]").hidden = !wide.matches;
  panes.addEventListener("click", (event) => {
    const line = event.target.closest("a[data-line]");
    if (!line || !wide.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(line);
  });
  panes.addEventListener("keydown", (event) => {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    const from = lines().indexOf(event.target.closest("a[data-line]"));
    if (!step || from < 0 || !wide.matches || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = lines()[from + step];
    if (!next) return;
    next.focus();
    show(next);
  });
}

// What is being typed stays in this window until it is sent, so that a session that ends loses no words. `data-draft`
// is of one person, one record and one page; signing out forgets all of it.
const DRAFT = "draft:";
const SENT = "draft-sent";
const kept = (form) =>
  [...form.elements].filter((field) => field.name && !["hidden", "file", "password", "submit"].includes(field.type));

function remembered(form) {
  const told = {};
  for (const field of kept(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) told[field.name] = field.value;
    } else if (field.value) told[field.name] = field.value;
  }
  return JSON.stringify(told);
}

function restored(form, told) {
  for (const field of kept(form)) {
    if (!(field.name in told)) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === told[field.name];
    else field.value = told[field.name];
  }
}

const sent = sessionStorage.getItem(SENT);
const drafts = [...document.querySelectorAll("form[data-draft]")].filter((form) => form.dataset.draft);
if (sent && document.querySelector("form[action='/deconnexion']")) {
  // Somebody is signed in and the form is no longer here: it was taken.
  if (!drafts.some((form) => DRAFT + form.dataset.draft === sent)) sessionStorage.removeItem(sent);
  sessionStorage.removeItem(SENT);
}
for (const form of drafts) {
  const name = DRAFT + form.dataset.draft;
  const told = sessionStorage.getItem(name);
  if (told && !document.getElementById("errors")) restored(form, JSON.parse(told));
  form.addEventListener("input", () => sessionStorage.setItem(name, remembered(form)));
  form.addEventListener("submit", () => sessionStorage.setItem(SENT, name));
}
for (const form of document.querySelectorAll("form[action='/deconnexion']")) {
  form.addEventListener("submit", () => {
    for (const name of Object.keys(sessionStorage)) {
      if (name === SENT || name.startsWith(DRAFT)) sessionStorage.removeItem(name);
    }
  });
}

// Files: dropped where they are asked for; photos made small enough to be kept; the header of a CDA document shown.
const LARGE = 700 * 1024;
const LONGEST = 2200;

async function smaller(file) {
  if (file.size < LARGE || !["image/jpeg", "image/png"].includes(file.type)) return file;
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const octets = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return octets && octets.size < file.size ? new File([octets], file.name, { type: "image/jpeg" }) : file;
}

async function shrunk(input) {
  const files = new DataTransfer();
  for (const file of input.files) files.items.add(await smaller(file));
  input.files = files.files;
}

async function headerShown(input) {
  const fields = input.form && input.form.querySelector("[data-from-header]");
  if (!fields) return;
  const file = input.files[0];
  const text = file && /\.xml$/i.test(file.name) ? await file.slice(0, 65536).text() : "";
  fields.disabled = text.includes("<ClinicalDocument");
  const title = fields.disabled && text.match(/<title[^>]*>([^<]*)<\/title>/);
  const kind = fields.disabled && text.match(/<code\s[^>]*?code="([^"]+)"/);
  if (title) fields.querySelector("#title").value = title[1].trim();
  if (kind) fields.querySelector("#kind").value = kind[1];
}

for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", async () => {
    try {
      await headerShown(input);
      if ("shrink" in input.dataset) await shrunk(input);
    } catch {
      // The file goes as it is.
    }
  });
}
for (const place of document.querySelectorAll("[data-drop]")) {
  const over = (event) => {
    event.preventDefault();
    place.classList.toggle("over", event.type === "dragover");
  };
  place.addEventListener("dragover", over);
  place.addEventListener("dragleave", over);
  place.addEventListener("drop", (event) => {
    over(event);
    const input = place.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
