// One spoken conversation: microphone to socket, socket to loudspeaker, and reports of what was really played.
// Knows nothing of the page around it; tells what happens as events.
import { Loudspeaker } from "./loudspeaker.js";
import { Microphone, MicrophoneError } from "./microphone.js";

const FIRST_RETRY_MS = 400;
const LAST_RETRY_MS = 5000;
// What was more than half played was heard.
const HEARD_SHARE = 0.5;

// On a phone that slept, a socket may look open and lead nowhere; a living one answers at once.
const ANSWERS_MS = 2000;

export { MicrophoneError };

export class VoiceClient extends EventTarget {
  constructor(conversation, settings) {
    super();
    this.conversation = conversation;
    this.settings = settings;
    this.retryMs = FIRST_RETRY_MS;
    this.muted = false;
    this.paused = false;
    this.pressed = false;
    this.closed = false;
    this.sounds = new Map(); // samples received of each sentence that waits to be played
    this.now = null; // the sentence that is being played
    this.log = []; // what happened when, for whoever measures
  }

  emit(type, detail = {}) {
    const event = { type, at: performance.timeOrigin + performance.now(), ...detail };
    this.log.push(event);
    if (this.log.length > 2000) this.log.shift();
    this.dispatchEvent(new CustomEvent("voice", { detail: event }));
  }

  // Begins inside the click that asked for it: browsers let sound out only then.
  async start() {
    if (!window.isSecureContext || !navigator.mediaDevices) {
      throw new MicrophoneError(
        `Browsers open the microphone only on this machine itself or over HTTPS. On the coach's machine use ` +
          `http://localhost:${location.port || 80}; for a phone, start the coach with: coach ui --https`,
      );
    }
    this.microphone = new Microphone({
      heard: (buffer) => this.heard(buffer),
      lost: () => this.emit("microphone-lost"),
    });
    this.loudspeaker = new Loudspeaker({ reached: (data) => this.reached(data), silent: () => this.fellSilent() });
    await Promise.all([this.microphone.open(), this.loudspeaker.open()]);
    if (this.closed) return;
    this.applyMicrophone();
    await this.loudspeaker.look();
    this.connect();
    await this.stayAwake();
  }

  heard(buffer) {
    const samples = new Int16Array(buffer);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    this.emit("level", { level: Math.sqrt(sum / samples.length) / 32768 });
    const wanted = !this.settings.push || this.pressed;
    if (wanted && !this.paused && this.isOpen) this.socket.send(buffer);
  }

