#!/bin/sh
# Makes the folder of a stack ready: writes .env with new passwords, and puts the two names of hosts
# where they belong. Run it in that folder:
#
#     sh ../prepare.sh meet.example.org consentry.example.org
set -eu
umask 077
if [ $# -ne 2 ]; then
    echo "usage: sh ../prepare.sh HOST-OF-THE-CALLS HOST-OF-THE-PERSONAL-PAGES" >&2
    exit 2
fi
if [ -e .env ]; then
    echo ".env is here already, and was left as it is: remove it to start anew" >&2
    exit 1
fi

# A line that ends in = is a password to be made.
while IFS= read -r line; do
    case $line in
        "#"*) printf '%s\n' "$line" ;;
        *=) printf '%s%s\n' "$line" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" ;;
        *) printf '%s\n' "$line" ;;
    esac
done < .env.example | sed "s/meet\.example\.org/$1/; s/consentry\.example\.org/$2/" > .env
sed "s/meet\.example\.org/$1/g; s/consentry\.example\.org/$2/g" consentry.yaml > consentry.yaml.new
chmod 644 consentry.yaml.new # it holds no secret, and the bot's user reads it
mv consentry.yaml.new consentry.yaml
echo ".env and consentry.yaml are written. Next: docker compose up --detach"
