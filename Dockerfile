# Backchannel in a container. CI does not build this image: after a change here, build it by hand
# and see it answer.
#
#   docker build --tag backchannel .
#   docker run --detach --name backchannel --stop-timeout 30 --publish 127.0.0.1:8080:8080 \
#       --volume backchannel:/data --env PUBLIC_URL=https://hubs.example.org backchannel
#   docker logs backchannel                          # the address, and the operator's one-use link
#   docker exec backchannel backchannel doctor

FROM rust:1.95-slim-bookworm AS build
# libpq-system links Debian's libpq, which speaks TLS.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN cargo build --release --locked --no-default-features --features libpq-system

FROM debian:bookworm-slim
# curl is here for the health check alone; ca-certificates for `backchannel ping` to https.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl libpq5 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin backchannel \
    && install --directory --owner=backchannel --group=backchannel --mode=0700 /data
COPY --from=build /build/target/release/backchannel /usr/local/bin/backchannel

USER backchannel
WORKDIR /data
# The database, the secret key and mail.
ENV LISTEN=0.0.0.0:8080 \
    DATA=/data \
    DATABASE_URL=sqlite:///data/backchannel.db
VOLUME /data
EXPOSE 8080

# Ready means that the database answers. The first start may have migrations to run.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--max-time", "4", "http://127.0.0.1:8080/readyz"]

ENTRYPOINT ["backchannel"]
CMD ["serve"]