  // The server

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(
      `${scheme}://${location.host}/talk?conversation=${encodeURIComponent(this.conversation)}`,
    );
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.retryMs = FIRST_RETRY_MS;
      this.emit("connected");
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.take(data);
    };
    socket.onclose = () => {
      if (this.closed || socket !== this.socket) return;
      this.lostSocket();
      this.retry = setTimeout(() => this.connect(), this.retryMs);
      this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
    };
  }

  lostSocket() {
    this.silence();
    this.emit("disconnected");
  }

  reconnect() {
    clearTimeout(this.retry);
    if (this.isOpen) this.lostSocket();
    const old = this.socket;
    this.connect();
    old?.close();
  }

  // Asks whether the other end is there.
  probe() {
    if (this.socket?.readyState === WebSocket.CONNECTING) return;
    if (!this.isOpen) {
      this.reconnect();
      return;
    }
    const asked = performance.now();
    this.send("there");
    setTimeout(() => {
      if (!this.closed && this.isOpen && this.answered < asked) this.reconnect();
    }, ANSWERS_MS);
  }

  send(kind, more = {}) {
    if (this.isOpen) this.socket.send(JSON.stringify({ kind, ...more }));
  }

  take(data) {
    this.answered = performance.now();
    if (data instanceof ArrayBuffer) {
      const samples = data.byteLength / 2;
      if (this.latest) this.sounds.set(this.latest, (this.sounds.get(this.latest) || 0) + samples);
      this.emit("sound", { samples });
      this.loudspeaker.take(data);
      return;
    }
    const message = JSON.parse(data);
    switch (message.kind) {
      case "ready":
        this.loudspeaker.take({ rate: message.rate });
        this.tellSettings();
        if (this.paused) this.send("pause");
        if (this.pressed) this.send("press");
        break;
      case "sentence":
        this.latest = `${message.turn} ${message.n}`;
        this.sounds.set(this.latest, 0);
        this.loudspeaker.take({ mark: { begins: true, turn: message.turn, n: message.n, text: message.text } });
        break;
      case "end":
        this.loudspeaker.take({ mark: { ends: true, turn: message.turn } });
        break;
      case "hold":
        this.loudspeaker.take({ hold: true });
        break;
      case "go_on":
        if (!this.paused) this.loudspeaker.take({ hold: false });
        break;
      case "flush":
        this.loudspeaker.take({ flush: message.turn || "none" });
        break;
    }
    this.emit(message.kind, message);
    if (message.kind === "refused" || message.kind === "moved") this.stop();
  }

  // The loudspeaker

  reached(data) {
    if (data.mark) {
      this.finish();
      if (data.mark.begins) this.begin(data.mark);
      else {
        this.send("drained", { turn: data.mark.turn });
        this.emit("drained", data.mark);
      }
    } else if (data.sounding !== undefined) {
      if (data.sounding && this.now && this.audible !== this.now.turn) {
        this.audible = this.now.turn;
        this.send("playing", { turn: this.now.turn });
      }
      this.emit("sounding", { sounding: data.sounding });
    } else if (data.flushed) this.flushed(data);
  }

  begin(mark) {
    this.now = mark;
    this.send("began", { turn: mark.turn, n: mark.n });
    this.emit("saying", mark);
  }

  finish() {
    if (!this.now) return;
    this.send("played", { turn: this.now.turn, n: this.now.n + 1 });
    this.sounds.delete(`${this.now.turn} ${this.now.n}`);
    this.now = null;
  }

  flushed(data) {
    const whole = this.now ? this.sounds.get(`${this.now.turn} ${this.now.n}`) || 0 : 0;
    const heard = this.now ? this.now.n + (whole > 0 && data.played >= HEARD_SHARE * whole ? 1 : 0) : 0;
    if (this.now) this.send("flushed", { turn: this.now.turn, n: heard });
    this.now = null;
    this.sounds.clear();
    this.emit("flushed", { heard });
  }

  silence() {
    this.loudspeaker.take({ flush: "none" });
    this.audible = null;
  }

  // Nothing is heard, so there is no echo either, and speaking may interrupt.
  fellSilent() {
    this.unheard = true;
    this.tellSettings();
    this.emit("no-sound");
  }

  tellSettings() {
    this.send("settings", this.unheard ? { ...this.settings, sound: "headphones" } : this.settings);
  }

  // What the person does

  set(settings) {
    Object.assign(this.settings, settings);
    this.tellSettings();
  }

  mute(on) {
    this.muted = on;
    this.applyMicrophone();
  }

  pause(on) {
    this.paused = on;
    this.loudspeaker.take({ hold: on });
    this.send(on ? "pause" : "resume");
    this.applyMicrophone();
  }

  applyMicrophone() {
    const open = !this.muted && !this.paused;
    this.microphone.hears(open);
    this.emit("microphone", { open });
  }

  press() {
    if (this.pressed) return;
    this.pressed = true;
    this.loudspeaker.take({ hold: true });
    this.send("press");
  }

  release() {
    if (!this.pressed) return;
    this.pressed = false;
    this.loudspeaker.take({ hold: false });
    this.send("release");
  }

  interrupt() {
    this.send("tap");
  }

  say(text, replaces) {
    this.send("say", { text, replaces });
  }

  forget() {
    this.send("forget");
  }

  // A locked phone lets go of screen, sound, microphone and socket; this takes them up again.
  async wake() {
    if (this.closed || !this.socket) return;
    this.loudspeaker.wake();
    this.probe();
    await this.stayAwake();
    await this.microphone.wake();
    this.applyMicrophone();
  }

  async stayAwake() {
    if (this.lock && !this.lock.released) return;
    try {
      this.lock = await navigator.wakeLock?.request("screen");
    } catch {
      this.lock = null; // not allowed on low battery
    }
    if (this.closed) this.lock?.release();
  }

  stop() {
    this.closed = true;
    clearTimeout(this.retry);
    this.socket?.close();
    this.microphone?.close();
    this.loudspeaker?.close();
    this.lock?.release();
    this.emit("microphone", { open: false });
    this.emit("stopped");
  }
}
