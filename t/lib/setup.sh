# What t/run, demo/run and bench/run share: Debian packages and the build. To be sourced.

# What the module is built with.
build_packages="apache2-dev autoconf automake gcc libc6-dev libcurl4-openssl-dev
    libjson-c-dev liblua5.4-dev libssl-dev libtool make pkg-config"

say() {
    printf '== %s\n' "$*"
}

# install_packages NAME...: what is missing of these and of build_packages, by apt-get.
install_packages() {
    missing=
    for package in $build_packages "$@"; do
        # Node may come from elsewhere; Debian's npm would not go with it.
        case $package in nodejs | npm) command -v npm >/dev/null && continue ;; esac
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "installing$missing"
    if [ "$(id -u)" -eq 0 ]; then
        sudo=
    elif command -v sudo >/dev/null; then
        sudo=sudo
    else
        echo "These Debian packages are missing:$missing" >&2
        echo "Install them as root, or install sudo, and start this again." >&2
        return 1
    fi
    $sudo apt-get update -qq
    # No service is started: every server here is started on loopback by its test.
    policy=/usr/sbin/policy-rc.d
    if [ -e $policy ]; then
        policy=
    else
        printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
        $sudo chmod 755 $policy
    fi
    status=0
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qqy \
        --no-install-recommends $missing >/dev/null || status=$?
    [ -z "$policy" ] || $sudo rm -f $policy
    return $status
}

# build_module TOP DIR [CONFIGURE-OPTION...]: configure and make TOP in DIR.
build_module() {
    top=$1 dir=$2
    shift 2
    if [ ! -x "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
        say "autoreconf"
        (cd "$top" && mkdir -p m4 && autoreconf -fi 2>autoreconf.log) >/dev/null ||
            { cat "$top/autoreconf.log" >&2; return 1; }
    fi
    mkdir -p "$dir"
    if [ ! -f "$dir/config.status" ] || [ "$top/configure" -nt "$dir/config.status" ]; then
        say "configure${*:+ $*}"
        (cd "$dir" && "$top/configure" --quiet "$@")
    fi
    say "make"
    make -C "$dir" --no-print-directory -s -j"$(nproc)"
}
