// The prompt of the one who plays the other person: a mood, and a line to begin from. Choices stay on this phone.
import { el } from "./shared.js";

const MOODS = ["closed", "guarded", "thawing", "open"];
const HEARD = [
  ["blamed", "I was blamed or judged", -1],
  ["told", "I was told what they saw", 0],
  ["asked", "I was asked, openly", 1],
  ["heard", "I felt heard, or they owned their part", 1],
];

let all = null;
let who = null;
let mood = 0;
let line = "";

export async function counterpart(target) {
  all ??= await (await fetch("/counterparts.json")).json();
  who ??= all[Math.floor(Math.random() * all.length)];
  line ||= who.enters[Math.floor(Math.random() * who.enters.length)];
  show(target);
}

function draw(cue) {
  const lines = who[MOODS[mood]];
  const from = lines[cue]?.length ? lines[cue] : lines.any;
  line = from[Math.floor(Math.random() * from.length)];
}

function show(target) {
  const react = ([cue, label, step]) =>
    el("button", { onclick: () => { mood = Math.max(0, Math.min(MOODS.length - 1, mood + step)); draw(cue); show(target); } }, label);
  target.replaceChildren(
    el("p", {}, "You play ", el("b", {}, who.title), "."),
    el("p", { class: "soft" }, `Right now: ${MOODS[mood]}. Say something like this, in your own words:`),
    el("div", { class: "lines" }, el("blockquote", {}, line)),
    el("p", {}, "What did the other one just do?"),
    el("div", { class: "roles" }, ...HEARD.map(react)),
    el("button", { onclick: () => { who = all[(all.indexOf(who) + 1) % all.length]; mood = 0; line = who.enters[0]; show(target); } }, "Play somebody else"),
  );
}
