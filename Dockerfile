# The image: the program alone, also under the name wstest, laid out as that of the Autobahn testsuite. Nothing is downloaded and
# nothing runs in its build, so it is made for any architecture on any machine. `.github/image.sh` makes it, binaries included:
#
#	.github/image.sh TAG
#
# or its build context, for those who build for several architectures at once:
#
#	.github/image.sh --context DIR amd64 arm64
#	docker buildx build --platform linux/amd64,linux/arm64 -f Dockerfile -t TAG DIR
FROM scratch
ARG TARGETARCH
COPY linux-${TARGETARCH}/ /
ENV PATH=/usr/local/bin
WORKDIR /
VOLUME ["/config", "/reports"]
EXPOSE 9001
CMD ["wstest", "--mode", "fuzzingserver", "--spec", "/config/fuzzingserver.json"]
