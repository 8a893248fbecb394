// The facilitator's desk: counts, cards, what is held still. No conversation comes here.
import { $, clock, el, live, post, receipt, save } from "./shared.js";

const PLACES = { now: "at the exercise", coach: "with the coach", wall: "at the wall" };

let room = null;
let link = null;
const kept = {};
const tick = clock($("#timer"));

async function begin() {
  const key = location.hash.slice(1);
  if (key) {
    const { trouble } = await post("/desk/in", { key });
    history.replaceState(null, "", "/desk");
    if (trouble) return outside(trouble);
  }
  link = live("/desk/live", take, { onState: (there) => ($("#away").hidden = there) });
}

function outside(text) {
  $("#desk").hidden = true;
  $("#outside").hidden = false;
  $("#why").textContent = text;
}

function take(message) {
  if (message.kind === "room") show(message);
  else if (message.kind === "clock") tick.set(message.now);
  else if (message.kind === "trouble") $("#trouble").textContent = message.text;
  else if (message.kind === "gone") over(message.receipt);
  else if (message.kind === "stranger") {
    link.close();
    outside("Open the link that the coach printed where it was started. It has the desk's key.");
  }
}

function over(found) {
  link.close();
  $("#desk").hidden = true;
  $("#over").hidden = false;
  $("#receipt").textContent = receipt(found);
}

function show(message) {
  room = message;
  tick(room);
  $("#desk").hidden = false;
  $("#title").textContent = room.title;
  $("#code").textContent = room.code;
  $("#address").textContent = room.address;
  $("#wall").href = room.wall;
  const begun = room.at >= 0;
  $("#step").textContent = begun ? `${room.step.n}. ${room.step.title}` : "Not begun";
  $("#start").textContent = begun ? "Go on" : "Start";
  $("#start").hidden = begun && room.ends != null;
  $("#hold").hidden = room.ends == null;
  $("#next").disabled = !begun || room.at + 1 >= room.agenda.length;
  $("#say").replaceChildren(...room.say.map((line) => el("li", {}, line)));
  press("#panic", room.paused, "Let every coach go on", "Pause every coach");
  press("#freeze", room.frozen, "Let the wall go on", "Freeze the wall");
  press("#doors", !room.doors, "Open the doors", "Close the doors");
  $("#care").hidden = !room.care;
  $("#care").textContent = room.care ? `Someone may need a person (${room.care}). They agreed that you know this much, and no more. Offer a pause to the whole room, and stay where one can come to you.` : "";
  const here = Object.entries(room.places).filter(([, n]) => n).map(([place, n]) => `${n} ${PLACES[place] || place}`);
  $("#places").textContent = `${room.people} joined${here.length ? `: ${here.join(", ")}` : ""}.`;
  hands();
  cards();
  agenda();
  $("#show").hidden = !room.step?.prompt;
  $("#close-pulse").hidden = !room.pulse_open;
  $("#close").textContent = room.closing ? "Call off the end" : "Begin to end: phones take notes home";
  $("#closing").textContent = room.closing ? `Everything is deleted at ${new Date(room.closing * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}, or when you end it.` : "Deletes every conversation, card and seat. A receipt says what was there and that nothing is left.";
  $("#others").hidden = begun;
  fill("#add", room.ready.map((one) => [one.name, `${one.title} (${one.minutes} min)`]));
  fill("#other", room.agendas.map((one) => [one.name, `${one.title} (${one.minutes} min)`]));
}

function press(selector, on, when, otherwise) {
  $(selector).setAttribute("aria-pressed", on);
  $(selector).textContent = on ? when : otherwise;
}

function fill(selector, options) {
  const target = $(selector);
  if (target.options.length === options.length) return;
  target.replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
}

function hands() {
  const named = room.hands.filter(Boolean);
  const others = room.hands.length - named.length;
  const who = [...named, others && `${others} without a name`].filter(Boolean).join(", ");
  $("#hands").replaceChildren(...(room.hands.length ? [`Hands up: ${room.hands.length} (${who}) `, el("button", { onclick: () => link.send("lower_hands") }, "Lower all")] : []));
}

