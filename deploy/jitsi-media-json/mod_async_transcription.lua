-- For Prosody's component of conferences: Jicofo has the bridge itself send sound to a transcriber,
-- once a moderator wants a transcription.
module:hook("muc-room-created", function(event)
    event.room.jitsiMetadata = event.room.jitsiMetadata or {};
    event.room.jitsiMetadata.asyncTranscription = true;
end, -2);
