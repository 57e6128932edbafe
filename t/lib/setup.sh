# What t/run, demo/run and bench/run share: Debian packages and the build. To be sourced,
# with the top of the tree in $top.

say() {
    printf '== %s\n' "$*"
}

# packages_for WHO...: the Debian packages that t/packages names for any of these.
packages_for() {
    awk -v who=" $* " '!/^#/ { for (i = 2; i <= NF; i++)
        if (index(who, " " $i " ")) { print $1; next } }' "$top/t/packages"
}

# install_packages WHO...: what these need and is missing, by apt-get.
install_packages() {
    install_these $(packages_for "$@")
}

# install_these PACKAGE...: those that are missing.
install_these() {
    missing=
    for package; do
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

# build_module DIR [CONFIGURE-OPTION...]: configure and make in DIR. What make says goes to
# make.log there, what is wrong to the terminal.
build_module() {
    dir=$1
    shift
    if [ ! -x "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
        say "autoreconf"
        (cd "$top" && autoreconf -fi 2>autoreconf.log) >/dev/null ||
            { cat "$top/autoreconf.log" >&2; return 1; }
    fi
    mkdir -p "$dir"
    if [ ! -f "$dir/config.status" ] || [ "$top/configure" -nt "$dir/config.status" ]; then
        say "configure${*:+ $*}"
        (cd "$dir" && "$top/configure" --quiet "$@")
    fi
    say "make"
    make -C "$dir" -j"$(nproc)" >"$dir/make.log"
}
