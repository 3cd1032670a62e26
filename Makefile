# hubd: `make run` shows it without any hardware; `make test` proves it.
# Everything but `make run build test` installs what it needs, or skips with a clear line.

export CGO_ENABLED = 0
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT  ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
PURE     = ./dsp ./regulation ./room ./pipeline ./wire ./recording ./synth ./drivers/... ./scripts/kernel/cuse ./scripts/kernel/nodes

.PHONY: run build test race lint bench accuracy peers soak history-years test-arm test-mqtt test-room test-zigbee test-sound test-edf test-report test-page test-kernel test-history test-powercut e2e-ha deb deploy install-test footprint vuln chaos bench-acquire soak-faults soak-light load fuzz clean

run: build ## a simulated evening: no hardware, no broker, no config
	./bin/hubd demo

build: ## bin/hubd for this machine
	GO='$(GO)' ./scripts/build.sh bin/hubd '$(VERSION)' '$(COMMIT)'

test: ## all unit, property and golden tests; needs only Go
	$(GO) vet ./...
	$(GO) test ./...

race: ## the same under the race detector; needs a C compiler
	CGO_ENABLED=1 $(GO) test -race ./...

lint: ## gofmt, vet, tidy modules, staticcheck, cross builds, and no executable in the tree
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these files"; exit 1; }
	$(GO) vet ./...
	@! command -v python3 >/dev/null || python3 -c 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]' scripts/*.py scripts/*/*.py
	$(GO) mod tidy -diff
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	GOOS=linux GOARCH=arm GOARM=6 $(GO) build -o /dev/null ./cmd/hubd
	GOOS=linux GOARCH=arm64 $(GO) build -o /dev/null ./cmd/hubd

bench: ## costs per sample and per second, with allocations
	$(GO) test -run '^$$' -bench . -benchmem ./...

SECONDS_EACH ?= 90
bench-acquire: ## how late conversions begin on this kernel, with the whole pipeline for two wearers: as the machine is, and with every processor kept busy
	HUBD_BENCH_ACQUIRE=$(SECONDS_EACH) $(GO) test ./hub -count=1 -timeout 0 -v -run TestBenchAcquire

FAULTS ?= 1000
soak-faults: ## FAULTS random faults of every kind on every chip, in virtual time, then as many on whole hubs, whose goroutines are counted: some minutes
	HUBD_FAULTS=$(FAULTS) $(GO) test ./hub -count=1 -timeout 0 -v -run TestWhateverAils

soak-light: ## HOURS=24 simulated hours of a pulse chip whose polls are up to a quarter second late, at seven clocks: every sample, and how far its time is off. Half a minute
	HUBD_HOURS=$(or $(HOURS),24) $(GO) test ./acquire -count=1 -timeout 0 -v -run TestPollsUpToAQuarterSecondLate

accuracy: build ## hubd's figures against the references of ../shared/data, and every target beside what was measured
	./scripts/accuracy.sh

peers: build ## NeuroKit2, HeartPy and pyPPG on the same recordings: accuracy and processor time
	./scripts/peers.sh

CHECKS ?= 1000000
soak: ## a million random lives of a room, CHECKS=50000 for fewer, and ten thousand of its sound. Prints how many there were, or the seed of the one that failed
	$(GO) test ./room -count=1 -timeout 0 -v -run TestNoSequenceLeavesTheEnvelope -rapid.checks=$(CHECKS)
	$(GO) test ./sound -count=1 -timeout 0 -v -run TestNoSequenceOfCuesLeavesTheEnvelope -rapid.checks=10000

history-years: ## 440 days of rows of one wearer, and of two, in virtual time: size of the file, bytes written a day, memory, time to open it; HUBD_TEST_SEALED=1: sealed
	HUBD_HISTORY_YEARS=1 $(GO) test ./history -count=1 -timeout 0 -v -run TestTheHistoryOfYearsStaysSmall

