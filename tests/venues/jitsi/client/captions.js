// Jitsi Meet's captions in both places it shows them: over the picture, and in the panel.
import { createStore } from "redux";
import MiddlewareRegistry from "jitsi-features/base/redux/MiddlewareRegistry";
import ReducerRegistry from "jitsi-features/base/redux/ReducerRegistry";
import {
  ENDPOINT_MESSAGE_RECEIVED,
  NON_PARTICIPANT_MESSAGE_RECEIVED,
} from "jitsi-features/base/conference/actionTypes";
import { setRequestingSubtitles } from "jitsi-features/subtitles/actions.any";
import "jitsi-features/subtitles/middleware";
import "jitsi-features/subtitles/reducer";

// The embedding application, which is told of every caption: there is none.
window.APP = { API: { notifyTranscriptionChunkReceived() {} } };

const fixed = (state) => () => state;

/** What the middleware asks of a conference. Older libraries know nothing of metadata. */
function asked(conference) {
  return {
    getLocalParticipantProperty: (name) => conference.getLocalParticipantProperty(name),
    setLocalParticipantProperty: (name, value) => conference.setLocalParticipantProperty(name, value),
    getTranscriptionStatus: () => conference.getTranscriptionStatus?.(),
    getMetadataHandler: () => conference.getMetadataHandler?.(),
  };
}

function store(conference, showSubtitlesOnStage) {
  const made = createStore(
    ReducerRegistry.combineReducers({
      "features/base/config": fixed({ transcription: { enabled: true } }),
      "features/base/conference": fixed({ conference: asked(conference) }),
      "features/base/settings": fixed({ showSubtitlesOnStage }),
    }),
    MiddlewareRegistry.applyMiddleware(),
  );
  made.dispatch(setRequestingSubtitles(true, true, null));
  return made;
}

/** Watches `conference` for captions; `changed` gets what is shown, each as {id, participant, text}. */
export function watch(conference, events, changed) {
  const stage = store(conference, true);
  const panel = store(conference, false);
  const both = (action) => [stage, panel].forEach((one) => one.dispatch(action));
  conference.on(events.ENDPOINT_MESSAGE_RECEIVED, (participant, data) =>
    both({ type: ENDPOINT_MESSAGE_RECEIVED, participant, data }));
  conference.on(events.NON_PARTICIPANT_MESSAGE_RECEIVED, (id, json) =>
    both({ type: NON_PARTICIPANT_MESSAGE_RECEIVED, id, json }));
  stage.subscribe(() => {
    const messages = [...stage.getState()["features/subtitles"]._transcriptMessages];
    changed("stage", messages.map(([id, said]) => ({
      id,
      participant: said.participant.id,
      text: said.final ?? (said.stable ?? "") + (said.unstable ?? ""),
    })));
  });
  panel.subscribe(() => {
    const messages = panel.getState()["features/subtitles"].subtitlesHistory;
    changed("panel", messages.map(({ id, participantId, text }) =>
      ({ id, participant: participantId, text })));
  });
}
