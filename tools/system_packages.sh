#!/bin/sh
# Finds which system libraries are missing and, on Debian and Ubuntu with root or sudo, installs them.
# Usage: tools/system_packages.sh play|test
set -eu

play="libportaudio2 libegl1 libgl1 libgl1-mesa-dri libasound2-plugins"
test="$play xvfb pulseaudio pulseaudio-utils"
case "${1:-play}" in
    play) wanted=$play ;;
    test) wanted=$test ;;
    *) echo "usage: $0 play|test" >&2; exit 2 ;;
esac

[ "$(uname -s)" = Linux ] || exit 0
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is not Debian or Ubuntu: please see that the libraries of these packages are there: $wanted"
    exit 0
fi

missing=""
for package in $wanted; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
        missing="$missing $package"
    fi
done
# Debian keeps what makes virtual environments in a package of its own.
"${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root="sudo"
else
    echo "Missing system packages:$missing"
    echo "Ask an administrator for:  apt-get install$missing"
    exit 0
fi
echo "Installing system packages:$missing"
if ! { $as_root apt-get update -qq &&
       $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
then
    echo "They could not be installed; going on without.  To try again:  apt-get install$missing"
fi
