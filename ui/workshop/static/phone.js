// A phone in a workshop: what is on now, the private talk, the wall.
import { VoiceClient } from "/voice/client.js";
import { counterpart } from "./counterparts.js";
import { $, clock, el, live, post, receipt, save, SHADES } from "./shared.js";

const WAITING = "workshop-waiting"; // cards that no page shows yet, to send again if the coach was started anew
const WHERE = "workshop-where"; // the exercise, and what was open in it

let link = null;
let room = null;
let wall = null;
let mine = { hand: false, votes: [], answered: null };
let place = "now";
let turns = [];
let cared = null;
let voice = null;
let role = null;
let kept = null;
let sent = ""; // the last message that left the box
const spokeIn = new Set(); // exercises in which the person has said something, so that nothing is suggested any more
const tick = clock($("#timer"));

// Coming in

async function begin() {
  $("#code").value = decodeURIComponent(location.hash.slice(1));
  const { seat } = await (await fetch("/here")).json();
  if (seat) enter();
  else if (sessionStorage.getItem("was-in")) ended(null);
  else $("#joining").hidden = false;
}

$("#join").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await post("/join", { code: $("#code").value, nickname: $("#nickname").value });
  $("#join-trouble").textContent = answer.trouble || "";
  if (answer.trouble) return;
  history.replaceState(null, "", "/");
  enter();
});

function enter() {
  $("#joining").hidden = true;
  $("#room").hidden = false;
  sessionStorage.setItem("was-in", "yes");
  link = live("/seat", take, {
    onState: (there) => {
      $("#gone-away").hidden = there;
      if (there) setTimeout(() => link.send("place", { place }), 0);
    },
  });
}

const HAPPENS = {
  room: takeRoom,
  clock: ({ now }) => tick.set(now),
  wall: (message) => {
    wall = message;
    forgetShown();
    showWall();
  },
  mine: (message) => {
    mine = message;
    $("#hand").setAttribute("aria-pressed", mine.hand);
    $("#hand").textContent = mine.hand ? "Hand is up" : "Hand";
    sendAgain();
    showNow();
    showWall();
  },
  opened: (message) => {
    turns = message.turns;
    showTurns();
  },
  turn: ({ turn }) => {
    const at = turns.findIndex((one) => one.id === turn.id);
    if (at < 0) {
      $("#pending")?.remove();
      turns.push(turn);
    } else turns[at] = turn;
    showTurn(turn);
    if (!turn.answering) trouble("");
  },
  card_taken: ({ forgotten }) => {
    const input = $("#card");
    if (input) input.value = "";
    const gone = forgotten ? " You had said it to the coach in the same words; there it is deleted now." : "";
    note(`Your card waits, sealed, until enough others have written. Then they show together, mixed.${gone}`);
  },
  care: ({ agreed }) => {
    cared = agreed;
    showTurns();
  },
  trouble: (message) => {
    if (message.about === "card" || message.about === "vote") return note(message.text);
    if (message.about === "say") {
      $("#pending")?.remove();
      giveBack();
    }
    trouble(message.text);
  },
  gone: ({ receipt: found }) => ended(found),
  stranger: () => ended(null),
};

function take(message) {
  HAPPENS[message.kind]?.(message);
}

function ended(found) {
  link?.close();
  voice?.stop();
  sessionStorage.removeItem("was-in");
  sessionStorage.removeItem(WAITING);
  sessionStorage.removeItem(WHERE);
  $("#room").hidden = $("#joining").hidden = true;
  $("#over").hidden = false;
  $("#receipt").textContent = receipt(found);
  $("#kept").hidden = !kept;
}

function takeRoom(message) {
  const moved = room && room.step?.id !== message.step?.id;
  const first = !room;
  if (room?.paused && !message.paused) trouble("");
  room = message;
  tick(room);
  document.title = room.title;
  $("#title").textContent = room.step ? `${room.step.n}/${room.step.of} ${room.step.title}` : room.title;
  banner("#broadcast", room.broadcast);
  banner("#still", room.paused ? "The coach is paused for a moment. Look up, please." : room.frozen ? "Look up for a moment, please. The wall stands still." : "");
  $("#closing").hidden = room.closing == null;
  if (room.closing != null) keep();
  if (moved) role = null;
  if (first || moved) go(home());
  if (voice && room.paused) stopVoice();
  showNow();
  showWall();
  showStarters();
}

function banner(selector, text) {
  const line = $(selector);
  line.textContent = text;
  line.hidden = !text;
}

