// Plays what it is given in order, and says when it reaches a mark. Silent at once when told to hold or to flush.
class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];
    this.at = 0; // in the first piece, in samples of its own rate
    this.played = 0; // samples since the last mark
    this.rate = sampleRate;
    this.held = false;
    this.sounding = false;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(data) {
    if (data instanceof ArrayBuffer) this.queue.push(new Int16Array(data));
    else if (data.mark) this.queue.push(data);
    else if (data.rate) this.rate = data.rate;
    else if (data.hold !== undefined) this.held = data.hold;
    else if (data.flush) {
      this.queue = [];
      this.at = 0;
      this.held = false;
      this.port.postMessage({ flushed: data.flush, played: this.played });
    }
    this.marks();
  }

  // Marks that nothing stands before any more.
  marks() {
    while (!this.held && this.queue.length && this.queue[0].mark) {
      const { mark } = this.queue.shift();
      this.port.postMessage({ mark, time: currentTime });
      this.played = 0;
    }
  }

  process(_, [[out]]) {
    const step = this.rate / sampleRate;
    let n = 0;
    while (n < out.length && !this.held && this.queue.length) {
      const piece = this.queue[0];
      while (n < out.length && this.at < piece.length) {
        const first = Math.floor(this.at);
        const next = first + 1 < piece.length ? piece[first + 1] : piece[first];
        out[n++] = (piece[first] + (next - piece[first]) * (this.at - first)) / 32768;
        this.at += step;
        this.played += step;
      }
      if (this.at >= piece.length) {
        this.queue.shift();
        this.at -= piece.length;
        this.marks();
      }
    }
    const sounding = n > 0;
    if (sounding !== this.sounding) {
      this.sounding = sounding;
      this.port.postMessage({ sounding, time: currentTime });
    }
    return true;
  }
}

registerProcessor("player", Player);
