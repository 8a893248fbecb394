// Shows the conversation as the server tells it, and passes on what the person does.
// State lives on the server: everything here can be thrown away and asked for again.
window.coachPage = (() => {
  "use strict";

  const FIRST_RETRY_MS = 400;
  const LAST_RETRY_MS = 5000;
  // Changes to the list come in bursts: begun, titled, done.
  const LIST_PAUSE_MS = 80;
  // Within this distance of the end a person is reading along, so the page follows.
  const FOLLOW_PX = 120;

  let server = null;
  let socket = null;
  let retryMs = FIRST_RETRY_MS;
  let conversation = "";
  let answering = false;
  let isProtected = false;
  let reading = null; // the turn whose finished page is coming in
  let following = true;
  let whyTurn = null;
  let whyOpener = null;
  let listTimer = null;
  const acknowledged = new Map();

  const one = (selector, from = document) => from.querySelector(selector);
  const input = () => one("#said textarea, #said input");

  // Asking the server

  async function ask(action, request = {}) {
    try {
      const answer = await server[action]({ conversation, ...request });
      if (answer && answer.trouble) trouble(answer.trouble);
      return answer || {};
    } catch (error) {
      trouble("The coach's server does not answer. Is it still running?");
      return { trouble: true };
    }
  }

  async function move(to) {
    const reply = await fetch("here", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(to),
    });
    open((await reply.json()).conversation);
  }

  function open(id) {
    conversation = id;
    socket.send(JSON.stringify({ kind: "open", conversation: id }));
  }

  function trouble(text) {
    const line = one("#trouble");
    line.textContent = text;
    line.hidden = !text;
  }

  // Hearing from the server

  function connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/live`);
    socket.onopen = () => {
      retryMs = FIRST_RETRY_MS;
      trouble("");
      if (conversation) open(conversation);
      else move({}).catch(() => socket.close());
    };
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = () => {
      trouble("The connection to the coach is gone. Trying again …");
      setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    };
  }

  function take(message) {
    switch (message.kind) {
      case "opened":
        return takeWhole(message);
      case "turn":
        return takeTurn(message);
      case "list":
        return refreshList();
      case "gone":
        if (message.conversation === conversation) move({ new: true });
        return;
      case "trouble":
        return trouble(message.text);
    }
  }

  function takeWhole(message) {
    const other = one("#transcript").dataset.conversation !== message.conversation;
    if (other) following = true;
    one("#transcript").dataset.conversation = message.conversation;
    fit(one("#transcript"), message.html);
    settle(message);
    if (other) {
      document.dispatchEvent(new CustomEvent("coach:opened", { detail: message.conversation }));
      closeWhy();
      closeSide();
      refreshList();
      if (matchMedia("(hover: hover)").matches) input()?.focus();
    }
    if (following) toEnd(!other);
    acknowledge();
  }

  function takeTurn(message) {
    const article = document.getElementById(`turn-${message.turn}`);
    if (!article) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = message.html;
    const before = one(".made", article);
    morph(article, fresh.content.firstElementChild);
    settle(message);
    if (!before && one(".made", article)) showMade(article);
    if (reading === message.turn) one(".reply", article).scrollIntoView({ block: "start" });
    else if (following) toEnd(true);
    if (!message.answering) reading = null;
    acknowledge();
    if (whyTurn === message.turn && !message.answering) showWhy(whyTurn);
    if (practiceShown && !message.answering) showPractice();
  }

  // A finished page is read from its beginning; the version before it is folded away.
  function showMade(article) {
    for (const older of document.querySelectorAll("#transcript .made[open]")) {
      if (!article.contains(older)) older.open = false;
    }
    if (!following) return;
    following = false;
    reading = article.dataset.turn;
  }

  function settle(message) {
    answering = message.answering;
    isProtected = message.protected;
    document.body.dataset.answering = answering;
    const stop = one("#stop");
    if (stop) stop.disabled = !answering || isProtected;
  }

  // Only what a person can see counts as said, so a hidden tab waits.
  function acknowledge() {
    if (document.hidden || !socket || socket.readyState !== WebSocket.OPEN) return;
    for (const turn of document.querySelectorAll(".turn")) {
      const n = Number(turn.dataset.left);
      if (n <= Number(turn.dataset.heard) || acknowledged.get(turn.dataset.turn) === n) continue;
      acknowledged.set(turn.dataset.turn, n);
      socket.send(JSON.stringify({ kind: "heard", conversation, turn: turn.dataset.turn, n }));
    }
  }

  // Changing the page without losing what is open, focused or being written in it

  const KEPT = new Set(["hidden", "aria-expanded", "open"]);

  function fit(element, html) {
    const fresh = document.createElement(element.tagName);
    fresh.innerHTML = html;
    morphChildren(element, fresh);
  }

  function morph(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || (old.id || "") !== (fresh.id || "")) {
      old.replaceWith(fresh);
      return;
    }
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE || old.dataset.editing) return;
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name);
    }
    for (const { name, value } of [...fresh.attributes]) {
      if (!KEPT.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    morphChildren(old, fresh);
  }

  function morphChildren(old, fresh) {
    const wanted = [...fresh.childNodes];
    wanted.forEach((node, n) => {
      const there = old.childNodes[n];
      if (!there) old.append(node);
      else morph(there, node);
    });
    while (old.childNodes.length > wanted.length) old.lastChild.remove();
  }

  function toEnd(smoothly) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const talk = one("#talk");
    talk.scrollTo({ top: talk.scrollHeight, behavior: smoothly && !still ? "smooth" : "instant" });
  }

  // Whoever scrolls back is reading, and is left alone until they return to the end.
  function follow() {
    const talk = one("#talk");
    let last = talk.scrollTop;
    talk.addEventListener("scroll", () => {
      const left = talk.scrollHeight - talk.scrollTop - talk.clientHeight;
      if (left < FOLLOW_PX) following = true;
      else if (talk.scrollTop < last) following = false;
      last = talk.scrollTop;
    });
    const bottom = one("#bottom");
    new ResizeObserver(() => {
      // The input lies over the end of the talk: what is brought into view belongs above it.
      talk.style.scrollPaddingBottom = `${bottom.offsetHeight}px`;
      talk.style.scrollPaddingTop = `${one(".top").offsetHeight + 8}px`;
      if (following) toEnd(false);
    }).observe(bottom);
    // Whoever sends something wants its answer, wherever they were reading.
    document.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === input()) following = true;
    }, true);
    document.addEventListener("click", (event) => {
      if (event.target.closest("#send")) following = true;
    }, true);
  }

  // The list of conversations

  function refreshList() {
    clearTimeout(listTimer);
    listTimer = setTimeout(async () => {
      if (one("#list form")) return; // somebody is renaming or deleting; the list comes after that
      const answer = await ask("listed");
      if (answer.trouble) return;
      fit(one("#list"), answer.html);
      one("#status").textContent = answer.status;
      one("#due").hidden = !answer.due;
      one("#due").textContent = answer.due ? ` (${answer.due} due)` : "";
    }, LIST_PAUSE_MS);
  }

  function form(item, html, onSubmit) {
    const element = document.createElement("form");
    element.innerHTML = html;
    const end = () => {
      element.remove();
      item.classList.remove("changing");
      refreshList();
    };
    element.addEventListener("submit", async (event) => {
      event.preventDefault();
      await onSubmit(element);
      end();
    });
    one("[data-keep]", element).addEventListener("click", end);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      end();
    });
    item.classList.add("changing");
    item.append(element);
    return element;
  }

  function rename(item) {
    const element = form(
      item,
      `<label>New name <input name="title" maxlength="120" autocomplete="off"></label>
       <span class="tools"><button class="tool strong">Rename</button>
       <button type="button" class="tool" data-keep>Cancel</button></span>`,
      () => ask("rename", { conversation: item.dataset.conversation, title: element.elements.title.value }),
    );
    const title = element.elements.title;
    title.value = item.dataset.title;
    title.focus();
    title.select();
  }

  function remove(item) {
    const element = form(
      item,
      `<p>Delete “<b></b>” for good? It cannot be brought back.</p>
       <span class="tools"><button class="tool grave">Delete</button>
       <button type="button" class="tool" data-keep>Keep</button></span>`,
      () => ask("delete", { conversation: item.dataset.conversation }),
    );
    one("b", element).textContent = item.dataset.title || "Untitled";
    one("[data-keep]", element).focus();
  }

  // Messages: edit, try again, sources, reasons

  function edit(turn) {
    const said = one(".said", turn);
    if (said.dataset.editing) return;
    said.dataset.editing = "true";
    const bubble = one(".bubble", said);
    const text = [...bubble.children].map((part) => part.textContent).join("\n\n");
    const isLast = !turn.nextElementSibling;
    const element = document.createElement("form");
    element.className = "editing";
    element.innerHTML = `<label class="unseen" for="editing">Your message</label>
      <textarea id="editing" rows="3"></textarea>
      <p class="hint">${isLast ? "The coach answers again." : "The coach answers again from here; what came after goes."}</p>
      <span class="tools"><button class="tool strong">Answer again</button>
      <button type="button" class="tool" data-keep>Cancel</button></span>`;
    const field = one("textarea", element);
    field.value = text;
    const end = () => {
      element.remove();
      delete said.dataset.editing;
      bubble.hidden = false;
      one(".tools", said).hidden = false;
    };
    const submit = () => {
      const words = field.value.trim();
      if (!words) return;
      end();
      const aloud = window.coachVoice?.say(words, turn.dataset.turn);
      if (!aloud) ask("say", { said: words, replaces: turn.dataset.turn });
      input()?.focus();
    };
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        end();
        one("[data-do=edit]", said).focus();
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === field) {
        event.preventDefault();
        submit();
      }
    });
    one("[data-keep]", element).addEventListener("click", end);
    bubble.hidden = true;
    one(".tools", said).hidden = true;
    bubble.after(element);
    field.focus();
  }

  function cite(marker) {
    const card = document.getElementById(marker.getAttribute("aria-controls"));
    const opens = card.hidden;
    card.hidden = !opens;
    for (const other of document.querySelectorAll(`[aria-controls="${card.id}"]`)) {
      other.setAttribute("aria-expanded", opens);
    }
    if (opens) {
      card.scrollIntoView({ block: "nearest" });
      card.focus({ preventScroll: true });
    }
  }

  async function showWhy(turn) {
    whyTurn = turn;
    const answer = await ask("why", { turn });
    if (answer.trouble) return;
    practiceShown = false;
    one("#why-title").textContent = "Why this advice?";
    one("#reasons").innerHTML = answer.html;
    document.body.dataset.why = "open";
  }

  // Beside the chat: the practice in use; in the viewer: the person's own page

  let practiceShown = false;

  async function showPractice() {
    const answer = await ask("practice");
    if (answer.trouble) return;
    whyTurn = null;
    practiceShown = true;
    one("#why-title").textContent = "Practice";
    const writing = one("#reasons").contains(document.activeElement) && document.activeElement.tagName === "TEXTAREA";
    if (!writing) one("#reasons").innerHTML = answer.html;
    if (one("#reasons meter")) one("#why").scrollTop = 0; // a scene shows its state first
    document.body.dataset.why = "open";
  }

  const showMine = () => show("own_page");

  async function show(action) {
    const answer = await ask(action);
    if (answer.trouble) return;
    const viewer = one("#viewer");
    one(".content", viewer).innerHTML = answer.html;
    if (!viewer.open) viewer.showModal();
    viewer.scrollTop = 0;
  }

  document.addEventListener("submit", (event) => {
    const field = event.target.closest("form.field");
    if (!field) return;
    event.preventDefault();
    const value = one("textarea", field).value.trim();
    const said = value ? `${field.dataset.field}: ${value.replace(/\s+/g, " ")}` : `Remove the ${field.dataset.field}`;
    document.activeElement.blur(); // so that the panel may be drawn anew
    ask("say", { said });
  });

  function closeWhy() {
    practiceShown = false;
    if (document.body.dataset.why !== "open") return;
    whyTurn = null;
    document.body.dataset.why = "";
    if (whyOpener?.isConnected) whyOpener.focus();
  }

  async function showPassage(id) {
    const answer = await ask("passage", { id });
    if (answer.trouble) return;
    const viewer = one("#viewer");
    one(".content", viewer).innerHTML = answer.html;
    viewer.showModal();
    toPassage(viewer);
  }

  // A document opens where the cited passage stands, and a screen reader goes on from there.
  function toPassage(viewer) {
    const here = one("#here", viewer);
    if (!here) return;
    here.scrollIntoView({ block: "center" });
    here.focus({ preventScroll: true });
  }

  function closeSide() {
    document.body.dataset.side = "";
    one("[data-do=side]")?.setAttribute("aria-expanded", "false");
  }

  // What the person does

  const DOES = {
    skip: (link, event) => {
      event.preventDefault();
      input().focus();
    },
    new: () => move({ new: true }),
    open: (button) => move({ conversation: button.closest("li").dataset.conversation }),
    rename: (button) => rename(button.closest("li")),
    delete: (button) => remove(button.closest("li")),
    edit: (button) => edit(button.closest(".turn")),
    retry: (button) => ask("say", { replaces: button.closest(".turn").dataset.turn }),
    cite,
    passage: (button) => showPassage(button.dataset.id),
    why: async (button) => {
      whyOpener = button;
      await showWhy(button.closest(".turn").dataset.turn);
      one("#why-title").focus();
    },
    "close-why": closeWhy,
    practice: async (button) => {
      whyOpener = button;
      await showPractice();
      one("#why-title").focus();
    },
    mine: showMine,
    board: () => show("board"),
    sound: () => show("sound"),
    "say-this": (button) => ask("say", { said: button.dataset.say }),
    "begin-practice": (button) => ask("begin", { name: button.dataset.name }),
    settle: async (button) => {
      await ask("settle", { id: button.dataset.id, state: button.dataset.state });
      showMine();
    },
    "read-made": (button) => {
      const made = button.closest(".made");
      const viewer = one("#viewer");
      one(".content", viewer).innerHTML = `<div class="made paper">${made.innerHTML}</div>`;
      const title = one("summary", viewer);
      const heading = document.createElement("h2");
      heading.id = "viewer-title";
      heading.textContent = title.textContent;
      title.replaceWith(heading);
      one("[data-do=read-made]", viewer).remove();
      if (!viewer.open) viewer.showModal();
      viewer.scrollTop = 0;
    },
    "remove-made": async (button) => {
      if (!button.dataset.sure) {
        button.dataset.sure = "yes";
        button.textContent = "Delete for good?";
        return;
      }
      await ask("remove", { id: button.dataset.id });
      if (one("#viewer[open]")) showMine();
      else showPractice();
    },
    "look-back": (button) => {
      one("#viewer").close();
      move({ conversation: button.dataset.conversation });
    },
    "close-viewer": () => one("#viewer").close(),
    side: (button) => {
      document.body.dataset.side = "open";
      button.setAttribute("aria-expanded", "true");
      one("#side [data-do=close-side]").focus();
    },
    "close-side": () => {
      closeSide();
      one("[data-do=side]").focus();
    },
    away: () => {
      document.documentElement.innerHTML = "";
      location.replace("about:blank");
    },
    starter: (button) => {
      const field = input();
      field.value = button.textContent;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && DOES[button.dataset.do]) DOES[button.dataset.do](button, event);
    else if (event.target.id === "side") closeSide();
  });

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && event.target === input()) {
        if (event.isComposing) return;
        event.stopPropagation(); // Shift+Enter stays a new line, whatever the text box makes of it
        if (event.shiftKey) return;
        event.preventDefault();
        one("#send").click();
      } else if (event.key === "Escape" && !event.target.closest("form") && !one("#viewer[open]")) {
        escape(event.target);
      }
    },
    true,
  );

  function escape(target) {
    const card = target.closest(".card");
    if (answering && !isProtected) one("#stop").click();
    else if (card) {
      const marker = one(`[aria-controls="${card.id}"]`);
      cite(marker);
      marker.focus();
    } else if (document.body.dataset.side === "open") DOES["close-side"]();
    else closeWhy();
  }

  document.addEventListener("visibilitychange", acknowledge);

  function attach(given) {
    if (server) return;
    server = given;
    const viewer = document.createElement("dialog");
    viewer.id = "viewer";
    viewer.setAttribute("aria-labelledby", "viewer-title");
    viewer.innerHTML = `<div class="content"></div>
      <p class="tools"><button type="button" class="tool" data-do="close-viewer">Close</button></p>`;
    document.body.append(viewer);
    whenThere(connect);
  }

  function whenThere(then) {
    const parts = ["#transcript", "#list", "#status", "#reasons", "#stop", "#trouble"];
    if (parts.every((part) => one(part)) && input()) {
      one("#stop").disabled = true;
      follow();
      then();
    } else requestAnimationFrame(() => whenThere(then));
  }

  if (window.coachServer) queueMicrotask(() => attach(window.coachServer));
  return { attach, conversation: () => conversation, trouble };
})();
