#!/bin/sh
# Opens the game where there is a screen; where there is none, says so and names what works without one.
# Usage: tools/display.sh PATH-TO-OUROJAM
set -eu

game=$1
if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
    echo "There is no display here, so the game cannot open its window; these work without one:"
    echo "  $game doctor"
    echo "  $game play charts/*/4k-easy.jam --autoplay --headless"
    echo "  $game shot title -o title.png"
    exit 0
fi
exec "$game"
