// What all three pages of a workshop share: the socket that comes back, the clock, building elements.

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5000;

export const $ = (selector, from = document) => from.querySelector(selector);

// Text goes in as text, never as markup.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key.startsWith("aria-")) made.setAttribute(key, String(value));
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null && child !== false));
  return made;
}

export function live(path, take, { hello, onState } = {}) {
  let socket;
  let wait = FIRST_RETRY_MS;
  let over = false;
  let retry;
  const open = () => {
    clearTimeout(retry);
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    socket.onopen = () => {
      wait = FIRST_RETRY_MS;
      if (hello) socket.send(JSON.stringify(hello()));
      onState?.(true);
    };
    socket.onmessage = ({ data }) => take(JSON.parse(data));
    socket.onclose = () => {
      if (over) return;
      onState?.(false);
      retry = setTimeout(open, wait);
      wait = Math.min(wait * 2, LAST_RETRY_MS);
    };
  };
  open();
  // A locked phone lets go of its socket; it comes back when it is looked at.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !over && socket.readyState > WebSocket.OPEN) open();
  });
  return {
    send: (kind, more = {}) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify({ kind, ...more }));
      return true;
    },
    close: () => {
      over = true;
      clearTimeout(retry);
      socket.close();
    },
  };
}

// The step's time, counted here between two messages.
export function clock(target) {
  let room = null;
  let skew = 0;
  const show = () => {
    if (!room?.step) {
      target.textContent = "";
      return;
    }
    const left = room.ends == null ? room.left_s : room.ends - (Date.now() / 1000 + skew);
    const whole = Math.max(0, Math.ceil(Math.abs(left)) - (left < 0 ? 1 : 0));
    const text = `${left < 0 ? "+" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    target.textContent = room.ends == null ? `${text} (paused)` : text;
    target.classList.toggle("over", left < 0);
  };
  setInterval(show, 500);
  const tick = (next) => {
    room = next;
    show();
  };
  // The clock of a phone may be wrong by minutes.
  tick.set = (now) => {
    skew = now - Date.now() / 1000;
    show();
  };
  return tick;
}

export async function post(path, body = {}) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

export function save(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export function receipt(found) {
  if (!found) return "Everything that was said here has been deleted.";
  const { deleted, left } = found;
  const said = `${deleted.conversations} conversations with ${deleted.messages} messages, ${deleted.pages} pages, ` +
    `${deleted.commitments} commitments and ${deleted.cards} cards`;
  const rest = Object.values(left).reduce((sum, n) => sum + n, 0);
  return `Deleted: ${said}. Looked for afterwards: ${rest === 0 ? "nothing is left" : `${rest} rows are left; tell the facilitator`}.`;
}

export const SHADES = ["#2b5f63", "#b08a3e", "#7a9e87", "#9a6b5f", "#6c7fa3", "#a6a29a"];
