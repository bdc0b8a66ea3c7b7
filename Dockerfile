# earshot in a container: one static binary, no shell, not root.
#
#   docker build -t earshot .
#   docker run -v $PWD/config:/etc/earshot:ro -v earshot:/data -p 127.0.0.1:8080:8080 earshot
#
# config/watchlist.yaml should say `store: {database: "sqlite:/data/earshot.db"}` and
# `web: {listen: "0.0.0.0:8080", inbox: false}`, or with a way to sign in in place of
# inbox (docs/web.md): the health check asks there, and another address cannot be reached
# from outside. Mount the folder, not the file: a saved file is a new one.

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=docker
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /earshot ./cmd/earshot
# The volume's folder must exist with its owner before a scratch image can own it.
RUN mkdir -p /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /earshot /earshot
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
WORKDIR /data
EXPOSE 8080
# Asks the running daemon's own health page; it exits 1 when the daemon does not answer.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/earshot", "check", "-c", "/etc/earshot/watchlist.yaml", "--live"]
ENTRYPOINT ["/earshot"]
CMD ["run", "-c", "/etc/earshot/watchlist.yaml"]
