#!/bin/sh
# Writes Galene's configuration with the passwords of the environment, and starts it. The first
# argument is the template of the group.
set -eu
umask 077
mkdir -p groups data
sed "s/@OPERATOR_PASSWORD@/$OPERATOR_PASSWORD/; s/@CONSENTRY_PASSWORD@/$CONSENTRY_PASSWORD/" "$1" \
    > "groups/$GROUP.json"
# Behind Caddy: plain HTTP on this machine alone, and the address that people know.
printf '{"proxyURL": "https://%s/"}\n' "$MEET_HOST" > data/config.json
exec galene -http 127.0.0.1:8443 -insecure -static "${STATIC:-/usr/share/galene/static}" \
    -groups groups -data data -udp-range 10000 # one port for all media
