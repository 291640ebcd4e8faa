-- For the domain of people: tells them, and the focus, who keeps the metadata of rooms.
module:add_identity("component", "room_metadata", module:get_option_string("metadata_address"));
