// The last receipt as a file: the page holds it, and nothing else does any more.

const save = document.getElementById("save");
if (save) {
  const { value } = document.getElementById("jws");
  save.hidden = false;
  save.href = URL.createObjectURL(new Blob([value], { type: "application/jose" }));
}
try {
  localStorage.removeItem("consentry-link");
} catch {
  // storage is switched off
}
