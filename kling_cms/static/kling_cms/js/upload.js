// form[data-upload]: files dropped or picked go up one by one, each with its bar and the server's sentence.
// The server answers JSON {ok, message, html, url}; url (may be missing) is linked, html (a tile) is put first into the element that data-upload-into names.
import { csrfToken } from "./csrf.js";
import { each } from "./each.js";

const AT_ONCE = 3;
// As the server writes sizes: by 1024, so that both say the same.
function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function row(file) {
  const item = document.createElement("li");
  item.className = "upload-file";
  item.dataset.state = "waiting";
  const parts = {};
  for (const [name, tag] of [["mark", "span"], ["name", "span"], ["size", "span"], ["bar", "progress"], ["words", "span"]]) {
    parts[name] = document.createElement(tag);
    parts[name].className = `upload-${name}`;
    item.append(parts[name]);
  }
  parts.name.textContent = file.name;
  parts.name.title = file.name;
  parts.size.textContent = size(file.size);
  parts.bar.max = 1;
  parts.bar.value = 0;
  parts.bar.setAttribute("aria-label", `Upload of ${file.name}`);
  parts.words.textContent = "Waiting";
  parts.words.setAttribute("role", "status");
  return { item, ...parts };
}

function link(url) {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.textContent = "Open it";
  return anchor;
}

function answerOf(request) {
  try {
    const answer = JSON.parse(request.responseText);
    if (typeof answer.message === "string") return answer;
  } catch {
    // Not our JSON: a proxy's page, or nothing at all.
  }
  if (request.status === 413) return { ok: false, message: "The file is too large for this server." };
  if (request.status === 0) return { ok: false, message: "The server can't be reached. Nothing was stored; try again." };
  return { ok: false, message: `The server answered ${request.status}. Nothing was stored; try again.` };
}

function send(form, file, view) {
  return new Promise((resolve) => {
    const data = new FormData(form);
    data.delete("file");
    data.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", csrfToken(form));
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      view.bar.value = event.loaded / event.total;
      view.words.textContent = event.loaded < event.total ? `${Math.floor((event.loaded / event.total) * 100)} %` : "Checking";
    });
    request.addEventListener("loadend", () => {
      const answer = answerOf(request);
      view.item.dataset.state = answer.ok ? "done" : "refused";
      view.words.textContent = answer.message;
      if (answer.url) view.words.append(" ", link(answer.url));
      if (answer.ok && answer.html) place(form, answer.html);
      resolve(answer.ok);
    });
    view.item.dataset.state = "sending";
    request.send(data);
  });
}

// The tile is our own server's escaped markup, parsed without running anything.
function place(form, html) {
  const target = document.querySelector(form.dataset.uploadInto || "[data-uploaded]");
  if (!target) return;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const added = [...parsed.body.children];
  target.prepend(...added);
  for (const element of added) {
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: element } }));
    globalThis.htmx?.process(element);
  }
}

each("form[data-upload]", (form) => {
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-upload-list]");
  const waiting = [];
  let active = 0;
  const next = async () => {
    if (active >= AT_ONCE || !waiting.length) return;
    active += 1;
    const [file, view] = waiting.shift();
    const stored = await send(form, file, view);
    active -= 1;
    form.dispatchEvent(new CustomEvent("uploaded", { bubbles: true, detail: { file: file.name, stored } }));
    next();
  };
  const add = (files) => {
    for (const file of files) {
      const view = row(file);
      list.append(view.item);
      waiting.push([file, view]);
      next();
    }
  };
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.dataset.over = "";
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) delete form.dataset.over;
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    delete form.dataset.over;
    add([...event.dataTransfer.files]);
  });
  // Without a script the form has a plain button; with it the files go by themselves.
  for (const button of form.querySelectorAll("[data-upload-plain]")) button.hidden = true;
});
