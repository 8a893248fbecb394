// The microphone: opened, listened to in windows of 16 kHz, and taken up again after a phone slept.

export class MicrophoneError extends Error {}

const REFUSALS = {
  NotAllowedError:
    "The browser does not let this page use the microphone. Open the sign left of the address, allow the " +
    "microphone, and press Talk again. You can go on typing meanwhile.",
  NotFoundError: "No microphone was found. Plug one in and press Talk again, or type.",
  NotReadableError: "Another program holds the microphone. Close it there and press Talk again.",
};

// What machines record at, for a browser that neither converts nor tells.
const USUAL_RATES = [48000, 44100, 16000];

// A context of its own, tied to no loudspeaker where the browser can: one that is missing, refused or at another rate
// then keeps nobody from being heard.
function contextOf(options) {
  const free = "setSinkId" in AudioContext.prototype ? { sinkId: { type: "none" } } : {};
  try {
    return new AudioContext({ ...free, ...options });
  } catch (error) {
    if (options.sampleRate) throw error;
    return new AudioContext();
  }
}

export class Microphone {
  constructor({ heard, lost }) {
    this.heard = heard;
    this.lost = lost;
    this.closed = false;
  }

  async open() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new MicrophoneError(
        REFUSALS[error.name] || `The microphone does not open (${error.name}). Press Talk again, or type.`,
      );
    }
    this.stream = stream;
    const [track] = stream.getAudioTracks();
    // Behind a locked screen it ends as a matter of course, and is opened again afterwards.
    track.onended = () => !this.closed && !document.hidden && this.lost();
    if (this.closed) this.close(); // given up while the browser asked
    else await this.listen(track);
  }

  // Some browsers read a microphone only at its own rate, so where the usual way is refused those are tried in turn.
  async listen(track) {
    await this.context?.close();
    const own = track.getSettings().sampleRate;
    const ways = [{}, ...[own, ...USUAL_RATES].filter(Boolean).map((sampleRate) => ({ sampleRate }))];
    let refusal;
    for (const way of ways) {
      let context;
      try {
        context = contextOf(way);
        const source = context.createMediaStreamSource(this.stream);
        await context.audioWorklet.addModule(new URL("capture.js", import.meta.url));
        const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
        capture.port.onmessage = ({ data }) => this.heard(data);
        source.connect(capture);
        context.resume();
        this.context = context;
        return;
      } catch (error) {
        refusal = error;
        context?.close();
      }
    }
    throw new MicrophoneError(
      `The browser does not hand on the microphone's sound (${refusal.name}). Try another browser, or type.`,
    );
  }

  // After a phone was locked.
  async wake() {
    this.context?.resume().catch(() => {});
    if (!this.stream?.active) await this.open();
  }

  // Muted, its sound is silence.
  hears(on) {
    for (const track of this.stream?.getAudioTracks() || []) track.enabled = on;
  }

  close() {
    this.closed = true;
    for (const track of this.stream?.getTracks() || []) track.stop();
    if (this.context && this.context.state !== "closed") this.context.close();
  }
}