function cards() {
  const parts = [];
  for (const [step, prompt] of Object.entries(room.prompts)) {
    const here = room.cards.filter((one) => one.step === step);
    if (!here.length) continue;
    parts.push(el("p", { class: "soft" }, prompt));
    for (const one of here.sort((a, b) => b.votes - a.votes || a.text.localeCompare(b.text))) {
      const large = room.spotlight === one.id;
      parts.push(el("div", { class: one.hidden ? "card off" : "card" }, el("span", {}, one.text, one.votes ? ` (${one.votes})` : ""),
        !one.hidden && el("button", { "aria-pressed": large, onclick: () => link.send("spotlight", { card: large ? null : one.id }) }, "Spotlight"),
        el("button", { onclick: () => link.send("hide", { card: one.id, hidden: !one.hidden }) }, one.hidden ? "Put back" : "Hide")));
    }
  }
  $("#cards").replaceChildren(...(parts.length ? parts : [el("p", { class: "soft" }, "Nothing on the wall yet.")]));
}

function agenda() {
  if ($("#agenda").contains(document.activeElement) && document.activeElement.tagName === "INPUT") return;
  $("#minutes").textContent = `${room.agenda.reduce((sum, one) => sum + one.minutes, 0)} min`;
  $("#agenda").replaceChildren(...room.agenda.map((one, n) => {
    const minutes = el("input", { type: "number", min: 1, max: 240, value: one.minutes, "aria-label": `Minutes for ${one.title}`, onchange: () => arrange((list) => (list[n].minutes = Number(minutes.value))) });
    return el("li", { class: n === room.at ? "here" : "" }, el("div", {},
      el("button", { class: "name", title: one.gist, onclick: () => confirm(`Go to “${one.title}”?`) && link.send("go", { at: n }) }, one.title),
      minutes,
      el("button", { "aria-label": `Earlier: ${one.title}`, disabled: n === 0, onclick: () => arrange((list) => list.splice(n - 1, 0, ...list.splice(n, 1))) }, "↑"),
      el("button", { "aria-label": `Take out: ${one.title}`, disabled: n === room.at, onclick: () => arrange((list) => list.splice(n, 1)) }, "×")));
  }));
}

function arrange(how) {
  const steps = room.agenda.map((one) => ({ what: one.id, minutes: one.minutes }));
  how(steps);
  link.send("agenda", { steps });
}

// What is taken home. Held in this page too, since the room is gone afterwards.

async function get(path) {
  const answer = await fetch(path);
  if (answer.ok) kept[path] = await answer.blob();
  return kept[path];
}

async function picture() {
  const svg = await get("/desk/wall.svg");
  if (!svg) return;
  save("wall.svg", svg);
  const image = new Image();
  image.onload = () => {
    const canvas = el("canvas", { width: image.width * 2, height: image.height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => blob && save("wall.png", blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await svg.text())}`;
}

async function keepAll() {
  await Promise.all(["/desk/wall.md", "/desk/wall.svg", "/desk/summary.md"].map(get));
}

const tell = (kind, more) => () => link.send(kind, more?.());

const DOES = {
  start: tell("start"),
  hold: tell("hold"),
  more: tell("extend", () => ({ minutes: 1 })),
  much: tell("extend", () => ({ minutes: 5 })),
  next: tell("next"),
  panic: tell("panic", () => ({ on: !room.paused })),
  freeze: tell("freeze", () => ({ on: !room.frozen })),
  doors: tell("doors", () => ({ open: !room.doors })),
  show: tell("show", () => ({ step: room.step.id })),
  "close-pulse": tell("close_pulse", () => ({ step: room.step.id })),
  clear: () => {
    $("#line").value = "";
    link.send("broadcast", { text: "" });
  },
  add: () => arrange((list) => list.push({ what: $("#add").value, minutes: room.ready.find((one) => one.name === $("#add").value).minutes })),
  use: tell("use", () => ({ agenda: $("#other").value })),
  "save-wall": async () => save("wall.md", await get("/desk/wall.md")),
  "save-picture": picture,
  "save-summary": async () => save("summary.md", await get("/desk/summary.md")),
  close: async () => {
    await keepAll();
    link.send(room.closing ? "reopen" : "close");
  },
  end: async () => {
    if (!confirm("End now? Every conversation, card and seat is deleted for good.")) return;
    await keepAll();
    link.send("end");
  },
};

$("#announce").addEventListener("submit", (event) => {
  event.preventDefault();
  link.send("broadcast", { text: $("#line").value });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  $("#trouble").textContent = "";
  DOES[button.dataset.do]?.();
});

begin();
