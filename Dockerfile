# A node in a container: docs/containers.md says how it is built and started, and which rights it needs.
# Build the product first (mvn -DskipTests -pl node -am package): it is copied, not made here.
FROM debian:bookworm-slim

COPY scripts/provision-criu.sh scripts/unpack-packages.sh /opt/sojourn/scripts/
# The JDK is for the tasks as well as for the daemon; nft keeps their connections still; tini is the first process, which
# collects what nobody waits for. Debian's own CRIU is too old; the newer one goes where PATH leads, so that a volume for
# the state does not hide it.
RUN apt-get -qq update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
      openjdk-17-jdk-headless nftables iproute2 tini > /dev/null \
 && /opt/sojourn/scripts/provision-criu.sh /opt/sojourn/criu \
 && ln -s /opt/sojourn/criu/criu /usr/local/sbin/criu \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb

COPY node/target/runtime /opt/sojourn/runtime
COPY ckpt ckptd LICENSE /opt/sojourn/
COPY scripts /opt/sojourn/scripts
COPY packaging/container /opt/sojourn/container
# The first word archives classes: every later start takes half the time.
RUN ln -s /opt/sojourn/ckpt /opt/sojourn/ckptd /usr/local/bin/ && /opt/sojourn/scripts/ckpt-jvm --version

VOLUME /var/lib/sojourn
EXPOSE 7077
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=30s --start-period=120s CMD ["/opt/sojourn/container/healthy"]
ENTRYPOINT ["tini", "--", "/opt/sojourn/container/node"]
