# What packages are built from. To be sourced, with the top of the tree in $top.

# copy_tree DIR: the files of this tree, as they stand, without what was built in it.
copy_tree() {
    mkdir -p "$1"
    if [ -e "$top/.git" ] && command -v git >/dev/null; then
        # Somebody else's clone, when root builds in it.
        git -c safe.directory="$top" -C "$top" ls-files -z |
            (cd "$top" && xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh)
    else
        (cd "$top" && find . \( -name node_modules -o -path './build*' -o -path './autom4te.cache' \) \
            -prune -o ! -type d -print0)
    fi | tar -C "$top" --null -T - -cf - | tar -C "$1" --no-same-owner --no-same-permissions -xf -
}
