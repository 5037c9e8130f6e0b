import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import CanaryTelemetry
import Synchronization
import Testing

@Suite("Rehearse")
struct RehearseSessionTests {
    private static let spec: CanarySpec = {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            ),
            telemetry: TelemetrySpec(prometheus: PrometheusSpec(url: "http://prometheus:9090"))
        )
        spec.pace.history = .seconds(150)
        spec.pace.deadline = .seconds(600)
        spec.pace.bake = .seconds(60)
        spec.steps = [10, 100]
        return spec
    }()

    private static func window(_ index: Int) -> Window {
        Window(
            seconds: 5,
            stable: (0..<4).map { pod in
                PodWindow(
                    pod: "v1-\(pod)",
                    requests: [
                        ResponseCount(key: ResponseKey("200"), count: 200 + (index * 7 + pod) % 30),
                        ResponseCount(key: ResponseKey("503"), count: (index + pod) % 3),
                    ],
                    latency: [0, 0, 10, 40, 110, 30, 8, 2] + [Int](repeating: 0, count: 12)
                )
            }
        )
    }

    private static func past(_ count: Int = 200) -> PastTelemetry {
        PastTelemetry(
            windows: (0..<count).map {
                TimedWindow(at: Timestamp(milliseconds: 1_795_400_000_000 + Int64($0) * 5000), window: window($0))
            },
            step: .seconds(5),
            notes: ["the server warns"]
        )
    }

    private static func archive(_ past: PastTelemetry) -> RehearseOptions.Source {
        .archive(
            { _ in StoredArchive(past: past) },
            name: "http://prometheus:9090",
            from: Timestamp(milliseconds: 0),
            to: Timestamp(milliseconds: 1)
        )
    }

    private func session(
        _ source: RehearseOptions.Source,
        runs: Int = 3,
        threads: Int = 2,
        stop: RehearseStop = RehearseStop(),
        progress: @escaping RehearseSession.Progress = { _ in }
    ) -> RehearseSession {
        let options = RehearseOptions(spec: Self.spec, source: source, runs: runs, threads: threads)
        return RehearseSession(options: options, stop: stop, progress: progress)
    }

    @Test("the report is the same at any number of threads")
    func threads() async throws {
        var reports: [RehearsalReport] = []
        for threads in [1, 5] {
            let session = session(Self.archive(Self.past()), threads: threads)
            reports.append(await session.play(try await session.prepare()))
        }

        #expect(reports[0] == reports[1])
        #expect(reports[0].placebo.played == 3)
        #expect(reports[0].regressions.map(\.regression) == RehearsedRegression.usual)
        #expect(reports[0].notes.contains("the server warns"))
        #expect(reports[0].interruption == nil)
        #expect(reports[0].exitCode == .healthy)
    }

    @Test("progress counts every rollout")
    func progress() async throws {
        let seen = Mutex<[RehearsalProgressLine]>([])
        let session = session(Self.archive(Self.past()), runs: 2) { line in seen.withLock { $0.append(line) } }
        _ = await session.play(try await session.prepare())

        #expect(seen.withLock { $0.last?.played } == 18)
        #expect(seen.withLock { lines in lines.allSatisfy { $0.asked == 18 } })
    }

    @Test("a stop ends with what there is, and says so")
    func stopped() async throws {
        let stop = RehearseStop()
        let session = session(Self.archive(Self.past()), runs: 400, stop: stop) { _ in stop.request(.interrupted) }
        let report = await session.play(try await session.prepare())

        #expect(report.interruption == "interrupted (SIGINT)")
        #expect(report.placebo.played > 0 && report.placebo.played < 20)
        #expect(report.asked == 400)
        #expect(report.regressions.isEmpty)
    }

    @Test("an archive that cannot be read is told with its reason and hint")
    func broken() async throws {
        let failure = ArchiveFailure(Reason("unreachable", "http://p does not answer"), hint: "look at it")
        let source = RehearseOptions.Source.archive(
            { _ in UnreadableArchive(failure: failure) },
            name: "p",
            from: Timestamp(milliseconds: 0),
            to: Timestamp(milliseconds: 1)
        )
        let error = await #expect(throws: AgentError.self) { _ = try await session(source).prepare() }

        #expect(error?.message.contains("does not answer") == true)
        #expect(error?.hint == "look at it")
        #expect(error?.exitCode == .unknown)
    }

    @Test("too little history is refused with what is missing")
    func short() async throws {
        let error = await #expect(throws: AgentError.self) {
            _ = try await session(Self.archive(Self.past(50))).prepare()
        }

        #expect(error?.exitCode == .undecided)
        #expect(error?.message.contains("4 min 10 s") == true)
    }

    @Test("a recording gives one stretch a run, with times from its start")
    func recording() throws {
        var recorded = RecordedHistory()
        let lines = Self.recording(["a": 3, "b": 2])
        for start in stride(from: 0, to: lines.count, by: 100) {
            try recorded.feed(Array(lines[start..<min(start + 100, lines.count)]))
        }
        let history = try recorded.finish(origin: "day.jsonl")

        #expect(history.segments.map(\.windows.count) == [3, 2])
        #expect(history.segments[0].windows.map(\.at.milliseconds) == [5000, 10_000, 15_000])
        #expect(history.segments[1].windows[0].at.milliseconds == 20_000)
        #expect(!history.hasClock)
        #expect(history.segments[0].windows[2].window.stable == Self.window(2).stable)
    }

    @Test("a whole recording is rehearsed from its file")
    func file() async throws {
        let scratch = try Scratch()
        try scratch.store(Self.recording(["": 200]), at: "\(scratch.path)/day.jsonl")
        let session = session(.recording(path: "\(scratch.path)/day.jsonl"), runs: 2)
        let report = await session.play(try await session.prepare())

        #expect(report.placebo.played == 2)
        #expect(report.facts.windows == 200)
        #expect(!report.hasClock)
    }

    @Test(
        "a hostile recording is refused with its place",
        arguments: [
            "", "x", "{}", "{\"seconds\":5,\"stable\":[]}", "{\"schema\":\"haldane.windows/9\",\"bounds\":[1]}",
            "{\"schema\":\"haldane.windows/1\",\"bounds\":[1]}\n{\"seconds\":-5,\"stable\":[]}",
            "{\"schema\":\"haldane.windows/1\",\"bounds\":[1]}\n{\"seconds\":5,\"stable\":[{\"pod\":\"a\",\"requests\":{\"200\":-1}}]}",
            "{\"schema\":\"haldane.windows/1\",\"bounds\":[2,1]}", "\u{0}\u{0}\u{0}",
            "{\"schema\":\"haldane.windows/1\",\"bounds\":[1]}\n[[[[[[[[[[",
        ]
    )
    func hostile(text: String) async throws {
        let scratch = try Scratch()
        try scratch.store(Array(text.utf8), at: "\(scratch.path)/bad.jsonl")
        let error = await #expect(throws: AgentError.self) {
            _ = try await session(.recording(path: "\(scratch.path)/bad.jsonl")).prepare()
        }

        #expect(error?.exitCode == .usage)
        #expect(error?.description.contains("line ") == true)
    }

    @Test("absurd counts and lengths in a recording neither trap nor hang")
    func absurd() async throws {
        let header = "{\"schema\":\"haldane.windows/1\",\"bounds\":[1,2]}\n"
        let pod = { (name: String) in
            "{\"pod\":\"\(name)\",\"requests\":{\"200\":9007199254740991,\"503\":9007199254740991},\"latency\":[0,9007199254740991,3]}"
        }
        for seconds in ["1e-300", "5", "1e300"] {
            let line = "{\"seconds\":\(seconds),\"stable\":[\(pod("a")),\(pod("b")),\(pod("c")),\(pod("a"))]}\n"
            let whole = "{\"seconds\":\(seconds),\"stable\":[\(pod("a")),\(pod("b")),\(pod("c"))]}\n"
            let text = header + String(repeating: line + whole, count: 100)
            let scratch = try Scratch()
            try scratch.store(Array(text.utf8), at: "\(scratch.path)/odd.jsonl")
            let session = session(.recording(path: "\(scratch.path)/odd.jsonl"), runs: 2)
            do {
                let report = await session.play(try await session.prepare())
                #expect(report.placebo.played == 2)
            } catch {
                #expect(error.message.contains("cannot rehearse") || error.description.contains("line "))
            }
        }
    }

    @Test("journals of earlier runs of the same version are history, others are left out and counted")
    func journals() async throws {
        let scratch = try Scratch()
        let directory = try JournalDirectory(path: scratch.path)
        var other = Self.spec
        other.name = "another"
        for (name, spec) in [("run-1", Self.spec), ("run-2", Self.spec), ("run-3", other)] {
            let codec = JournalCodec()
            let header = RunHeader(
                version: "1",
                run: name,
                startedAt: Timestamp(milliseconds: 0),
                spec: spec,
                roles: .asNamed,
                place: "p"
            )
            let writer = try directory.create(runID: name, header: try codec.encode(header))
            for index in 0..<100 {
                var window = Self.window(index)
                if index == 50 { window.quality.unusable = .nothingScraped }
                let phase: JudgingContext.Phase = index < 90 ? .watching : .baking
                let context = JudgingContext(
                    phase: phase,
                    canaryPercent: 0,
                    step: 0,
                    isFirstAfterWeightChange: false,
                    countsForPromotion: false
                )
                try await writer.append(try codec.encode(.window(window)))
                let verdict = Verdict.unknown(Reason("x", "x"))
                try await writer.append(
                    try codec.encode(
                        .event(
                            .judged(context: context, verdict: verdict),
                            at: Timestamp(milliseconds: Int64(index + 1) * 5000)
                        )
                    )
                )
            }
            try await writer.close()
        }
        let history = JournalHistory.read(try directory.runs(), spec: Self.spec, origin: "here")

        #expect(history.segments.map(\.windows.count) == [90, 90])
        #expect(history.segments[0].windows[50].window.quality.unusable == .nothingScraped)
        #expect(history.notes.count == 1 && history.notes[0].hasPrefix("1 of 3 journals"))
    }

    @Test("a folder without journals is no history, one that is not there is a usage error")
    func noJournals() async throws {
        let scratch = try Scratch()
        let empty = await #expect(throws: AgentError.self) {
            _ = try await session(.journals(directory: scratch.path)).prepare()
        }
        #expect(empty?.exitCode == .unknown)
        let missing = await #expect(throws: AgentError.self) {
            _ = try await session(.journals(directory: "\(scratch.path)/none")).prepare()
        }
        #expect(missing?.exitCode == .usage)
    }

    private static func recording(_ runs: KeyValuePairs<String, Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        WindowEncoder.appendHeader(to: &bytes)
        for (name, count) in runs {
            for index in 0..<count { WindowEncoder.append(window(index), run: name, to: &bytes) }
        }
        return bytes
    }
}

private struct StoredArchive: TelemetryArchive {
    var past: PastTelemetry

    func windows(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry { past }
}

private struct UnreadableArchive: TelemetryArchive {
    var failure: ArchiveFailure

    func windows(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry { throw failure }
}
