// A device that was opened with the kiosk's own link has its key after the #: sent nowhere but here.

const key = decodeURIComponent(location.hash.slice(1));
if (key !== "") {
  history.replaceState(null, "", location.pathname + location.search);
  const form = document.querySelector("#key-form");
  form.elements.key.value = key;
  form.requestSubmit();
}
