// One spoken conversation: microphone to socket, socket to loudspeaker, and reports of what was really played.
// Knows nothing of the page around it; tells what happens as events.

const FIRST_RETRY_MS = 400;
const LAST_RETRY_MS = 5000;
// A machine without a loudspeaker takes sound and never plays it.
const MUTE_MACHINE_MS = 2000;
// What was more than half played was heard.
const HEARD_SHARE = 0.5;

export class MicrophoneError extends Error {}

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
    this.context = new AudioContext({ latencyHint: "interactive" });
    await Promise.all([this.openMicrophone(), this.openLoudspeaker()]);
    this.connect();
    await this.stayAwake();
  }

  async openMicrophone() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new MicrophoneError(
        {
          NotAllowedError:
            "The browser does not let this page use the microphone. Open the sign left of the address, allow the " +
            "microphone, and press Talk again. You can go on typing meanwhile.",
          NotFoundError: "No microphone was found. Plug one in and press Talk again, or type.",
          NotReadableError: "Another program holds the microphone. Close it there and press Talk again.",
        }[error.name] || `The microphone does not open (${error.name}). Press Talk again, or type.`,
      );
    }
    const [track] = this.stream.getAudioTracks();
    track.enabled = !this.muted && !this.paused;
    track.onended = () => !this.closed && this.emit("microphone-lost");
    if (!this.capture) {
      await this.context.audioWorklet.addModule(new URL("capture.js", import.meta.url));
      this.capture = new AudioWorkletNode(this.context, "capture", { numberOfOutputs: 0 });
      this.capture.port.onmessage = ({ data }) => this.heard(data);
    }
    this.source?.disconnect();
    this.source = this.context.createMediaStreamSource(this.stream);
    this.source.connect(this.capture);
    this.emit("microphone", { open: track.enabled });
  }

  async openLoudspeaker() {
    await this.context.audioWorklet.addModule(new URL("player.js", import.meta.url));
    this.player = new AudioWorkletNode(this.context, "player", { numberOfInputs: 0, outputChannelCount: [1] });
    this.player.connect(this.context.destination);
    this.player.port.onmessage = ({ data }) => this.reached(data);
    this.context.resume();
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
    this.socket = new WebSocket(
      `${scheme}://${location.host}/talk?conversation=${encodeURIComponent(this.conversation)}`,
    );
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.retryMs = FIRST_RETRY_MS;
      this.emit("connected");
    };
    this.socket.onmessage = ({ data }) => this.take(data);
    this.socket.onclose = () => {
      if (this.closed) return;
      this.silence();
      this.emit("disconnected");
      this.retry = setTimeout(() => this.connect(), this.retryMs);
      this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
    };
  }

  send(kind, more = {}) {
    if (this.isOpen) this.socket.send(JSON.stringify({ kind, ...more }));
  }

  take(data) {
    if (data instanceof ArrayBuffer) {
      const samples = data.byteLength / 2;
      if (this.latest) this.sounds.set(this.latest, (this.sounds.get(this.latest) || 0) + samples);
      this.emit("sound", { samples });
      this.player.port.postMessage(data, [data]);
      this.watchForSilence();
      return;
    }
    const message = JSON.parse(data);
    switch (message.kind) {
      case "ready":
        this.player.port.postMessage({ rate: message.rate });
        this.send("settings", this.settings);
        break;
      case "sentence":
        this.latest = `${message.turn} ${message.n}`;
        this.sounds.set(this.latest, 0);
        this.player.port.postMessage({ mark: { begins: true, turn: message.turn, n: message.n, text: message.text } });
        break;
      case "end":
        this.player.port.postMessage({ mark: { ends: true, turn: message.turn } });
        break;
      case "hold":
        this.player.port.postMessage({ hold: true });
        break;
      case "go_on":
        if (!this.paused) this.player.port.postMessage({ hold: false });
        break;
      case "flush":
        this.player.port.postMessage({ flush: message.turn || "none" });
        break;
      case "refused":
        this.stop();
    }
    this.emit(message.kind, message);
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
    this.player.port.postMessage({ flush: "none" });
    this.audible = null;
  }

  // Sound that is taken and never played: the words are on the page, and count as heard from there.
  watchForSilence() {
    if (this.watching) return;
    const before = this.context.currentTime;
    this.watching = setTimeout(() => {
      this.watching = null;
      if (this.closed || this.context.currentTime > before) return;
      this.emit("no-sound");
      for (const key of this.sounds.keys()) {
        const [turn, n] = key.split(" ");
        this.send("began", { turn, n: Number(n) });
        this.send("played", { turn, n: Number(n) + 1 });
        this.last = turn;
      }
      this.sounds.clear();
      if (this.last) this.send("drained", { turn: this.last });
    }, MUTE_MACHINE_MS);
  }

  // What the person does

  set(settings) {
    Object.assign(this.settings, settings);
    this.send("settings", this.settings);
  }

  mute(on) {
    this.muted = on;
    this.applyMicrophone();
  }

  pause(on) {
    this.paused = on;
    this.player.port.postMessage({ hold: on });
    this.send(on ? "pause" : "resume");
    this.applyMicrophone();
  }

  applyMicrophone() {
    const open = !this.muted && !this.paused;
    for (const track of this.stream?.getAudioTracks() || []) track.enabled = open;
    this.emit("microphone", { open });
  }

  press() {
    if (this.pressed) return;
    this.pressed = true;
    this.player.port.postMessage({ hold: true });
    this.send("press");
  }

  release() {
    if (!this.pressed) return;
    this.pressed = false;
    this.player.port.postMessage({ hold: false });
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

  // A locked phone lets go of microphone, sound and socket; this takes them up again.
  async wake() {
    if (this.closed) return;
    await this.context.resume();
    if (!this.stream.active) await this.openMicrophone();
    await this.stayAwake();
  }

  async stayAwake() {
    try {
      this.lock = await navigator.wakeLock?.request("screen");
    } catch {
      this.lock = null; // not allowed on low battery
    }
  }

  stop() {
    this.closed = true;
    clearTimeout(this.retry);
    clearTimeout(this.watching);
    this.socket?.close();
    for (const track of this.stream?.getTracks() || []) track.stop();
    this.context?.close();
    this.lock?.release();
    this.emit("microphone", { open: false });
    this.emit("stopped");
  }
}