function home() {
  // A page that was loaded anew in the same exercise opens where it was.
  const was = JSON.parse(sessionStorage.getItem(WHERE) || "{}");
  if (was.place && was.step === (room.step?.id ?? null)) return was.place;
  if (room.step?.kind === "coach" && turns.length) return "coach";
  return "now";
}

function go(to) {
  place = to;
  if (room) sessionStorage.setItem(WHERE, JSON.stringify({ step: room.step?.id ?? null, place }));
  for (const name of ["now", "coach", "wall"]) {
    $(`#${name}`).hidden = name !== place;
    const button = $(`[data-place=${name}]`);
    if (name === place) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  $("#composer").hidden = place !== "coach";
  $("[data-place=wall]").classList.toggle("due", place !== "wall" && Boolean(room?.takes_cards));
  if (place === "coach") $("#coach").scrollTo(0, $("#coach").scrollHeight);
  link?.send("place", { place });
}

// Now

function showNow() {
  const target = $("#now");
  const step = room?.step;
  if (!step) {
    target.replaceChildren(
      el("h2", {}, room?.title || ""),
      el("p", {}, "You are in. It begins when the facilitator starts."),
      el("p", { class: "soft" }, "Until then you can say something to the coach: it shows on this phone alone."),
      el("button", { class: "cta", onclick: () => go("coach") }, "Talk with the coach"),
    );
    return;
  }
  const body = el("div", { class: "body" });
  body.innerHTML = step.html; // made by the coach from the agenda, escaped there
  const parts = [el("h2", {}, step.title), body];
  if (step.kind === "coach") parts.push(el("button", { class: "primary cta", onclick: () => go("coach") }, "Talk with the coach"));
  if (step.prompt) parts.push(el("button", { class: step.kind === "wall" ? "primary cta" : "cta", onclick: () => go("wall") }, step.kind === "wall" ? "Write on the wall" : "To the wall"));
  if (step.kind === "pair") parts.push(pair());
  if (step.kind === "pulse") parts.push(pulse(step));
  const typing = target.contains(document.activeElement) && document.activeElement.tagName === "INPUT";
  const held = typing && step.kind === "pulse" && target.dataset.step === step.id && !room.pulse?.closed;
  if (held) return; // nobody's half-filled answers are wiped by somebody else's vote
  target.dataset.step = step.id;
  target.replaceChildren(...parts);
}

function pair() {
  const here = el("div", { class: "roles" });
  const choose = (to) => {
    role = to;
    showNow();
  };
  if (!role) {
    here.append(
      el("button", { class: "primary", onclick: () => choose("practise") }, "I practise"),
      el("button", { onclick: () => choose("play") }, "I play the other"),
      el("button", { onclick: () => choose("watch") }, "I watch"),
    );
    return here;
  }
  if (role === "play") counterpart(here);
  if (role === "practise") {
    here.append(
      el("p", {}, "Say in two sentences who it is with and what happened. Then begin as you would in the real talk."),
      el("p", { class: "soft" }, "One moment, what it led to, one question. Then be silent."),
      el("button", { onclick: () => go("coach") }, "Look at what I planned"),
    );
  }
  if (role === "watch") {
    here.append(el("p", {}, "Write down the one sentence after which the other leaned in, and the one after which they leaned back. Say both at the end, and nothing else."));
  }
  return el("div", { class: "roles" }, here, el("button", { onclick: () => choose(null) }, "Change roles"));
}

const answers = {};

function pulse(step) {
  if (room.pulse.closed) {
    const found = el("div", { class: "body" });
    found.innerHTML = room.pulse.html;
    return found;
  }
  if (mine.answered === step.id && !answers.again) {
    return el("div", { class: "body" }, el("p", {}, "Your answers wait, sealed, until the facilitator closes the pulse."),
      el("button", { onclick: () => { answers.again = true; showNow(); } }, "Change them"));
  }
  const form = el("form", { class: "body" });
  for (const one of room.pulse.statements) {
    form.append(
      el("fieldset", { class: "statement" }, el("legend", {}, one.text),
        el("div", { class: "scale" }, ...room.pulse.scale.map((label, n) =>
          el("label", {}, el("input", { type: "radio", name: one.id, value: n + 1, checked: answers[one.id] === n + 1, onchange: () => (answers[one.id] = n + 1) }), label)))),
    );
  }
  form.append(el("p", { class: "trouble", id: "pulse-trouble" }), el("button", { class: "primary cta" }, "Send my answers"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { again, ...given } = answers;
    answers.again = false;
    document.activeElement?.blur();
    link.send("pulse", { step: step.id, answers: given });
  });
  return form;
}

// The talk

function showTurns() {
  $("#turns").replaceChildren(...turns.map(drawTurn));
  showStarters();
  $("#coach").scrollTo(0, $("#coach").scrollHeight);
}

function showTurn(turn) {
  const old = document.getElementById(`turn-${turn.id}`);
  const made = drawTurn(turn);
  if (old) old.replaceWith(made);
  else $("#turns").append(made);
  showStarters();
  const pane = $("#coach");
  if (turn.pages.length) {
    for (const older of document.querySelectorAll("#turns details[open]")) if (!made.contains(older)) older.open = false;
    pane.scrollTo({ top: made.querySelector(".reply").offsetTop - pane.offsetTop - 8 });
  } else pane.scrollTo({ top: made.offsetTop + made.offsetHeight - pane.clientHeight + 40 });
}

function drawTurn(turn) {
  const reply = el("div", { class: turn.care ? "reply care" : "reply" });
  if (turn.who) reply.append(el("p", { class: "soft small" }, `${turn.who}, in the rehearsal`));
  for (const line of turn.notices) reply.append(el("p", { class: "soft small" }, line));
  const sources = el("div", {});
  let paragraph = null;
  let kind = null;
  for (const sentence of turn.sentences) {
    const group = ["question", "words"].includes(sentence.kind) ? sentence.kind : "plain";
    if (!paragraph || group !== kind || turn.care) {
      paragraph = el("p", { class: group });
      reply.append(paragraph);
      kind = group;
    }
    paragraph.append(...withNumbers(sentence.text, turn.care), " ");
    for (const n of sentence.cites) {
      const source = turn.sources.find((one) => one.n === n);
      paragraph.append(el("button", { class: "cite", "aria-label": `Source ${n}: ${source.source}`, onclick: () => {
        const there = sources.querySelector(`[data-n="${n}"]`);
        if (there) there.remove();
        else sources.append(el("div", { class: "source", "data-n": n }, el("p", {}, source.quote), el("p", { class: "soft" }, `${source.source}. Evidence ${source.grade}: ${source.means}.`)));
      } }, `[${n}]`));
    }
  }
  reply.append(sources);
  const newest = turns.filter((one) => one.pages.length).at(-1)?.id;
  for (const page of turn.pages) {
    const inside = el("div", {});
    inside.innerHTML = page.html; // made by the coach, escaped there
    // A finished page is shown open; the version before it is folded away.
    reply.append(el("details", { open: !newest || newest === turn.id }, el("summary", {}, page.title), inside));
  }
  if (turn.answering) reply.append(el("p", { class: "soft waiting" }, "The coach is answering"));
  else if (["interrupted", "open", "failed"].includes(turn.status) && !turn.care) {
    reply.append(el("p", { class: "soft small" }, turn.sentences.length ? "Stopped here." : "This got no answer. ",
      !turn.sentences.length && el("button", { onclick: () => link.send("say", { text: turn.said, replaces: turn.id }) }, "Try again")));
  }
  if (turn.care && !turn.answering && turn === lastCare()) reply.append(agree());
  if (!document.hidden) link.send("heard", { turn: turn.id, n: turn.sentences.length });
  return el("article", { id: `turn-${turn.id}` }, el("div", { class: "bubble" }, turn.said), reply);
}

const lastCare = () => turns.filter((one) => one.care).at(-1);

function withNumbers(text, care) {
  if (!care) return [text];
  return text.split(/((?<![\w.,/-])\+?\d(?:[ -]?\d){2,14}(?![\w/-]))/).map((part, n) =>
    n % 2 ? el("a", { href: `tel:${part.replace(/[ -]/g, "")}` }, part) : part);
}

// Nobody is told anything unless the person says so.
function agree() {
  if (cared) {
    return el("div", { class: "agree" }, el("p", { class: "small" }, "The facilitator sees that someone in the room may need a person; not who. You can also just walk up to them."),
      el("div", { class: "row" }, el("button", { onclick: () => link.send("care", { agreed: false }) }, "Take it back")));
  }
  return el("div", { class: "agree" }, el("p", { class: "small" }, "Shall the facilitator know that someone in the room may need a person? No name is told, and nothing of what you wrote."),
    el("div", { class: "row" }, el("button", { onclick: () => link.send("care", { agreed: true }) }, "Yes, let them know"), cared === null && el("button", { onclick: () => { cared = false; showTurns(); } }, "No")));
}

function showStarters() {
  const step = room?.step;
  const quiet = !turns.at(-1)?.care && !turns.some((one) => one.answering) && !spokeIn.has(step?.id);
  const found = step?.kind === "coach" && quiet ? step.starters : [];
  const hint = turns.length ? null : el("p", { class: "soft" }, "Say what is on your mind, as you would to a colleague you trust. Only this phone shows it.");
  $("#starters").replaceChildren(...[hint, ...found.map((text) =>
    el("button", { type: "button", onclick: () => say(text) }, text))].filter(Boolean));
}

function say(text) {
  trouble("");
  spokeIn.add(room.step?.id);
  sent = text;
  if (!link.send("say", { text })) {
    trouble("The connection is gone. It is sent when you press Send again.");
    return false;
  }
  showSent(text);
  return true;
}

// Where many press Send together it is a moment until one's turn begins; what was sent shows at once.
function showSent(text) {
  $("#pending")?.remove();
  const made = el("article", { id: "pending" }, el("div", { class: "bubble" }, text), el("p", { class: "reply soft waiting" }, "Sent"));
  $("#turns").append(made);
  $("#coach").scrollTo(0, $("#coach").scrollHeight);
}

// What the coach did not take is there to be sent once more.
function giveBack() {
  if (!said.value) said.value = sent;
}

function trouble(text) {
  $("#trouble").textContent = text;
}

const said = $("#said");
said.addEventListener("input", () => {
  said.style.height = "auto";
  said.style.height = `${said.scrollHeight + 2}px`;
});
said.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || !matchMedia("(hover: hover)").matches) return;
  event.preventDefault();
  $("#composer").requestSubmit();
});
$("#composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = said.value.trim();
  if (!text) return;
  if (room.paused) trouble("The coach is paused. If it is urgent, send it anyway or tell the facilitator.");
  if (say(text)) {
    said.value = "";
    said.style.height = "auto";
  }
});

