// The microphone's sound as mono PCM16 at 16 kHz, 32 ms at a time, whatever rate the machine records at.
const RATE = 16000;
const WINDOW = 512;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE;
    this.window = new Int16Array(WINDOW);
    this.filled = 0;
    this.sum = 0;
    this.weight = 0;
  }

  process([[samples]]) {
    if (!samples) return true;
    for (const sample of samples) {
      // Each sample we send is the mean of those it stands for, so that nothing high folds down into speech.
      let left = 1;
      while (this.weight + left >= this.step) {
        const part = this.step - this.weight;
        this.push((this.sum + sample * part) / this.step);
        left -= part;
        this.sum = this.weight = 0;
      }
      this.sum += sample * left;
      this.weight += left;
    }
    return true;
  }

  push(value) {
    this.window[this.filled++] = Math.max(-1, Math.min(1, value)) * 32767;
    if (this.filled < WINDOW) return;
    this.port.postMessage(this.window.slice().buffer);
    this.filled = 0;
  }
}

registerProcessor("capture", Capture);
