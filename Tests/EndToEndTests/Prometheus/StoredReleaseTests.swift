import CanarySimulator
import CanaryTestKit
import Foundation
import Testing

/// Releases of yesterday, as Prometheus and VictoriaMetrics keep them, judged from the command line.
@Suite(.serialized) struct StoredReleaseTests {
    /// What was judged, and what `replay` says about the journal of it.
    private struct Judgement: Sendable {
        var server: String
        var judge: Haldane.Result
        var replay: Haldane.Result
        var explain: Haldane.Result
    }

    private static func judge(_ release: StoredRelease, _ server: StoredServer) async throws -> Judgement {
        let times = ["--from", release.times.begin, "--to", release.times.end]
        return try await Patience.blocking {
            let folder = try TestFolder()
            let spec = try StoredSpec(url: server.url, in: folder, pace: "interval: 15s, history: 30m")
            let judge = try Haldane.run(
                ["judge", spec.path] + times + ["--output", "json"],
                in: folder,
                as: "judge",
                seconds: 120
            )
            guard let journal = try? judge.json(PastResult.self).journal else {
                throw ChildProcess.Failure(description: "\(server.name): \(judge.ending)\n\(judge.output)\(judge.talk)")
            }
            return Judgement(
                server: server.name,
                judge: judge,
                replay: try Haldane.run(["replay", journal, "--output", "json"], in: folder, as: "replay"),
                explain: try Haldane.run(["explain", journal], in: folder, as: "explain")
            )
        }
    }

    /// How many canary requests may be judged: nothing is lost or extrapolated.
    private struct Counts {
        let truth: MeshTruth
        /// Those up to each pod's first sample, which may serve as its baseline where nothing proves that it was idle before.
        private var first: [String: Int] = [:]

        init(_ release: StoredRelease) {
            var first: [String: Int] = [:]
            truth = release.forEachRound { round in
                for (pod, page) in round.pages where pod.contains("-v2-") && first[pod] == nil {
                    first[pod] = Self.requests(on: page)
                }
            }
            self.first = first
        }

        func contains(_ requests: Int) -> Bool {
            [truth.canary.requests, truth.canary.requests - first.values.reduce(0, +)].contains(requests)
        }

        private static func requests(on page: [UInt8]) -> Int? {
            let lines = String(decoding: page, as: UTF8.self).split(separator: "\n").filter {
                $0.hasPrefix("istio_requests_total{reporter=\"destination\"")
            }
            guard !lines.isEmpty else { return nil }
            return lines.reduce(0) { $0 + ($1.split(separator: " ").last.flatMap { Int($0) } ?? 0) }
        }
    }

    /// Both servers with the same past.
    private static func judgements(of release: StoredRelease) async throws -> [Judgement] {
        async let prometheus = PrometheusProcess.start(past: release.backfill)
        async let victoria = VictoriaProcess.start(past: release.backfill)
        let servers = [StoredServer.prometheus(try await prometheus), .victoria(try await victoria)]
        var judgements: [Judgement] = []
        for server in servers { judgements.append(try await judge(release, server)) }
        return judgements
    }

    @Test("a bad release is degraded, at the same moment from both servers", .timeLimit(.minutes(4)))
    func bad() async throws {
        let release = StoredRelease(.errors, seed: 11, from: StoredRelease.yesterday)
        let counts = Counts(release)
        let judgements = try await Self.judgements(of: release)

        for judgement in judgements {
            let result = try judgement.judge.json(PastResult.self)
            let comment = Comment(rawValue: "\(judgement.server): \(judgement.judge.output)")
            #expect(judgement.judge.ending == .exited(2), comment)
            #expect(result.schema == "haldane.judgement/1", comment)
            #expect(result.verdict == "degraded", comment)
            let moment = try #require(result.moments.degraded, comment)
            #expect(moment.metric == "errors", comment)
            // Five points more errors are seen within minutes of the first step.
            #expect(moment.at > release.times.release && moment.at < release.times.afterRelease(minutes: 5), comment)
            #expect(counts.contains(result.sides.canary.requests), comment)
            #expect(result.sides.canary.failures <= counts.truth.canary.failed, comment)
            #expect(judgement.replay.ending == .exited(0), "\(judgement.replay.output)\(judgement.replay.talk)")
            #expect(judgement.explain.ending == .exited(0), "\(judgement.explain.talk)")
        }
        try Self.expectSame(judgements)
    }

    @Test("a good release is healthy, and its counts are the truth", .timeLimit(.minutes(4)))
    func good() async throws {
        let release = StoredRelease(.healthy, seed: 12, from: StoredRelease.yesterday, stages: Self.patientStages)
        let counts = Counts(release)
        let judgements = try await Self.judgements(of: release)

        for judgement in judgements {
            let result = try judgement.judge.json(PastResult.self)
            let comment = Comment(rawValue: "\(judgement.server): \(judgement.judge.output)")
            #expect(judgement.judge.ending == .exited(0), comment)
            #expect(result.verdict == "healthy", comment)
            #expect(result.moments.degraded == nil, comment)
            #expect(counts.contains(result.sides.canary.requests), comment)
            #expect(result.windows.unusable <= 2, comment)
            #expect(judgement.replay.ending == .exited(0), "\(judgement.replay.output)\(judgement.replay.talk)")
        }
        try Self.expectSame(judgements)
    }

    /// Long enough to prove the default margins.
    private static let patientStages = [
        StoredRelease.Stage(0.05, for: .seconds(300)), StoredRelease.Stage(0.25, for: .seconds(600)),
        StoredRelease.Stage(0.5, for: .seconds(2700)),
    ]

    private static func expectSame(_ judgements: [Judgement]) throws {
        let results = try judgements.map { try $0.judge.json(PastResult.self) }
        let (first, second) = (try #require(results.first), try #require(results.last))
        #expect(first.sides == second.sides)
        #expect(first.moments == second.moments)
        #expect(first.windows == second.windows)
    }
}
