# shellcheck shell=bash
# Shell functions that the commands in script/ share; sourced from the project's root, never run.
# Whatever costs time leaves a stamp in .venv, so a second start skips it.

python=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "${0##*/}: $*"
    exit 1
}

# unchanged STAMP TEXT: was STAMP left by the same TEXT?
unchanged() { [ -f "$1" ] && [ "$(<"$1")" = "$2" ]; }

checksum() { cat "$@" | cksum; }

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if "$candidate" -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is missing: install it (Debian: apt-get install python3 python3-venv) and start again"
}

make_environment() {
    if "$python" -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && [ -x .venv/bin/pip ]; then
        return
    fi
    local base
    base=$(find_python) || exit 1
    say "Making the virtual environment .venv"
    rm -rf .venv
    "$base" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv ||
        fail "Python's venv module is missing: install it (Debian: apt-get install python3-venv) and start again"
    "$base" -m venv .venv || fail "could not make the virtual environment .venv: the lines above say why"
}

# install_locked NAME: the packages of requirements.txt (NAME run) or those and requirements-dev.txt (NAME dev)
install_locked() {
    local locks=(requirements.txt) stamp=".venv/stamp-$1" sum
    [ "$1" = dev ] && locks+=(requirements-dev.txt)
    sum=$(checksum "${locks[@]}")
    unchanged "$stamp" "$sum" && return
    say "Installing the locked Python packages (${locks[*]})"
    "$python" -m pip install -qq --disable-pip-version-check --no-compile --no-deps --require-hashes \
        "${locks[@]/#/--requirement=}" ||
        fail "could not install ${locks[*]}: check the network and pip's package index, then start again"
    echo "$sum" >"$stamp"
}

compile_messages() {
    local source compiled
    for source in locale/*/LC_MESSAGES/django.po; do
        compiled=${source%.po}.mo
        if [ -f "$source" ] && { [ ! -f "$compiled" ] || [ "$source" -nt "$compiled" ]; }; then
            "$python" script/messages.py --compile || fail "could not compile the translations: the lines above say why"
            return
        fi
    done
}

# install_packages NAME ...: Debian packages, where this user may install them
install_packages() {
    [ "$(id -u)" = 0 ] && [ -x "$(command -v apt-get)" ] || return 1
    say "Installing $*"
    # RUNLEVEL=1: a freshly installed server is not started as a service of the machine
    { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"; } >/dev/null
}