test-arm: ## unit tests of the pure packages and the drivers on 32- and 64-bit ARM, emulated
	./scripts/test-arm.sh $(PURE)

test-kernel: ## the builds for a Pi on Debian's kernel in QEMU, their chips behind /dev/i2c-N and /dev/spidevB.C: probe, samples, beat, unplug
	VERSION='$(VERSION)' ./scripts/test-kernel.sh

test-mqtt: build ## hubd against a real mosquitto on loopback
	./scripts/test-mqtt.sh

test-room: build ## the same with a hundred pauses and a hundred crashes: some ten minutes
	HUBD_STOPWATCH=1 HUBD_BEDS=4 HUBD_PAUSES=104 HUBD_CRASHES=100 HUBD_AWAY_S=240 ./scripts/test-mqtt.sh

test-zigbee: ## payloads for zigbee2mqtt through the real converters of every light they know; needs node
	./scripts/test-zigbee.sh

test-sound: build ## rendered scenes under sox, and hubd's sound through a real Snapcast server and aplay
	./scripts/test-sound.sh

test-edf: build ## EDF+ files of hubd, opened by pyedflib
	./scripts/test-edf.sh

test-page: build ## the page in a real Chromium: every view, pause by touch, figures, rude clients; some four minutes
	./scripts/test-page.sh

test-report: ## the reports of the tests in headless Chromium: nothing on its console
	./scripts/test-report.sh

KILLS  ?= 1000
COPIES ?= 10000
test-history: ## history under KILLS kills at random moments, and COPIES damaged copies: some ten minutes
	HUBD_KILLS=$(KILLS) $(GO) test ./history -count=1 -timeout 0 -v -run TestNoAcknowledgedCommitIsLost
	HUBD_COPIES=$(COPIES) $(GO) test ./hub -count=1 -timeout 0 -v -run TestNoDamageEndsOrHoldsUpTheDaemon

CUTS   ?= 50
WITHIN ?=
test-powercut: ## history and settings under CUTS cuts of the power of an emulated computer whose card forgets what was not flushed, WITHIN=1: all of them at a write; some ten minutes
	CUTS=$(CUTS) WITHIN=$(WITHIN) ./scripts/test-powercut.sh

e2e-ha: build ## hubd beside the real Home Assistant and a real mosquitto; the first run installs both into a cache folder
	./scripts/e2e-ha.sh

deb: ## dist/*.deb for 32- and 64-bit Pis and for amd64, the same bytes at every build of a commit
	./scripts/deb.sh dist armhf arm64 amd64
	./scripts/links.sh dist/hubd_*.deb

deploy: ## builds the package for a Pi and installs it there over ssh: make deploy HOST=pi@bedroom.local
	./scripts/deploy.sh "$(HOST)"

install-test: ## the package in a Debian of its own, then on an emulated 64-bit ARM machine that boots: some ten minutes
	./scripts/install-test.sh

footprint: build ## memory, processor time, size and start of hubd with two wearers and everything on
	./scripts/footprint.sh

chaos: build ## eight hours of trouble: in virtual time for sensors, clock and processor, then packed without the quiet between (ROUNDS=64 SEED=1) for a real process; an hour
	HUBD_HOURS=8 $(GO) test ./hub -count=1 -timeout 0 -v -run TestHoursOfTroubleLeaveTheStateRight
	./scripts/chaos.sh

HUBS ?= 1,10,100,1000
load: ## HUBS hubs on a real mosquitto and on a NATS cluster of three, of which one is killed: what they cost, and that nothing kept is lost. Some 30 minutes
	HUBS='$(HUBS)' ./scripts/load.sh

fuzz: ## everything that reads bytes from outside, each for FUZZTIME=10m: a night. ONLY='config|wire' for some
	./scripts/fuzz.sh

vuln: ## known weaknesses in what hubd calls, by govulncheck; GOVULNDB names a copy of its database
	./scripts/vuln.sh

clean:
	rm -rf bin dist
