-- For the conference component: who is let in, with the errors that Jitsi's lobby gives.
-- A moderator who makes the room members-only turns its lobby on. In rooms whose name begins with
-- "host", strangers wait in the lobby until somebody of the password domain is there.
local jid = require "util.jid";
local st = require "util.stanza";

local lobby = module:get_option_string("lobby_address");
local trusted = module:get_option_set("door_trusted", {});
local hosts = module:get_option_string("door_hosts");
local JITSI = "http://jitsi.org/jitmeet";

local function lobbies()
    return prosody.hosts[lobby].modules.muc;
end

-- Moderators of the room are moderators of its lobby.
local function share_affiliations(waiting, room)
    waiting.get_affiliation = function(_, address)
        return room:get_affiliation(address);
    end
end

local function open_lobby(room, reason)
    local address = jid.node(room.jid) .. "@" .. lobby;
    if not lobbies().get_room_from_jid(address) then
        local waiting = lobbies().create_room(address);
        waiting:set_persistent(true);
        share_affiliations(waiting, room);
    end
    room._data.lobbyroom = address;
    room._data.lobby_reason = reason;
end

local function close_lobby(room)
    local waiting = room._data.lobbyroom and lobbies().get_room_from_jid(room._data.lobbyroom);
    room._data.lobbyroom = nil;
    if waiting then
        waiting:set_persistent(false);
        waiting:destroy(room.jid, "Lobby room closed.");
    end
end

module:hook("muc-config-submitted", function(event)
    local room = event.room;
    if jid.node(event.actor) == "focus" then
        return;
    elseif event.fields["muc#roomconfig_membersonly"] then
        open_lobby(room);
    elseif room._data.lobbyroom then
        close_lobby(room);
    end
end);

module:hook("muc-disco#info", function(event)
    if event.room._data.lobbyroom then
        table.insert(event.form, { name = "muc#roominfo_lobbyroom", value = "" });
        event.formdata["muc#roominfo_lobbyroom"] = event.room._data.lobbyroom;
    end
end);

local function waits_for_host(room, occupant, domain)
    if jid.node(room.jid):sub(1, 4) ~= "host" or room._data.had_host then
        return false;
    elseif domain == hosts then
        room._data.had_host = true;
        room:set_members_only(false);
        occupant.role = "participant"; -- it had none, as the room was for members
        close_lobby(room);
        return false;
    end
    return true;
end

module:hook("muc-occupant-pre-join", function(event)
    local room, occupant, stanza = event.room, event.occupant, event.stanza;
    local domain = jid.host(occupant.bare_jid);
    if trusted:contains(domain) then
        if room:get_members_only() then
            occupant.role = "participant";
            room:set_affiliation(true, occupant.bare_jid, "member");
        end
        return;
    end
    if waits_for_host(room, occupant, domain) and not room._data.lobbyroom then
        room:set_members_only(true);
        open_lobby(room, "waiting-for-host");
    end
    local affiliation = room:get_affiliation(occupant.bare_jid);
    if not room._data.lobbyroom or affiliation and affiliation ~= "none" then
        return;
    end
    local name = stanza:get_child_text("nick", "http://jabber.org/protocol/nick");
    local reply;
    if (not name or name == "") and not room._data.lobby_reason then
        reply = st.error_reply(stanza, "modify", "not-acceptable");
        reply:tag("displayname-required", { xmlns = JITSI, lobby = "true" }):up():up();
    else
        reply = st.error_reply(stanza, "auth", "registration-required");
        reply.tags[1].attr.code = "407";
        if room._data.lobby_reason then
            reply:tag(room._data.lobby_reason, { xmlns = JITSI }):up();
        end
        reply:tag("lobbyroom", { xmlns = JITSI }):text(room._data.lobbyroom):up():up();
        reply:tag("lobbyroom"):text(room._data.lobbyroom):up();
    end
    event.origin.send(reply:tag("x", { xmlns = "http://jabber.org/protocol/muc" }));
    return true;
end, -4);

module:hook("muc-room-destroyed", function(event)
    close_lobby(event.room);
end, 1);
