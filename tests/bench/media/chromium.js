// The cheapest way found to get 16 kHz mono PCM and one picture a second out of a page.
// One AudioContext at 16 kHz, so that the browser resamples natively, and one worklet that
// takes all tracks; per camera a MediaStreamTrackProcessor that holds the newest frame only.
"use strict";

const WORKLET = `
registerProcessor("listener", class extends AudioWorkletProcessor {
  constructor({ numberOfInputs }) {
    super();
    this.blocks = Array.from({ length: numberOfInputs }, () => new Float32Array(1280));
    this.filled = new Array(numberOfInputs).fill(0);
    this.samples = new Array(numberOfInputs).fill(0);
    this.energy = 0;
    this.port.onmessage = () => this.port.postMessage([this.samples, this.energy]);
  }
  process(inputs) {
    for (let i = 0; i < inputs.length; i++) {
      const channel = inputs[i][0];
      if (!channel) continue;
      this.blocks[i].set(channel, this.filled[i]);
      this.filled[i] += channel.length;
      if (this.filled[i] < 1280) continue;
      this.filled[i] = 0;
      this.samples[i] += 1280;
      for (const sample of this.blocks[i]) this.energy += sample * sample;
    }
    return true;
  }
});`;

const receiver = {
  pictures: {},
  light: 0,
  listener: null,

  async answer(sdp) {
    const connection = new RTCPeerConnection();
    receiver.connection = connection;
    await connection.setRemoteDescription({ type: "offer", sdp });
    const tracks = connection.getReceivers().map((r) => r.track);
    await receiver.listen(tracks.filter((t) => t.kind === "audio"));
    tracks.filter((t) => t.kind === "video").forEach((t, i) => receiver.watch(i, t));
    const gathered = new Promise((resolve) => {
      connection.onicegatheringstatechange = () =>
        connection.iceGatheringState === "complete" && resolve();
    });
    await connection.setLocalDescription(await connection.createAnswer());
    await gathered;
    return connection.localDescription.sdp;
  },

  async listen(tracks) {
    if (!tracks.length) return;
    const context = new AudioContext({ sampleRate: 16000, sinkId: { type: "none" } });
    const url = URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" }));
    await context.audioWorklet.addModule(url);
    receiver.listener = new AudioWorkletNode(context, "listener", {
      numberOfInputs: tracks.length,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    receiver.listener.connect(context.destination);
    receiver.elements = tracks.map((track, i) => {
      const stream = new MediaStream([track]);
      context.createMediaStreamSource(stream).connect(receiver.listener, 0, i);
      // Without an element that has the track, Chromium never pulls it: the PCM would be silent.
      const element = new Audio();
      element.muted = true;
      element.srcObject = stream;
      return element;
    });
  },

  async watch(index, track) {
    const frames = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable.getReader();
    for (;;) {
      const { value: frame, done } = await frames.read();
      if (done) return;
      const pixels = new Uint8Array(frame.allocationSize({ format: "RGBA" }));
      await frame.copyTo(pixels, { format: "RGBA" });
      const middle = (frame.codedHeight >> 1) * frame.codedWidth + (frame.codedWidth >> 1);
      frame.close();
      receiver.light += pixels[4 * middle];
      receiver.pictures[index] = (receiver.pictures[index] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  },

  async report() {
    const seconds = {};
    let energy = 0;
    if (receiver.listener) {
      const answered = new Promise((resolve) => {
        receiver.listener.port.onmessage = ({ data }) => resolve(data);
      });
      receiver.listener.port.postMessage(null);
      const [samples, sum] = await answered;
      samples.forEach((n, i) => { seconds[i] = n / 16000; });
      energy = sum;
    }
    return { seconds, energy, pictures: receiver.pictures, light: receiver.light };
  },
};
