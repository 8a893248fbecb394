// The loudspeaker: plays what it is given in order and tells what is reached. Where no sound comes out, it goes on in
// silence at the pace of speech, so that captions, interruptions and what counts as heard stay as they are.

// A machine without a loudspeaker may take sound and never play it.
const MUTE_MACHINE_MS = 2000;
const TICK_MS = 50;

export class Loudspeaker {
  constructor({ reached, silent }) {
    this.reached = reached;
    this.silent = silent;
    this.unplayed = []; // what was given since the last mark that was reached
    this.rate = 22050;
    this.held = false;
  }

  // Begins inside the click that asked for it: browsers let sound out only then.
  async open() {
    try {
      this.context = new AudioContext({ latencyHint: "interactive" });
      this.context.onerror = () => this.fallSilent();
      await this.context.audioWorklet.addModule(new URL("player.js", import.meta.url));
      this.player = new AudioWorkletNode(this.context, "player", { numberOfInputs: 0, outputChannelCount: [1] });
      this.player.connect(this.context.destination);
      this.player.port.onmessage = ({ data }) => this.report(data);
      this.context.resume().catch(() => {}); // whether it plays is seen when it should
    } catch {
      this.fallSilent();
    }
  }

  // Only once the microphone is allowed does a browser name what there is; of those that tell, none named is none there.
  async look() {
    if (!("setSinkId" in AudioContext.prototype)) return;
    const found = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    if (found.length && !found.some(({ kind }) => kind === "audiooutput")) this.fallSilent();
  }

  // As the player takes it: sound, or {rate}, {mark}, {hold}, {flush}.
  take(data) {
    if (data.rate) this.rate = data.rate;
    if (data.hold !== undefined) this.held = data.hold;
    if (data.flush) {
      this.unplayed = [];
      this.held = false;
    }
    const sound = data instanceof ArrayBuffer;
    if (sound || data.mark) this.unplayed.push(sound ? { samples: data.byteLength / 2 } : data);
    if (this.quiet) this.quiet.take(sound ? this.unplayed.at(-1) : data);
    else this.player?.port.postMessage(data, sound ? [data] : []);
    if (sound) this.watch();
  }

  report(data) {
    if (data.mark) this.unplayed.splice(0, 1 + this.unplayed.findIndex(({ mark }) => mark));
    this.reached(data);
  }

  watch() {
    if (this.watching || this.quiet) return;
    const before = this.context?.currentTime;
    this.watching = setTimeout(() => {
      this.watching = null;
      if (!this.closed && this.context.currentTime === before) this.fallSilent();
    }, MUTE_MACHINE_MS);
  }

  fallSilent() {
    if (this.quiet || this.closed) return;
    this.quiet = new Quiet(this.rate, (data) => this.report(data));
    if (this.player) this.player.port.onmessage = null;
    const waiting = [...this.unplayed];
    this.silent();
    if (this.held) this.quiet.take({ hold: true });
    for (const one of waiting) this.quiet.take(one);
  }

  wake() {
    this.context?.resume().catch(() => {});
  }

  close() {
    this.closed = true;
    clearTimeout(this.watching);
    this.quiet?.close();
    if (this.context && this.context.state !== "closed") this.context.close();
  }
}

// A player without sound: the same reports, by the clock.
class Quiet {
  constructor(rate, report) {
    this.rate = rate;
    this.report = report;
    this.queue = [];
    this.played = 0;
    this.held = false;
    this.sounding = false;
    this.ticking = setInterval(() => this.play((this.rate * TICK_MS) / 1000), TICK_MS);
  }

  take(data) {
    if (data.rate) this.rate = data.rate;
    else if (data.hold !== undefined) this.held = data.hold;
    else if (data.flush) {
      this.queue = [];
      this.held = false;
      this.report({ flushed: data.flush, played: this.played });
    } else this.queue.push({ ...data });
    this.marks();
  }

  marks() {
    while (!this.held && this.queue[0]?.mark) {
      const { mark } = this.queue.shift();
      this.played = 0;
      this.report({ mark });
    }
  }

  play(samples) {
    let left = samples;
    while (left > 0 && !this.held && this.queue.length) {
      const n = Math.min(left, this.queue[0].samples);
      this.queue[0].samples -= n;
      this.played += n;
      left -= n;
      if (this.queue[0].samples > 0) break;
      this.queue.shift();
      this.marks();
    }
    const sounding = left < samples;
    if (sounding !== this.sounding) this.report({ sounding });
    this.sounding = sounding;
  }

  close() {
    clearInterval(this.ticking);
  }
}