// Push to talk

const LINES = {
  loading: "Waking the ears of the coach …",
  ready: "Hold the button and speak.",
  hearing: "I hear you. Let go when done.",
  thinking: "Thinking …",
  listening: "Hold the button and speak.",
};

async function startVoice() {
  const made = new VoiceClient($("#aloud").checked ? "aloud" : "quiet", { push: true, sound: "headphones" });
  made.addEventListener("voice", ({ detail }) => {
    if (detail.type === "state" || LINES[detail.type]) {
      const state = detail.state || detail.type;
      $("#talk").dataset.state = state;
      $("#voice-line").textContent = LINES[state] || "";
    }
    if (detail.type === "trouble" || detail.type === "refused") trouble(detail.text);
    if (detail.type === "stopped") voice = null;
  });
  $("#voice-line").textContent = LINES.loading;
  try {
    await made.start();
    voice = made;
    $("#aloud-line").hidden = false;
  } catch (error) {
    made.stop();
    $("#voice-line").textContent = "";
    trouble(`${error.message} Typing does everything that talking does.`);
    $("#talk").disabled = true;
  }
}

function stopVoice() {
  voice?.stop();
  voice = null;
  $("#voice-line").textContent = "";
  $("#talk").removeAttribute("data-state");
}

$("#talk").addEventListener("pointerdown", (event) => {
  event.preventDefault();
  if (voice) voice.press();
  else startVoice();
});
for (const name of ["pointerup", "pointercancel", "pointerleave"]) $("#talk").addEventListener(name, () => voice?.release());
$("#talk").addEventListener("contextmenu", (event) => event.preventDefault());
$("#talk").addEventListener("keydown", (event) => {
  if (event.code !== "Space" && event.code !== "Enter") return;
  event.preventDefault();
  if (event.repeat) return;
  if (voice) voice.press();
  else startVoice();
});
$("#talk").addEventListener("keyup", () => voice?.release());
$("#aloud").addEventListener("change", () => {
  stopVoice();
  startVoice();
});

