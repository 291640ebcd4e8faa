-- For the domain of people: tells them where lobbies are, as Jitsi's lobby does.
module:add_identity("component", "lobbyrooms", module:get_option_string("lobby_address"));
