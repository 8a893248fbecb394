// Documents: dropped or chosen, sent one by one, read together, listed, opened and forgotten.
// The server says what became of each; nothing is kept here beyond what is on its way.
(() => {
  "use strict";

  const AT_ONCE = 3;
  const ASK_MS = 300;
  // More names than this would bury the list below them; the rest is counted.
  const SHOWN = 200;

  const one = (selector, from = document) => from.querySelector(selector);
  const viewer = () => one("#viewer");
  const isOpen = () => Boolean(one("#viewer[open] .content #drop"));

  let collection = "";
  let batch = null; // what is on its way: { id, collection, files: [{ name, state, why, element }], line, bar }
  let told = ""; // the last report or receipt, shown again when the list is drawn anew

  async function ask(path, body) {
    try {
      const reply = await fetch(`documents/${path}`, {
        method: body ? "POST" : "GET",
        headers: body ? { "Content-Type": "application/json" } : {},
        body: body && JSON.stringify(body),
      });
      if (!reply.ok) throw new Error(await reply.text());
      return await reply.json();
    } catch (error) {
      return { trouble: "The coach's server does not answer. Is it still running?" };
    }
  }

  // The list

  async function show(focused) {
    const answer = await ask(`list?conversation=${encodeURIComponent(coachPage.conversation())}`);
    if (answer.trouble) return tell(answer.trouble);
    collection = answer.collection;
    label(answer);
    one(".content", viewer()).innerHTML = answer.html;
    if (!viewer().open) viewer().showModal();
    viewer().scrollTop = 0;
    one("#told").innerHTML = told;
    drawBatch();
    if (!batch && answer.reading) follow(answer.reading);
    one(focused || "#viewer-title", viewer())?.focus();
  }

  function label(answer) {
    const button = one("#documents-here");
    if (!button) return;
    const named = answer.collection === "documents" ? "" : ` in “${answer.collection}”`;
    button.textContent = answer.count || named ? `Your documents: ${answer.count}${named}` : "Your documents";
  }

  function tell(line) {
    told = "";
    const place = isOpen() ? one("#told") : null;
    if (!place) return coachPage.trouble(line);
    place.textContent = line;
  }

  // Sending

  function wanted(name) {
    return !name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX" || part === "node_modules");
  }

  async function take(files) {
    if (batch) return tell("One batch at a time: the last one is still being read.");
    files = files.filter(({ name }) => wanted(name));
    if (!isOpen()) await show();
    if (!files.length) return tell("There is nothing in it that could be read.");
    told = "";
    one("#told").textContent = "";
    const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
    batch = { id, collection, files, done: 0 };
    drawBatch();
    const left = [...files];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let file = left.shift(); file; file = left.shift()) await send(file);
    }));
    const names = files.filter(({ state }) => state === "sent").map(({ name }) => name);
    if (!names.length) return end({ trouble: "No file arrived.", states: {}, html: "" });
    const answer = await ask(`read/${collection}/${id}`, { names });
    if (answer.trouble) return end({ trouble: answer.trouble, states: {}, html: "" });
    follow(id);
  }

  function send(file) {
    state(file, "sending", "sending");
    return new Promise((resolve) => {
      const path = file.name.split("/").map(encodeURIComponent).join("/");
      const request = new XMLHttpRequest();
      request.open("PUT", `documents/files/${batch.collection}/${batch.id}/${path}?changed=${file.file.lastModified}`);
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) state(file, "sending", `sending, ${Math.round((100 * event.loaded) / event.total)} %`);
      };
      request.onloadend = () => {
        let trouble = "It did not arrive.";
        try {
          trouble = JSON.parse(request.responseText).trouble || "";
        } catch {
          // the server went away, or refused it without a word
        }
        state(file, trouble ? "failed" : "sent", trouble || "waiting");
        batch.done += 1;
        line(`Sent ${batch.done} of ${batch.files.length}`, batch.done, batch.files.length);
        resolve();
      };
      request.send(file.file);
    });
  }

  // Reading, as the server tells it

  async function follow(id) {
    if (!batch) {
      batch = { id, collection, files: [], done: 0 }; // begun by a page that was closed since
      drawBatch();
    }
    for (;;) {
      const reading = await ask(`reading/${id}`);
      if (reading.ended || reading.of === undefined) return end(reading);
      line(reading.file ? `Reading ${reading.done} of ${reading.of}: ${reading.file}` : "Waiting for the reader …",
        reading.done, reading.of);
      for (const file of batch.files) {
        const short = file.name.slice(file.name.indexOf("/") + 1);
        if (file.state === "sent" && (file.name === reading.file || short === reading.file)) state(file, "reading", "reading");
        else if (file.state === "reading" && file.name !== reading.file && short !== reading.file) state(file, "sent", "taken in");
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
  }

  const WORDS = { read: "read", skipped: "left out", unchanged: "did not change" };

  function end(reading) {
    for (const file of batch.files) {
      const became = (reading.states || {})[file.name];
      if (became) state(file, became[0], became[1] ? `${WORDS[became[0]]}: ${became[1]}` : WORDS[became[0]]);
      else if (reading.trouble && file.state !== "failed") state(file, "failed", "not read");
    }
    const failed = batch.files.filter(({ state }) => state === "failed");
    const holder = document.createElement("div");
    holder.innerHTML = reading.html || "";
    const add = (tag, text, to = holder) => {
      const element = document.createElement(tag);
      element.textContent = text;
      to.append(element);
      return element;
    };
    if (reading.trouble) add("p", reading.trouble).className = "status failed";
    else if (failed.length) {
      add("p", `${failed.length} did not arrive:`);
      const list = add("ul", "");
      for (const file of failed) add("li", `${file.name}: ${file.why}`, list);
    }
    told = holder.innerHTML;
    batch = null;
    if (isOpen()) show("#told");
    else refreshLabel();
  }

  function state(file, name, why) {
    file.state = name;
    file.why = why;
    if (!file.element?.isConnected) return;
    file.element.dataset.state = name;
    one("small", file.element).textContent = why;
  }

  function line(text, done, of) {
    if (!batch) return;
    batch.line = text;
    batch.bar = [done, of];
    const place = one("#taking .now");
    if (!place) return;
    place.textContent = text;
    one("#taking progress").max = of || 1;
    one("#taking progress").value = done;
  }

  function drawBatch() {
    const place = one("#taking");
    if (!place || !batch) return;
    place.innerHTML = `<p class="now"></p><progress aria-label="How far it is"></progress><ul class="taking" aria-live="off"></ul>`;
    const list = one("ul", place);
    for (const file of batch.files.slice(0, SHOWN)) {
      file.element = document.createElement("li");
      file.element.innerHTML = "<span></span><small></small>";
      one("span", file.element).textContent = file.name;
      list.append(file.element);
      state(file, file.state || "waiting", file.why || "waiting");
    }
    if (batch.files.length > SHOWN) list.append(`and ${batch.files.length - SHOWN} more`);
    line(batch.line || "Sending …", ...(batch.bar || [0, batch.files.length]));
  }

  // Choosing and dropping

  function choose(folder) {
    const field = document.createElement("input");
    field.type = "file";
    field.multiple = true;
    field.id = folder ? "pick-folder" : "pick-files";
    field.hidden = true;
    if (folder) field.webkitdirectory = true;
    field.addEventListener("change", () => {
      const files = [...field.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
      field.remove();
      take(files);
    });
    field.addEventListener("cancel", () => field.remove());
    one("#drop").append(field);
    field.click();
  }

  async function dropped(items) {
    const entries = [...items].filter(({ kind }) => kind === "file").map((item) => item.webkitGetAsEntry?.() || item.getAsFile());
    const files = [];
    for (const entry of entries.filter(Boolean)) await collect(entry, "", files);
    take(files);
  }

  async function collect(entry, above, files) {
    if (entry instanceof File) files.push({ file: entry, name: entry.name });
    else if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      files.push({ file, name: above + entry.name });
    } else if (wanted(entry.name)) {
      const reader = entry.createReader();
      for (;;) {
        // Browsers hand out a folder by the hundred.
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length) break;
        for (const inner of some) await collect(inner, `${above}${entry.name}/`, files);
      }
    }
  }

  const brings = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  let leaving = null;

  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    clearTimeout(leaving);
    document.body.dataset.dragging = "yes";
    leaving = setTimeout(() => delete document.body.dataset.dragging, 400);
  });

  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    event.stopPropagation();
    delete document.body.dataset.dragging;
    dropped(event.dataTransfer.items);
  }, true);

  // What the person does

  async function forget(button, what) {
    if (!button.dataset.sure) {
      button.dataset.sure = "yes";
      button.classList.add("grave");
      button.textContent = "Forget for good?";
      return;
    }
    button.disabled = true;
    button.textContent = "Forgetting …";
    const answer = await ask("forget", what);
    told = answer.html || "";
    await show("#told");
    if (answer.trouble) tell(answer.trouble);
  }

  const DOES = {
    list: () => show(),
    files: () => choose(false),
    folder: () => choose(true),
    open: async (button) => {
      const answer = await ask(`text?id=${button.closest("li").dataset.id}`);
      if (answer.trouble) return tell(answer.trouble);
      one(".content", viewer()).innerHTML = answer.html;
      viewer().scrollTop = 0;
      one("#viewer-title").focus();
    },
    forget: (button) => forget(button, { id: button.closest("li").dataset.id }),
    "forget-all": (button) => forget(button, { collection }),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-documents]");
    if (button && DOES[button.dataset.documents]) DOES[button.dataset.documents](button);
  });

  async function lookIn(name, focused) {
    const answer = await ask("choose", { conversation: coachPage.conversation(), collection: name });
    told = "";
    if (answer.trouble) return tell(answer.trouble);
    await show(focused);
  }

  document.addEventListener("change", (event) => {
    if (event.target.dataset?.documents === "choose") lookIn(event.target.value, "[data-documents=choose]");
  });

  document.addEventListener("submit", (event) => {
    if (event.target.dataset?.documents !== "new") return;
    event.preventDefault();
    const name = event.target.elements.name.value.trim().replace(/\s+/g, "-");
    if (name) lookIn(name, "[data-documents=choose]");
  });

  async function refreshLabel() {
    const answer = await ask(`list?conversation=${encodeURIComponent(coachPage.conversation())}`);
    if (!answer.trouble) label(answer);
  }

  document.addEventListener("coach:opened", () => {
    told = "";
    refreshLabel();
  });
})();
