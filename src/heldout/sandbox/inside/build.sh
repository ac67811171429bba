# Runs inside, as the root of a user namespace that rules over nothing outside: builds an image of /work/context, and
# leaves its files below /work/rootfs and its settings in /work/image.json.
#
#     sh build.sh DOCKERFILE
set -eu
umask 022
mkdir -p /work/store /work/run /work/temporary /work/rootfs
export HOME=/work/temporary TMPDIR=/work/temporary XDG_RUNTIME_DIR=/work/run

engine() {
    podman --root /work/store --runroot /work/run --tmpdir /work/run/libpod --storage-driver "$driver" \
        --cgroup-manager cgroupfs --events-backend none "$@"
}

driver=overlay
engine info > /dev/null 2>&1 || driver=vfs # a kernel or a disk on which a user namespace can lay nothing over another

for base in /bases/*; do
    [ ! -e "$base" ] || engine load --quiet --input "$base" > /dev/null
done
engine build --isolation chroot --network host --pull=never --no-cache --layers=false --cap-drop CAP_SYS_CHROOT \
    --security-opt seccomp=/work/settings/filter.json --volume /work/settings/pip.conf:/etc/pip.conf:ro \
    --volume /work/settings/uv.toml:/etc/uv/uv.toml:ro \
    --iidfile /work/image.id --file "/work/context/$1" /work/context
image=$(cat /work/image.id)
engine image inspect "$image" > /work/image.json
container=$(engine create "$image" /heldout)
engine export --output /work/image.tar "$container"
tar --extract --file /work/image.tar --directory /work/rootfs --no-same-owner --preserve-permissions
chmod -R u+rwX /work/rootfs
rm -rf /work/store /work/run /work/temporary /work/image.tar /work/image.id
