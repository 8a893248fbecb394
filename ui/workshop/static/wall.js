// The projected wall: how to come in, what is on, what the room has written.
import { $, clock, el, live, receipt, SHADES } from "./shared.js";

let room = null;
let wall = null;
const key = location.hash.slice(1) || sessionStorage.getItem("wall-key") || "";
sessionStorage.setItem("wall-key", key);
const tick = clock($("#timer"));

function take(message) {
  if (message.kind === "clock") return tick.set(message.now);
  if (message.kind === "room") room = message;
  else if (message.kind === "wall") wall = message;
  else if (message.kind === "gone" || message.kind === "stranger") {
    link.close();
    $("header").hidden = $("#broadcast").hidden = true;
    $("#main").replaceChildren(el("p", { class: "big" }, message.kind === "gone" ? receipt(message.receipt) : "Open the wall from the facilitator's desk."));
    return;
  }
  if (room) show();
}

function show() {
  tick(room);
  document.title = room.title;
  $("#title").textContent = room.step ? room.step.title : room.title;
  $("#join").replaceChildren(...(room.step && room.code ? [`${room.address.replace("https://", "")}  `, el("b", {}, room.code)] : []));
  $("#broadcast").textContent = room.broadcast;
  $("#broadcast").hidden = !room.broadcast;
  $("#main").replaceChildren(...content());
}

function content() {
  if (room.paused) return [el("p", { class: "big" }, "A pause. Phones down, please.")];
  if (wall?.spotlight) return [el("p", { class: "spot" }, wall.spotlight)];
  if (room.closing) return [el("p", { class: "big" }, "Take your notes home now: the button is on your phone. Then everything here is deleted."), ...board()];
  if (!room.step) return [door()];
  if (room.step.kind === "pulse" && room.pulse.length) return [plotPulse()];
  if (room.pulse_html) return [html(room.pulse_html)];
  if (wall?.prompt) return [el("p", { class: "big" }, wall.prompt), ...board()];
  const body = html(room.step.html);
  return [el("p", { class: "big" }, room.step.gist), body];
}

function html(text) {
  const made = el("div", {});
  made.innerHTML = text; // made by the coach from the agenda, escaped there
  return made;
}

function door() {
  const code = room.code.replace("-", "");
  return el("div", { class: "door" },
    room.code ? el("img", { alt: "QR code with the address of this room", src: `/qr.svg?code=${code}` }) : el("p", {}, "The doors are closed."),
    el("div", {},
      el("p", { class: "big" }, room.title),
      el("p", { class: "address" }, room.address), el("p", { class: "code" }, room.code),
      el("p", { class: "soft" }, "Your phone warns once about the certificate: this laptop made it itself. No account. What you say to the coach shows on your phone alone, and is deleted when we end."),
      el("p", { class: "soft" }, `${room.people} ${room.people === 1 ? "is" : "are"} in`)));
}

function board() {
  if (!wall?.cards.length) return [el("p", { class: "soft" }, "Cards show, mixed and without names, when at least five people have written.")];
  const by = Object.fromEntries(wall.cards.map((one) => [one.id, one]));
  const grouped = new Set(wall.themes.flatMap((one) => one.cards));
  const groups = wall.themes.map((theme, n) => group(theme.name, theme.cards.map((id) => by[id]), SHADES[n % SHADES.length]));
  const rest = wall.cards.filter((one) => !grouped.has(one.id));
  if (rest.length) groups.push(group(grouped.size ? "Others" : "", rest, null));
  const themes = wall.themes.length > 0;
  return [el("div", { class: themes ? "wall" : "wall alone" }, el("div", {}, ...groups), themes && plotThemes())];
}

function group(name, cards, shade) {
  const heading = name ? el("h3", {}, name) : null;
  const made = el("section", { class: "theme" }, heading, el("div", { class: "cards" }, ...cards.sort((a, b) => b.votes - a.votes).map((one) => {
    const card = el("div", { class: "card" }, one.text, one.votes ? el("small", {}, `${one.votes} vote${one.votes === 1 ? "" : "s"}`) : null);
    if (shade) card.style.setProperty("--shade", shade);
    return card;
  })));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// One bar a theme: its cards, and once people vote its votes.
function plotThemes() {
  const voted = wall.themes.some((one) => one.votes);
  const amount = (one) => (voted ? one.votes : one.cards.length);
  const most = Math.max(1, ...wall.themes.map(amount));
  const rows = wall.themes.map((one, n) => svg("g", {},
    svg("text", { x: 0, y: n * 54 + 16 }, one.name.length > 26 ? `${one.name.slice(0, 25)}…` : one.name),
    svg("rect", { x: 0, y: n * 54 + 23, width: Math.max(3, (amount(one) / most) * 190), height: 18, rx: 3, fill: SHADES[n % SHADES.length] }),
    svg("text", { x: Math.max(3, (amount(one) / most) * 190) + 8, y: n * 54 + 38 }, String(amount(one)))));
  const tall = wall.themes.length * 54 + 30;
  return el("figure", {}, svg("svg", { viewBox: `0 0 230 ${tall}`, role: "img", "aria-label": wall.themes.map((one) => `${one.name}: ${amount(one)}`).join("; ") },
    ...rows, svg("text", { x: 0, y: tall - 6, class: "soft" }, voted ? "votes" : "cards")));
}

// Means with the range in which the room as a whole may stand.
function plotPulse() {
  const x = (value) => 250 + ((value - 1) / (room.highest - 1)) * 400;
  const rows = room.pulse.map((one, n) => svg("g", {},
    svg("text", { x: 0, y: n * 60 + 36 }, one.title),
    svg("line", { x1: x(1), x2: x(room.highest), y1: n * 60 + 32, y2: n * 60 + 32, class: "scale" }),
    svg("line", { x1: x(one.low), x2: x(one.high), y1: n * 60 + 32, y2: n * 60 + 32, stroke: SHADES[n % SHADES.length], "stroke-width": 10, "stroke-linecap": "round", opacity: 0.35 }),
    svg("circle", { cx: x(one.mean), cy: n * 60 + 32, r: 9, fill: SHADES[n % SHADES.length] }),
    svg("text", { x: 670, y: n * 60 + 37 }, one.told)));
  const tall = room.pulse.length * 60 + 50;
  const ends = [svg("text", { x: x(1) - 10, y: tall - 10, class: "soft" }, "1"), svg("text", { x: x(room.highest) - 4, y: tall - 10, class: "soft" }, String(room.highest))];
  return el("figure", {}, svg("svg", { viewBox: `0 0 720 ${tall}`, role: "img", "aria-label": room.pulse.map((one) => `${one.title}: ${one.told}`).join("; ") }, ...rows, ...ends), html(room.pulse_html));
}

const link = live("/wall/live", take, { hello: () => ({ key }) });
