-- The component that moderators write a room's metadata to; mod_meeting keeps it.
module:hook("message/host", function(event)
    local asked = event.stanza:get_child("room_metadata", "http://jitsi.org/jitmeet");
    if asked then
        prosody.events.fire_event("room-metadata-set", { asked = asked, from = event.stanza.attr.from });
    end
    return true;
end);
