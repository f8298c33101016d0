# syntax=docker/dockerfile:1
# The images of MessageBoard's four programs, a target each; scripts/build-images.sh builds them. BuildKit does, and buildah.

# Their own base has neither shell nor package manager, and runs as its user app. All text rules are the invariant ones
# (InvariantGlobalization in the project files), but user-service composes names (NFC), which takes ICU: the -extra base.
ARG ASPNET=mcr.microsoft.com/dotnet/aspnet:10.0.12-noble-chiseled

# --- the page --------------------------------------------------------------------------------------------------------
FROM --platform=$BUILDPLATFORM node:22.22.2-bookworm-slim AS page
WORKDIR /src
COPY ui/package.json ui/package-lock.json ui/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY ui ./
RUN npm run build

# --- the programs: built on the builder's own platform for the target's, so nothing is emulated -------------------------
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0.401-noble AS build
ARG TARGETARCH
ENV PROGRAMS="gateway mesh/check services/log services/message services/user"
ENV FOR_IMAGES="-p:PublishReadyToRun=true -p:UseAppHost=false -p:PublishDocumentationFiles=false"
# Where a build has no processes of its own (buildah as root without namespaces), compilers would wait for more to do.
ENV MSBUILDDISABLENODEREUSE=1
WORKDIR /src

# A layer that only another package or project makes anew.
COPY Directory.Build.props Directory.Packages.props ./
COPY gateway/Gateway.csproj gateway/
COPY mesh/Mesh.csproj mesh/
COPY mesh/check/MeshCheck.csproj mesh/check/
COPY mesh/kubernetes/MeshKubernetes.csproj mesh/kubernetes/
COPY services/log/LogService.csproj services/log/
COPY services/message/MessageService.csproj services/message/
COPY services/shared/Shared.csproj services/shared/
COPY services/user/UserService.csproj services/user/
RUN for program in $PROGRAMS; do \
      dotnet restore $program -a $TARGETARCH $FOR_IMAGES || exit 1; \
    done

COPY .editorconfig ./
COPY gateway gateway/
COPY istio/examples/locality-failover istio/examples/locality-failover/
COPY mesh mesh/
COPY services services/
RUN for program in $PROGRAMS; do \
      dotnet publish $program -c Release -a $TARGETARCH --no-restore $FOR_IMAGES -o /out/${program##*/} || exit 1; \
    done; \
    dotnet build-server shutdown --vbcscompiler; \
    cp -r /out/check/. /out/gateway/

# librdkafka comes in builds for several systems, of which the client takes one (docs/dependencies.md): 24 MB.
RUN for used in /out/*/centos8-librdkafka.so; do \
      if [ -e $used ]; then rm -f ${used%centos8-*}librdkafka.so; fi; \
    done; \
    rm -f /out/*/alpine-librdkafka.so

# --- the images --------------------------------------------------------------------------------------------------------
FROM ${ASPNET} AS gateway
LABEL org.opencontainers.image.title="MessageBoard gateway"
WORKDIR /app
COPY --from=build /out/gateway ./
COPY --from=page /src/dist page/
ENV Gateway__Page=/app/page
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "MessageBoard.Gateway.dll"]

FROM ${ASPNET}-extra AS user-service
LABEL org.opencontainers.image.title="MessageBoard user-service"
WORKDIR /app
COPY --from=build /out/user ./
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "MessageBoard.UserService.dll"]

FROM ${ASPNET} AS message-service
LABEL org.opencontainers.image.title="MessageBoard message-service"
WORKDIR /app
COPY --from=build /out/message ./
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "MessageBoard.MessageService.dll"]

FROM ${ASPNET} AS log-service
LABEL org.opencontainers.image.title="MessageBoard log-service"
WORKDIR /app
COPY --from=build /out/log ./
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "MessageBoard.LogService.dll"]
