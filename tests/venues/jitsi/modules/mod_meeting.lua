-- For the conference component, what Jicofo asks of Jitsi's own modules: an id for each meeting, and
-- metadata of the room, which moderators change and everybody is told.
local json = require "util.json";
local jid = require "util.jid";
local st = require "util.stanza";
local uuid = require "util.uuid";

local metadata = module:get_option_string("metadata_address");
local JITSI = "http://jitsi.org/jitmeet";

local function meeting_id(room)
    room._data.meetingId = room._data.meetingId or uuid.generate();
    return room._data.meetingId;
end

module:hook("muc-disco#info", function(event)
    table.insert(event.form, { name = "muc#roominfo_meetingId", value = "" });
    event.formdata["muc#roominfo_meetingId"] = meeting_id(event.room);
end);

module:hook("muc-config-form", function(event)
    table.insert(event.form, {
        name = "muc#roominfo_meetingId", type = "text-single", label = "Meeting", value = meeting_id(event.room)
    });
end, 80);

-- The focus is told besides that the bridge is to hand sound on, and not Jigasi.
local function tell(room, occupant)
    local known = { recording = (room._data.metadata or {}).recording or {} };
    known.asyncTranscription = jid.node(occupant.bare_jid) == "focus" or nil;
    local text = json.encode({ type = "room_metadata", metadata = known });
    for address in occupant:each_session() do
        module:send(st.message({ from = metadata, to = address })
            :tag("json-message", { xmlns = JITSI, room = room.jid }):text(text));
    end
end

module:hook("muc-occupant-joined", function(event)
    tell(event.room, event.occupant);
end);

module:hook_global("room-metadata-set", function(event)
    local room = prosody.hosts[module.host].modules.muc.get_room_from_jid(event.asked.attr.room);
    local setter = room and room:get_occupant_by_real_jid(event.from);
    local change = json.decode(event.asked:get_text() or "");
    if setter and setter.role == "moderator" and type(change) == "table" and change.key then
        room._data.metadata = room._data.metadata or {};
        room._data.metadata[change.key] = change.data;
        for _, occupant in room:each_occupant() do
            tell(room, occupant);
        end
    end
end);