// The wall

function showWall() {
  const target = $("#wall");
  const typed = $("#card")?.value || "";
  const focused = document.activeElement?.id === "card";
  if (!wall?.step) {
    target.replaceChildren(el("p", { class: "soft" }, "The wall has no question at the moment."));
    return;
  }
  const parts = [el("h2", {}, wall.prompt)];
  if (room?.takes_cards && room.step.id === wall.step) {
    const form = el("form", {}, el("label", { class: "unseen", for: "card" }, wall.prompt),
      el("textarea", { id: "card", rows: "3", maxlength: "280", placeholder: "One thought. Write it so that nobody knows you by it." }),
      el("p", { id: "card-note", class: "soft small", role: "status" }), el("button", { class: "primary" }, "Send to the wall, without my name"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sendCard($("#card").value);
    });
    parts.push(form);
  }
  const by = Object.fromEntries(wall.cards.map((one) => [one.id, one]));
  const grouped = new Set(wall.themes.flatMap((one) => one.cards));
  wall.themes.forEach((theme, n) => {
    parts.push(el("p", { class: "theme" }, theme.name), ...theme.cards.map((id) => drawCard(by[id], SHADES[n % SHADES.length])));
  });
  const rest = wall.cards.filter((one) => !grouped.has(one.id));
  if (rest.length && grouped.size) parts.push(el("p", { class: "theme" }, "Others"));
  parts.push(...rest.map((one) => drawCard(one)));
  if (!wall.cards.length) parts.push(el("p", { class: "soft" }, "Nothing shows before five people have written."));
  else if (wall.votes) parts.splice(1, 0, el("p", { class: "soft small" }, `You have ${wall.votes} votes.`));
  const line = $("#card-note")?.textContent || "";
  target.replaceChildren(...parts);
  if ($("#card")) $("#card").value = typed;
  if (line) note(line);
  if (focused) $("#card")?.focus();
  $("[data-place=wall]").classList.toggle("due", place !== "wall" && Boolean(room?.takes_cards));
}

