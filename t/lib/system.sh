# What t/system and packaging/try share: bare Debians in folders. To be sourced by root, after
# setup.sh. A system is $home/NAME, with $suite's base beside it.

# repository CODENAME-PATTERN: where this machine's apt finds that part of Debian.
repository() {
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Origin: Debian' |
        awk -v pattern="$1" '$2 ~ pattern { print $1; exit }'
}

# lock NAME FLOCK-OPTION...: until this process ends.
lock() {
    exec 9>"$home/$1.lock"
    shift
    flock "$@" 9
}

# system_base SUITE: debootstrap's system, made once. Sets home, suite, mirror, security.
system_base() {
    suite=$1
    mirror=$(repository '^[a-z]+$')
    security=$(repository '-security$')
    [ -n "$mirror" ] || {
        echo "this machine's apt knows no mirror of Debian; run apt-get update" >&2
        return 1
    }
    home=${AUTHJS_SYSTEMS:-/var/tmp}/mod_authjs-$suite
    mkdir -p "$home"
    lock base
    if [ ! -e "$home/base/.whole" ]; then
        say "debootstrap $suite in $home"
        rm -rf "$home/base"
        debootstrap --variant=minbase "$suite" "$home/base" "$mirror" >"$home/debootstrap.log" 2>&1 9>&- ||
            { tail "$home/debootstrap.log" >&2; return 1; }
        touch "$home/base/.whole"
    fi
    exec 9>&-
}

# system_from_base NAME [fresh]: that system, if it is not there or has to be a new one.
system_from_base() {
    [ -z "${2-}" ] || rm -rf "${home:?}/$1"
    if [ ! -e "$home/$1/.whole" ]; then
        say "a bare $suite in $home/$1"
        rm -rf "${home:?}/$1"
        cp -a "$home/base" "$home/$1"
    fi
    take_over "$home/$1"
}

# take_over ROOT: this machine's ways to package registries. Nothing of it is in the tree.
take_over() {
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
    mkdir -p "$1/usr/local/share/ca-certificates"
    cp -LR /usr/local/share/ca-certificates/. "$1/usr/local/share/ca-certificates/"
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
        cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/machine-ca.crt"
    cp -LR /etc/apt/trusted.gpg.d/. "$1/etc/apt/trusted.gpg.d/"
    apt-config dump | grep -E '^Acquire::((http|https)::|Check-|Retries|ForceIP)' \
        >"$1/etc/apt/apt.conf.d/90machine" || true
    {
        echo "deb $mirror $suite main"
        echo "deb $mirror $suite-updates main"
        [ -z "$security" ] || echo "deb $security $suite-security main"
    } >"$1/etc/apt/sources.list"
}

# system_clone NAME: this tree's last commit, as /mod_authjs there.
system_clone() {
    git -C "$top" diff --quiet HEAD || say "what is not committed stays outside"
    say "cloning $(git -C "$top" log -1 --format='%h %s')"
    rm -rf "${home:?}/$1/mod_authjs"
    git clone -q --no-hardlinks "$top" "$home/$1/mod_authjs"
}

# machine_settings: the environment that leads to this machine's registries.
machine_settings() {
    # npm's settings go by the environment.
    if command -v npm >/dev/null; then
        for key in registry proxy https-proxy noproxy; do
            value=$(npm config get $key)
            case $value in '' | null | undefined) ;; *)
                printf ' %s' "npm_config_$(echo $key | tr - _)=$value" ;;
            esac
        done
    fi
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY TERM AUTHJS_PORT; do
        eval "value=\${$name-}"
        [ -z "$value" ] || printf ' %s' "$name=$value"
    done
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
        printf ' %s' NODE_EXTRA_CA_CERTS=/etc/machine-ca.crt
}

# run_in NAME NET COMMAND...: with mounts, processes and shared memory of its own, which end
# with it, in the clone if there is one. NET: machine, this machine's network; or none, a network
# that has nothing but a loopback interface of its own.
# $home/cache is the cache of apt of all systems that are run with $apt_cache set.
run_in() {
    root=$home/$1 net=
    [ "$2" = machine ] || net=--net
    shift 2
    mkdir -p "$home/cache/partial"
    export home root apt_cache
    unshare --mount --propagation private --ipc --pid $net --fork --kill-child sh -c '
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
        [ -z "${apt_cache-}" ] || mount --bind "$home/cache" "$root/var/cache/apt/archives"
        exec chroot "$root" "$@"' sh \
        env -i HOME=/root LANG=C.UTF-8 $(machine_settings) \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        sh -c 'cd /mod_authjs 2>/dev/null || cd /root; exec "$@"' sh "$@"
}
