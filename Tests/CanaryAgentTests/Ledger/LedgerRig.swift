import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryTelemetry
import Foundation

/// A home with journals as runs leave them.
struct LedgerRig {
    let scratch: Scratch
    var home: String { scratch.path + "/home" }

    init() throws { scratch = try Scratch() }

    /// 2026-01-01T00:00:00Z, and so many days later.
    static func day(_ days: Double) -> Timestamp {
        Timestamp(milliseconds: 1_767_225_600_000 + Int64(days * 86_400_000))
    }

    static func spec(_ name: String = "demo4", namespace: String = "test1") -> CanarySpec {
        CanarySpec(
            name: name,
            namespace: namespace,
            route: RouteSpec(
                object: "\(name)-vs",
                stable: DestinationSpec(subset: "v1", workload: "\(name)-v1"),
                canary: DestinationSpec(subset: "v2", workload: "\(name)-v2")
            ),
            telemetry: TelemetrySpec(targets: ["http://127.0.0.1:1/stats/prometheus"])
        )
    }

    static let rolledBack = Outcome.rolledBack(Reason("errors", "failed: canary 5.5 % of 1,146"), .proved)
    static let promoted = Outcome.promoted(Reason("promoted", "10 min at 100 % without a regression"))

    static func window(stable: Int, canary: Int) -> Window {
        func pod(_ name: String, _ count: Int) -> PodWindow {
            PodWindow(
                pod: name,
                requests: [ResponseCount(key: ResponseKey("200"), count: count)],
                latency: [Int](repeating: 0, count: 19) + [count]
            )
        }
        return Window(seconds: 5, stable: [pod("s", stable)], canary: canary > 0 ? [pod("c", canary)] : [])
    }

    static func read(_ canary: Int) -> RouteSnapshot {
        RouteSnapshot(
            revision: RouteRevision("r\(canary)"),
            weights: RouteWeights(stable: 100 - canary, canary: canary),
            place: "memory"
        )
    }

    static func judged(_ at: Timestamp, phase: JudgingContext.Phase = .analyzing) -> JournalEntry {
        .event(
            .judged(
                context: JudgingContext(
                    phase: phase,
                    canaryPercent: 5,
                    step: 0,
                    isFirstAfterWeightChange: false,
                    countsForPromotion: true
                ),
                verdict: Verdict(kind: .undecided, decision: .hold, reason: Reason("x", "x"))
            ),
            at: at
        )
    }

    /// Writes a run's journal; its file says that it was last changed when the run ended.
    ///
    /// - Parameters:
    ///   - outcome: nil leaves the run unfinished.
    ///   - padding: bytes of notices, so that the file has a size.
    @discardableResult
    func run(
        at day: Double,
        _ outcome: Outcome?,
        folder: String = "test1-demo4",
        spec: CanarySpec = LedgerRig.spec(),
        purpose: RunHeader.Purpose? = nil,
        hashes: [String] = [],
        more: [JournalEvent] = [],
        padding: Int = 0
    ) async throws -> String {
        let start = Self.day(day)
        let directory = try JournalDirectory(path: "\(home)/\(folder)")
        let header = RunHeader(
            version: "test",
            run: RunID.make(at: start, after: nil),
            startedAt: start,
            spec: spec,
            roles: .asNamed,
            place: "memory",
            purpose: purpose
        )
        let codec = JournalCodec()
        let writer = try directory.create(runID: header.run, header: try codec.encode(header))
        var entries: [JournalEntry] = [
            .event(.input(.routeRead(Self.read(0))), at: start), .window(Self.window(stable: 900, canary: 0)),
            .event(.recalled, at: Self.day(day - 1)), .event(.input(.applied(Self.read(5))), at: start),
        ]
        if !hashes.isEmpty {
            let side = Population.Side(ready: 1, total: 1, hashes: hashes)
            let population = Population(stable: Population.Side(ready: 1, total: 1), canary: side, namespace: "test1")
            entries.append(.event(.input(.population(population)), at: start))
        }
        for second in 1...3 {
            let at = start.advanced(by: .seconds(second * 5))
            entries += [.window(Self.window(stable: 100, canary: 10)), Self.judged(at)]
        }
        let end = start.advanced(by: .seconds(60))
        entries += more.map { .event($0, at: end) }
        if padding > 0 {
            // Text that does not become smaller, without chance.
            var state: UInt64 = 1
            let noise = String(
                decoding: (0..<padding).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(97 + (state >> 40) % 26)
                },
                as: UTF8.self
            )
            entries.append(.event(.notice(Notice(.info, Reason("noise", noise))), at: end))
        }
        if let outcome { entries.append(.event(.finished(outcome), at: end)) }
        for entry in entries { try await writer.append(try codec.encode(entry)) }
        try await writer.close()
        try touch(writer.path, end)
        return writer.path
    }

    func touch(_ path: String, _ at: Timestamp) throws {
        let date = Date(timeIntervalSince1970: Double(at.milliseconds) / 1000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    func journals(_ folder: String = "test1-demo4") throws -> [JournalFile] {
        try JournalDirectory(existing: "\(home)/\(folder)").runs()
    }

    var finder: RunFinder {
        RunFinder(home: home) { _ in ("test1", "demo4") }
    }
}
