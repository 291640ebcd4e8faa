// A call made of LiveKit's own components: its conference with chat, and what its hook for
// transcriptions hands out, a line each under the name of whoever LiveKit says spoke.
import "@livekit/components-styles";
import {
  Chat, ConnectionState, DisconnectButton, LiveKitRoom, ParticipantTile, RoomAudioRenderer, TrackLoop,
  useParticipants, useRoomContext, useTracks, useTranscriptions,
} from "@livekit/components-react";
import { Track } from "livekit-client";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";

const { url, token, camera } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

function Tiles() {
  const tracks = useTracks([{ source: Track.Source.Camera, withPlaceholder: true }]);
  return <div className="tiles"><TrackLoop tracks={tracks}><ParticipantTile /></TrackLoop></div>;
}

function Captions() {
  const people = useParticipants();
  const names = new Map(people.map(({ identity, name }) => [identity, name || identity]));
  const lines = useTranscriptions();
  return (
    <ol className="captions" aria-label="Captions">
      {lines.map(({ text, participantInfo: { identity }, streamInfo: { id } }) => (
        <li key={id}><b>{names.get(identity) ?? identity}</b> <span>{text}</span></li>
      ))}
    </ol>
  );
}

function Handle() {
  const room = useRoomContext();
  useEffect(() => { window.room = room; }, [room]);
  return null;
}

createRoot(document.getElementById("app")).render(
  <LiveKitRoom serverUrl={url} token={token} connect audio video={camera === "on"} data-lk-theme="default">
    <Handle />
    <ConnectionState id="state" />
    <main><Tiles /><Captions /></main>
    <aside><Chat /><DisconnectButton>Leave</DisconnectButton></aside>
    <RoomAudioRenderer />
  </LiveKitRoom>,
);
