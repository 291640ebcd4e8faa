// A photo, from the camera or a file, made smaller and sent; advice comes back, or the next page.

const SIDE = 1280; // pixels of the longer side
const QUALITY = 0.92;

export function takePhotos(box) {
  const [view, advice, take, stop, camera, choose, file] = ["view", "advice", "take", "stop", "camera", "choose", "file"].map(
    (id) => document.getElementById(id),
  );
  let stream = null;

  const say = (...lines) =>
    advice.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));

  const turn = (on) => {
    if (!on) stream?.getTracks().forEach((track) => track.stop());
    if (!on) stream = view.srcObject = null;
    view.hidden = take.hidden = stop.hidden = !on;
    camera.hidden = on;
  };

  camera.addEventListener("click", async () => {
    say();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: SIDE } } });
    } catch {
      say(box.dataset.noCamera);
      return;
    }
    view.srcObject = stream;
    turn(true);
    await view.play();
    take.focus();
  });

  stop.addEventListener("click", () => {
    turn(false);
    camera.focus();
  });

  take.addEventListener("click", () => send(view, view.videoWidth, view.videoHeight));
  choose.addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    if (!file.files[0]) return;
    try {
      const picture = await createImageBitmap(file.files[0]);
      await send(picture, picture.width, picture.height);
    } catch {
      say(box.dataset.unreadable);
    }
    file.value = "";
  });
  addEventListener("pagehide", () => turn(false));

  async function send(picture, width, height) {
    const scale = Math.min(1, SIDE / Math.max(width, height));
    const canvas = Object.assign(document.createElement("canvas"), {
      width: Math.round(width * scale),
      height: Math.round(height * scale),
    });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const body = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    canvas.width = canvas.height = 0;
    say(box.dataset.working);
    const pressed = document.activeElement; // one that is disabled loses the focus
    take.disabled = choose.disabled = true;
    try {
      const headers = { "X-Consentry-Token": box.dataset.token, "X-Consentry-Version": box.dataset.version };
      const answer = await fetch(box.dataset.to, { method: "POST", body, headers });
      const { next, advice: better } = await answer.json();
      if (next) {
        turn(false);
        location.assign(next);
        return;
      }
      say(...better);
    } catch {
      say(box.dataset.unreadable);
    }
    take.disabled = choose.disabled = false;
    if (document.activeElement === document.body) pressed.focus();
  }
}
