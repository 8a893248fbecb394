// The talk panel: one large button, captions of both sides, what is open and what is set.
import { MicrophoneError, VoiceClient } from "./client.js";

const STATES = {
  loading: "Waking the voice …",
  listening: "Listening",
  think: "Take your time",
  hearing: "I hear you",
  thinking: "Thinking",
  speaking: "Speaking",
  paused: "Paused",
  away: "The connection is gone. Trying again …",
};
const REMEMBERED = "coach-voice";
// Speech is loud at a tenth of full scale.
const FULL_LEVEL = 0.15;

const one = (selector, from = document) => from.querySelector(selector);
const panel = () => one("#voice-panel");

let client = null;
let state = "idle";

function choices() {
  const found = { sound: "speakers", push: false, patience: "auto", speed: 1 };
  try {
    return { ...found, ...JSON.parse(localStorage.getItem(REMEMBERED) || "{}") };
  } catch {
    return found;
  }
}

function keep(changed) {
  const all = { ...choices(), ...changed };
  localStorage.setItem(REMEMBERED, JSON.stringify(all));
  client?.set(all);
  show();
}

function trouble(text) {
  const line = one(".voice-trouble", panel());
  line.textContent = text;
  line.hidden = !text;
}

function caption(who, text, live = false) {
  const line = one(`.caption.${who}`, panel());
  line.textContent = text;
  line.dataset.live = live;
}

// What the button does now: begin, be held, or interrupt.
function label() {
  if (!client) return "Talk";
  if (choices().push) return client.pressed ? "Let go when done" : "Hold to talk";
  if (state === "speaking") return "Tap to interrupt";
  return { loading: "Waking up", thinking: "Thinking", paused: "Paused", away: "Trying again" }[state] || "Listening";
}

function show() {
  const root = panel();
  if (!root) return;
  root.dataset.state = client ? state : "idle";
  const words = client ? STATES[state] || "" : "";
  const status = one("#voice-state");
  if (status.textContent !== words) status.textContent = words;
  one("#talk-button .label").textContent = label();
  one(".voice-tools", root).hidden = !client;
  one(".captions", root).hidden = !client;
  for (const [name, on] of [["mute", client?.muted], ["pause", client?.paused]]) {
    const button = one(`[data-voice=${name}]`, root);
    button.setAttribute("aria-pressed", Boolean(on));
    button.textContent = { mute: on ? "Unmute" : "Mute", pause: on ? "Go on" : "Pause" }[name];
  }
  const set = choices();
  one("[data-choice=headphones]", root).checked = set.sound === "headphones";
  one("[data-choice=push]", root).checked = set.push;
  one("[data-choice=patience]", root).value = set.patience;
  one("[data-choice=speed]", root).value = String(set.speed);
}

function go(to) {
  state = to;
  show();
}

const HAPPENS = {
  loading: () => go("loading"),
  ready: () => go("listening"),
  state: (event) => go(event.state === "listening" && event.patience === "think" ? "think" : event.state),
  you: (event) => {
    caption("you", event.text, !event.final);
    if (event.final) caption("coach", "");
  },
  you_were_saying: (event) => caption("you", `You were saying: “${event.text}” Go on.`, true),
  saying: (event) => caption("coach", event.text),
  notice: (event) => trouble(event.text),
  trouble: (event) => trouble(event.text),
  refused: (event) => trouble(event.text),
  moved: (event) => trouble(event.text),
  connected: () => client.unheard || trouble(""),
  disconnected: () => go("away"),
  "no-sound": () =>
    trouble("No sound comes out of this machine, so the coach's words stand here to read. Go on talking."),
  "microphone-lost": () => trouble("The microphone went away. End the talk and begin it again."),
  microphone: (event) => (one(".microphone-open").hidden = !event.open),
  level: (event) => {
    const height = client?.muted ? 0 : Math.min(1, event.level / FULL_LEVEL);
    one(".level span").style.transform = `scaleX(${height})`;
  },
  stopped: () => {
    client = null;
    one(".level span").style.transform = "scaleX(0)";
    go("idle");
  },
};

async function begin() {
  trouble("");
  const made = new VoiceClient(window.coachPage.conversation(), choices());
  made.addEventListener("voice", ({ detail }) => client === made && HAPPENS[detail.type]?.(detail));
  client = window.coachVoice.client = made;
  caption("you", "");
  caption("coach", "");
  go("loading");
  try {
    await made.start();
  } catch (error) {
    made.stop();
    client = null;
    go("idle");
    if (!(error instanceof MicrophoneError)) console.error(error);
    trouble(error instanceof MicrophoneError ? error.message : "The voice does not start in this browser. Type instead.");
  }
}

const DOES = {
  talk: () => {
    if (!client) begin();
    else if (!choices().push && state === "speaking") client.interrupt();
  },
  mute: () => client?.mute(!client.muted),
  pause: () => client?.pause(!client.paused),
  end: () => client?.stop(),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-voice]");
  if (!button) return;
  DOES[button.dataset.voice]();
  show();
});

document.addEventListener("change", (event) => {
  const { choice } = event.target.dataset;
  if (choice === "headphones") keep({ sound: event.target.checked ? "headphones" : "speakers" });
  else if (choice === "push") keep({ push: event.target.checked });
  else if (choice === "patience") keep({ patience: event.target.value });
  else if (choice === "speed") keep({ speed: Number(event.target.value) });
});

// Held to talk: the button by finger or mouse, the space bar wherever nothing is being written.

const holds = () => client && choices().push;

document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest("#talk-button") || !holds()) return;
  event.preventDefault();
  client.press();
  show();
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (!client?.pressed) return;
    client.release();
    show();
  });
}
// A long press on a phone would open its menu.
document.addEventListener("contextmenu", (event) => event.target.closest("#talk-button") && event.preventDefault());

const OTHERS = "input, textarea, select, summary, a, [contenteditable], button:not(#talk-button)";

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && client && state === "speaking") client.interrupt();
  if (event.code !== "Space" || !holds() || event.target.closest(OTHERS)) return;
  event.preventDefault();
  if (event.repeat) return;
  client.press();
  show();
});
document.addEventListener("keyup", (event) => {
  if (event.code !== "Space" || !client?.pressed) return;
  event.preventDefault();
  client.release();
  show();
});
window.addEventListener("blur", () => client?.release());

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) client?.wake().catch((error) => trouble(error.message));
});
window.addEventListener("online", () => client?.wake().catch((error) => trouble(error.message)));
window.addEventListener("pagehide", () => client?.stop());

// The page shows another conversation: the talk goes on there.
document.addEventListener("coach:opened", ({ detail }) => {
  if (!client || client.conversation === detail) return;
  client.stop();
  begin();
});

window.coachVoice = {
  client: null,
  // A corrected message is answered aloud while one talks. Says whether it will be.
  say(text, replaces) {
    if (!client?.isOpen) return false;
    client.say(text, replaces);
    return true;
  },
};

function whenThere() {
  if (panel()) show();
  else requestAnimationFrame(whenThere);
}
whenThere();
