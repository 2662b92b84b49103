# The image of the app. The base is Debian, because journalctl and glibc are needed; it can be another one that has
# Node 24 and npm: `--build-arg BUILD_FROM=…`.
ARG BUILD_FROM=docker.io/library/node:24.21.0-trixie-slim

# The page, built with the development packages, which stay here.
FROM ${BUILD_FROM} AS page
WORKDIR /app
COPY package.json package-lock.json ./
COPY addon/link-node.cjs addon/
RUN npm ci --no-audit --no-fund --loglevel=error
COPY web web
RUN node web/build.ts

# What runs needs, for this architecture. The Node that comes along through npm is for machines that have none: this one has.
FROM ${BUILD_FROM} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY addon/link-node.cjs addon/
RUN npm ci --omit=dev --no-audit --no-fund --loglevel=error \
    && rm -rf node_modules/node-linux-* node_modules/.bin/node node_modules/.cache

FROM ${BUILD_FROM}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        conntrack \
        iproute2 \
        iputils-ping \
        lm-sensors \
        nmap \
        openssh-client \
        systemd \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*.log /var/log/apt

WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE options.example.yaml ./
COPY addon/health.ts addon/
COPY src src
COPY --from=page /app/web/dist web/dist

ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/cache \
    MALLOC_ARENA_MAX=2 \
    HEARTHWARDEN_DATA=/data
# Started once, so that what Node compiles is there already at the first start on a slow machine.
RUN HEARTHWARDEN_DATA=/tmp/warm timeout --signal=TERM --preserve-status 20 node src/main.ts \
    && rm -rf /tmp/warm

ARG BUILD_VERSION
ARG BUILD_ARCH
LABEL io.hass.type="app" \
      io.hass.name="Hearthwarden" \
      io.hass.description="Watches your home's network, learns what is normal, and tells you in plain words what is not" \
      io.hass.version="${BUILD_VERSION}" \
      io.hass.arch="${BUILD_ARCH}" \
      org.opencontainers.image.title="Hearthwarden" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/hearthwarden/hearthwarden" \
      org.opencontainers.image.version="${BUILD_VERSION}"

VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["node", "addon/health.ts"]
CMD ["node", "--max-old-space-size=96", "--max-semi-space-size=4", "--optimize-for-size", "--no-opt", "--liftoff-only", "src/main.ts"]
