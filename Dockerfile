# syntax=docker/dockerfile:1
# Two images from one build: `docker build --target api .` and `docker build --target worker .`.

FROM debian:12-slim AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /source
# First what seldom changes: the packages are installed anew only when `dev` does.
COPY dev ./
RUN ./dev deps run
COPY . ./
ARG VERSION=
RUN WEBHOOKS_VERSION="${VERSION}" ./dev build release webhooks-api webhooks-worker \
    && strip --strip-unneeded build/release/bin/webhooks-api build/release/bin/webhooks-worker

FROM debian:12-slim AS api
RUN --mount=type=bind,source=common/package/prepare_image,target=/run/prepare_image /run/prepare_image api
COPY --from=build /source/build/release/bin/webhooks-api /usr/local/bin/webhooks-api
ENV WEBHOOKS_DATABASE=sqlite:/data/webhooks.db \
    WEBHOOKS_LISTEN=0.0.0.0:8080 \
    WEBHOOKS_OPS_LISTEN=0.0.0.0:9090
LABEL org.opencontainers.image.title="webhooks-api" \
      org.opencontainers.image.description="The REST API of Partner Webhooks" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/debian:12-slim"
ARG VERSION=
LABEL org.opencontainers.image.version="${VERSION}"
USER 10001:10001
VOLUME /data
EXPOSE 8080 9090
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["webhooks-api", "--health"]
# As PID 1 it needs no init: it waits for SIGTERM itself and starts no children.
ENTRYPOINT ["webhooks-api"]
CMD ["serve"]

FROM debian:12-slim AS worker
RUN --mount=type=bind,source=common/package/prepare_image,target=/run/prepare_image /run/prepare_image worker
COPY --from=build /source/build/release/bin/webhooks-worker /usr/local/bin/webhooks-worker
ENV WEBHOOKS_DATABASE=sqlite:/data/webhooks.db \
    WEBHOOKS_OPS_LISTEN=0.0.0.0:9091
LABEL org.opencontainers.image.title="webhooks-worker" \
      org.opencontainers.image.description="The worker of Partner Webhooks" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/debian:12-slim"
ARG VERSION=
LABEL org.opencontainers.image.version="${VERSION}"
USER 10001:10001
VOLUME /data
EXPOSE 9091
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["webhooks-worker", "--health"]
ENTRYPOINT ["webhooks-worker"]