function drawCard(card, shade) {
  const voted = mine.votes.includes(card.id);
  const votes = wall.votes > 0 && el("button", { "aria-pressed": voted, "aria-label": `Vote for: ${card.text}`, onclick: () => link.send("vote", { card: card.id }) }, voted ? `✓ ${card.votes || ""}` : `Vote ${card.votes || ""}`);
  const made = el("div", { class: "card" }, el("span", {}, card.text), votes);
  if (shade) made.style.setProperty("--shade", shade);
  return made;
}

function note(text) {
  const line = $("#card-note");
  if (line) line.textContent = text;
}

function waiting() {
  return JSON.parse(sessionStorage.getItem(WAITING) || "[]");
}

function sendCard(text) {
  if (!text.trim()) return;
  if (!link.send("card", { step: wall.step, text })) {
    note("The connection is gone. Press again when it is back.");
    return;
  }
  sessionStorage.setItem(WAITING, JSON.stringify([...waiting(), { step: wall.step, text, by: mine.sealed_by }]));
}

// What is on the wall needs no second sending, and stays on no phone.
function forgetShown() {
  const shown = new Set(wall.cards.map((one) => one.text));
  const left = waiting().filter((one) => !shown.has(one.text.split(/\s+/).join(" ").trim()));
  sessionStorage.setItem(WAITING, JSON.stringify(left));
}

function sendAgain() {
  const lost = waiting().filter((one) => one.by !== mine.sealed_by && one.step === room?.step?.id);
  if (!lost.length) return;
  for (const one of lost) link.send("card", { step: one.step, text: one.text });
  sessionStorage.setItem(WAITING, JSON.stringify(waiting().map((one) => ({ ...one, by: mine.sealed_by }))));
}

// Going home

async function keep() {
  const answer = await fetch("/mine.md");
  if (answer.ok) kept = await answer.blob();
}

const DOES = {
  hand: () => link.send("hand", { up: !mine.hand }),
  menu: () => {
    const open = $("#more").hidden;
    $("#more").hidden = !open;
    $("#menu").setAttribute("aria-expanded", open);
  },
  take: async () => {
    await keep();
    if (kept) save("my-notes.md", kept);
  },
  "save-kept": () => save("my-notes.md", kept),
  qr: () => {
    $("#take-qr").hidden = false;
    $("#take-qr img").src = `/mine/qr.svg?${Date.now()}`;
  },
  go: async () => {
    if (!confirm("Delete your conversation now and leave? Cards on the wall stay: nobody knows which are yours.")) return;
    await post("/go");
    $("#over h1").textContent = "You have left";
    ended(null);
  },
  again: () => location.assign("/"),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do], [data-place]");
  if (!button) return;
  if (button.dataset.place) go(button.dataset.place);
  else DOES[button.dataset.do]?.();
});

begin();
