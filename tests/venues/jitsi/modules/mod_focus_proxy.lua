-- Component "focus.DOMAIN": what is asked of it is asked of the focus, who logs in as a client.
-- The address of who asks travels in the resource, as with Jitsi's own proxy.
local jid = require "util.jid";
local st = require "util.stanza";

local target = module:get_option_string("focus_address");
local target_full = target .. "/" .. jid.node(target);

local function forward(event)
    local stanza = event.stanza;
    local kind = stanza.attr.type;
    local asks = kind == "get" or kind == "set";
    if asks and not prosody.full_sessions[target_full] then
        module:send(st.error_reply(stanza, "cancel", "service-unavailable"));
    elseif asks then
        local asked = st.clone(stanza);
        asked.attr.from = module.host .. "/" .. stanza.attr.from;
        asked.attr.to = target_full;
        module:send(asked);
    elseif jid.bare(stanza.attr.from) == target then
        local answer = st.clone(stanza);
        answer.attr.to = jid.resource(stanza.attr.to);
        answer.attr.from = module.host;
        module:send(answer);
    end
    return true;
end

module:hook("iq/host", forward, -1);
module:hook("iq/full", forward, -1);
