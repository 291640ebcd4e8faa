// The least of a page around Jitsi's own library: who is there, chat, private chat, captions.
// What it shows is what Jitsi Meet shows; hidden participants are in no list.
const { events } = JitsiMeetJS;
const options = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const { domain, muc, focus } = config.hosts;
const people = new Map();
const ends = ["kicked", "left"];
const state = (text) => {
  if (!ends.includes(document.body.dataset.state)) document.body.dataset.state = text;
};

function nameOf(id) {
  return id === conference.myUserId() ? options.name : people.get(id)?.name ?? "Fellow Jitster";
}

function tile(id) {
  const person = people.get(id);
  if (person !== undefined && person.tile === undefined) {
    person.tile = document.createElement("li");
    person.tile.append(Object.assign(document.createElement("span"), { textContent: person.name }));
    document.getElementById("people").append(person.tile);
  }
  return person?.tile;
}

function joined(id, participant) {
  if (participant.isHidden()) return;
  people.set(id, { name: participant.getDisplayName() || "Fellow Jitster", tracks: new Set() });
  tile(id);
}

function left(id) {
  people.get(id)?.tile?.remove();
  people.delete(id);
}

function renamed(id, name) {
  const person = people.get(id);
  if (person === undefined) return;
  person.name = name;
  person.tile.querySelector("span").textContent = name;
}

function trackAdded(track) {
  const id = track.getParticipantId();
  if (track.isLocal() || !people.has(id)) return;
  const element = document.createElement(track.getType());
  element.autoplay = true;
  element.muted = true;
  tile(id).prepend(element);
  people.get(id).tracks.add(track);
  track.attach(element);
}

function trackRemoved(track) {
  people.get(track.getParticipantId())?.tracks.delete(track);
  for (const element of [...(track.containers ?? [])]) element.remove();
}

function line(place, name, text, kind = "") {
  const item = document.createElement("li");
  item.className = kind;
  item.append(Object.assign(document.createElement("b"), { textContent: `${name}: ` }), text);
  document.getElementById(place).append(item);
  item.scrollIntoView();
  return item;
}

function captions(place, said) {
  const shown = said.map(({ participant, text }) => ({ name: nameOf(participant), text }));
  const element = document.getElementById(place);
  const parts = shown.map(({ name, text }) => {
    const part = document.createElement(place === "stage" ? "p" : "li");
    if (place === "stage") part.textContent = `${name}: ${text}`;
    else part.append(Object.assign(document.createElement("b"), { textContent: `${name}: ` }), text);
    return part;
  });
  element.replaceChildren(...parts);
  element.lastChild?.scrollIntoView();
}

/** RTP packets of `kind` heard from each person, by name. */
window.received = async (kind) => {
  const heard = {};
  for (const { name, tracks } of people.values()) {
    for (const track of [...tracks].filter((t) => t.getType() === kind)) {
      const pc = conference.getActivePeerConnection?.() ?? conference.jvbJingleSession?.peerconnection;
      const receiver = pc?.peerconnection?.getReceivers().find((r) => r.track.id === track.getTrack().id);
      const stats = receiver === undefined ? [] : [...(await receiver.getStats()).values()];
      const inbound = stats.filter((s) => s.type === "inbound-rtp");
      heard[name] = inbound.reduce((n, s) => n + s.packetsReceived, heard[name] ?? 0);
    }
  }
  return heard;
};
window.people = () => [...people.values()].map((person) => person.name);
window.tell = (name, text) => {
  const found = [...people].find(([, person]) => person.name === name);
  if (found === undefined) {
    conference.sendTextMessage(text);
  } else {
    conference.sendPrivateTextMessage(found[0], text);
    line("chat", `${options.name} to ${name}`, text, "private");
  }
};
window.kick = (name) => {
  const [id] = [...people].find(([, person]) => person.name === name);
  conference.kickParticipant(id, "Goodbye.");
};
window.transcribe = () => {
  conference.getMetadataHandler().setMetadata("recording", { isTranscribingEnabled: true });
};
window.leave = async () => {
  await conference.leave();
  await connection.disconnect();
  state("left");
};

JitsiMeetJS.setLogLevel(options.log ?? "warn");
JitsiMeetJS.init({
  disableAudioLevels: true,
  disableThirdPartyRequests: true,
  enableAnalyticsLogging: false,
  // Of the older library: newer ones always name their sources.
  sourceNameSignaling: options.named !== "no",
});
const lines = Number(options.lines ?? 180);
const devices = (options.devices ?? "audio,video").split(",").filter(Boolean);
const tracks = devices.length === 0 ? [] : await JitsiMeetJS.createLocalTracks({
  devices,
  resolution: lines,
  constraints: { video: { width: lines * 16 / 9, height: { ideal: lines, max: lines }, frameRate: { max: 10 } } },
});
const connection = new JitsiMeetJS.JitsiConnection(null, null, {
  hosts: { domain: options.domain ?? domain, muc, focus },
  serviceUrl: `ws://${location.host}/xmpp-websocket?room=${options.room}`,
  bridgeChannel: { preferSctp: true },
  disableFocus: false,
});
const login = options.id === undefined ? undefined : { id: options.id, password: options.password };
await new Promise((resolve, reject) => {
  connection.addEventListener(events.connection.CONNECTION_ESTABLISHED, resolve);
  connection.addEventListener(events.connection.CONNECTION_FAILED, reject);
  connection.addEventListener(events.connection.CONNECTION_DISCONNECTED, () => state("disconnected"));
  connection.connect(login);
});
const conference = connection.initJitsiConference(options.room, {
  hiddenDomain: config.hiddenDomain,
  openBridgeChannel: "datachannel",
  disableSimulcast: options.simulcast !== "yes",
  enableLayerSuspension: false,
  enableNoAudioDetection: false,
  enableTalkWhileMuted: false,
  p2p: { enabled: options.p2p === "1" },
  preferredCodec: "VP8",
  videoQuality: { preferredCodec: "VP8", codecPreferenceOrder: ["VP8"] },
});
window.conference = conference;
const on = (name, listener) => conference.on(events.conference[name], listener);
on("USER_JOINED", joined);
on("USER_LEFT", left);
on("DISPLAY_NAME_CHANGED", renamed);
on("TRACK_ADDED", trackAdded);
on("TRACK_REMOVED", trackRemoved);
on("DOMINANT_SPEAKER_CHANGED", (id) => {
  for (const [other, { tile: place }] of people) place?.classList.toggle("speaking", other === id);
});
on("MESSAGE_RECEIVED", (id, text) => line("chat", nameOf(id), text));
on("PRIVATE_MESSAGE_RECEIVED", (id, text) => line("chat", nameOf(id), text, "private"));
on("CONFERENCE_JOINED", () => state("joined"));
on("CONFERENCE_FAILED", (why) => state(`failed: ${why}`));
window.knocked = [];
on("LOBBY_USER_JOINED", (id) => knocked.push(id));
on("KICKED", () => state("kicked"));
JitsiCaptions.watch(conference, events.conference, captions);
people.set("", { name: options.name, tracks: new Set() });
tile("");
for (const track of tracks) {
  await conference.addTrack(track);
  if (track.getType() === "video") {
      const element = Object.assign(document.createElement("video"), { autoplay: true, muted: true });
    tile("").prepend(element);
    track.attach(element);
  }
}
conference.setDisplayName(options.name);
conference.join();
