#!/bin/sh
# Writes Janus' configuration with the secret of the environment, and starts it. The first argument
# is the folder of the templates.
set -eu
umask 077
libraries=$(dirname "$(find /usr/lib -path '*/janus/plugins' -type d)")
mkdir -p conf
for file in "$1"/*.jcfg; do
    sed "s/@ROOM_SECRET@/$ROOM_SECRET/; s|@CONF@|$PWD/conf|; s|@LIBRARIES@|$libraries|" "$file" \
        > "conf/${file##*/}"
done
exec janus --config="$PWD/conf/janus.jcfg" --configs-folder="$PWD/conf"
