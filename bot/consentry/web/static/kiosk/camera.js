// The screen's camera, from a claim that holds until a verdict: small JPEGs, none of them kept.

const PICTURES_PER_SECOND = 10;
const WIDTH = 640;
const HEIGHT = 480;
const LARGEST = 64 * 1024; // bytes that the server takes
const QUALITIES = [0.85, 0.7, 0.5];

export class Camera {
  #video;
  #stream = null;
  #timer = null;

  constructor(video) {
    this.#video = video;
  }

  /** Turn it on and hand each picture to `send`; false where there is none to be had. */
  async start(send) {
    this.stop();
    const wanted = { facingMode: "user", width: { ideal: WIDTH }, height: { ideal: HEIGHT } };
    const asked = Symbol("asked");
    this.#stream = asked;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch {
      return this.#stream !== asked; // called off meanwhile: not its fault
    }
    if (this.#stream !== asked) {
      end(stream);
      return true;
    }
    this.#stream = stream;
    this.#video.srcObject = stream;
    this.#next(document.createElement("canvas"), send);
    return true;
  }

  stop() {
    clearTimeout(this.#timer);
    if (this.#stream instanceof MediaStream) end(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  #next(canvas, send) {
    const stream = this.#stream;
    this.#timer = setTimeout(async () => {
      const picture = await this.#take(canvas);
      if (this.#stream !== stream) return;
      if (picture !== null) send(picture);
      this.#next(canvas, send);
    }, 1000 / PICTURES_PER_SECOND);
  }

  async #take(canvas) {
    const { videoWidth, videoHeight } = this.#video;
    if (videoWidth === 0) return null;
    const scale = Math.min(1, WIDTH / Math.max(videoWidth, videoHeight));
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    canvas.getContext("2d").drawImage(this.#video, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob !== null && blob.size <= LARGEST) return blob;
    }
    return null;
  }
}

function end(stream) {
  for (const track of stream.getTracks()) track.stop();
}
