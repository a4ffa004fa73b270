# shellcheck shell=bash disable=SC2154
# Servers that the tests start for themselves, on free ports, in a folder that goes with them; sourced after setup.sh.
# make_scratch comes first: it makes that folder, TMPDIR from then on, and sees to it that in the end all is stopped
# and removed.
# start_postgres exports TEST_POSTGRES_URL, start_redis TEST_REDIS_URL; both return 1 where the server is not to be had.

scratch=
postgres_settings="-c fsync=off -c full_page_writes=off" # what tests write may be lost; script/bench sets its own

free_port() { "$python" -S -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

make_scratch() {
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/tanggap-test.XXXXXX")
    chmod 755 "$scratch" # the user postgres passes through it
    export TMPDIR=$scratch
    trap stop_servers EXIT
}

# PostgreSQL refuses to run as root, and its installed user can always run it.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

postgres_programs() {
    local programs
    programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    [ -x "$programs/initdb" ] || programs=$(dirname "$(command -v initdb || echo /nowhere/initdb)")
    [ -x "$programs/initdb" ] && echo "$programs"
}

start_postgres() {
    local programs data port
    programs=$(postgres_programs) || { install_packages postgresql && programs=$(postgres_programs); } || return 1
    data=${scratch:?make_scratch comes first}/postgres port=$(free_port)
    mkdir "$data"
    [ "$(id -u)" != 0 ] || chown postgres "$data"
    as_postgres "$programs/initdb" --pgdata "$data" --username tanggap --auth trust --encoding UTF8 --locale C.UTF-8 \
        --no-sync >"$scratch/initdb.log" 2>&1 || { cat "$scratch/initdb.log" >&2 && return 1; }
    as_postgres "$programs/pg_ctl" --pgdata "$data" --log "$data/log" --wait --silent --options "-p $port -k $data \
        -c listen_addresses=127.0.0.1 $postgres_settings -c max_connections=200" start ||
        { cat "$data/log" >&2 && return 1; }
    "$programs/createdb" --host 127.0.0.1 --port "$port" --username tanggap tanggap || return 1
    export TEST_POSTGRES_URL=postgres://tanggap@127.0.0.1:$port/tanggap
}

start_redis() {
    local port
    command -v redis-server >/dev/null || install_packages redis-server || return 1
    port=$(free_port)
    redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$scratch" --daemonize yes \
        --pidfile "$scratch/redis.pid" --logfile "$scratch/redis.log" >/dev/null || return 1
    for _ in {1..50}; do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            export TEST_REDIS_URL=redis://127.0.0.1:$port/0
            return
        fi
        sleep 0.1
    done
    return 1
}

chromium_program() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

find_chromium() { chromium_program >/dev/null || { install_packages chromium && chromium_program >/dev/null; }; }

# The tests start it themselves (tests/dovecot.py).
dovecot_program() { PATH=$PATH:/usr/sbin command -v dovecot; }

find_dovecot() { dovecot_program >/dev/null || { install_packages dovecot-imapd && dovecot_program >/dev/null; }; }

stop_servers() {
    local data=$scratch/postgres
    [ ! -f "$data/postmaster.pid" ] || as_postgres "$(postgres_programs)/pg_ctl" --pgdata "$data" --mode immediate --silent stop
    [ ! -f "$scratch/redis.pid" ] || kill "$(<"$scratch/redis.pid")"
    rm -rf "$scratch"
}
