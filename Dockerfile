# Flagstaff server: compiled in one stage, run in another with production dependencies only.
# No dependency needs its install script, so none is run. What packages/ publishes is no part of the server.

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --workspaces=false --ignore-scripts --no-audit --no-fund
# What is in the image, for those who look for known faults. With --omit=dev npm would leave out what packages for development use, too.
RUN mv package.json whole.json && cp whole.json package.json && npm pkg delete devDependencies && npm sbom --sbom-format cyclonedx --sbom-type application > sbom.cdx.json && mv whole.json package.json

# The build installs the compiler beside itself, not into node_modules.
FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY src ./src
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
WORKDIR /app
# Only the embedded database (EMBEDDED_DATABASE=on) writes here; with DATABASE_URL nothing does, and --read-only holds for all of it.
RUN mkdir data && chown node:node data
COPY package.json LICENSE ./
COPY schema ./schema
COPY pages ./pages
# What `npm run password:reset -- EMAIL` and the other commands of docs/OPERATIONS.md run.
COPY scripts/operate.mjs ./scripts/
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=dependencies /app/sbom.cdx.json ./
COPY --from=build /app/dist ./dist
USER node
EXPOSE 4000
# A drain takes some seconds, and never more than 100: give it that long before killing.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--min-semi-space-size=16", "--enable-source-maps", "dist/src/main.js"]
