import CanaryAgent
import CanaryCore
import CanaryRouting
import CanarySources
import CanaryTestKit
import Foundation
import Measuring
import SyntheticTraffic

/// How fast a rollback gets to an API server on loopback, and how much a run asks of that server.
///
/// The driver, the journal with its flushes, the route store and the pods are the real ones; telemetry is made up and time stands
/// still between rounds, so that nothing but work is measured.
enum ClusterBench {
    private static let rollbacks = 120

    static func run(in folder: URL) async throws -> [BenchLine] {
        let rig = try await ClusterRig.open(in: folder.appending(path: "rollbacks"))
        do {
            let lines = try await rollBack(rig) + reads(rig)
            await rig.close()
            return try await lines + requests(in: folder)
        } catch {
            await rig.close()
            throw error
        }
    }

    // MARK: Rollbacks

    private static func rollBack(_ rig: ClusterRig) async throws -> [BenchLine] {
        let stopwatch = RollbackStopwatch()
        var readings: [RollbackStopwatch.Reading] = []
        var bare: [Double] = []
        for number in 0..<rollbacks {
            // Two, so that the weights are the first ones again; the second one counts.
            _ = try await rig.patch([80, 20])
            bare.append(try await rig.patch([100, 0]))
            let name = "rollback-\(1000 + number)"
            let end = try await rig.run(name, .dead, seed: UInt64(number) + 1, stopwatch: stopwatch)
            guard let reading = stopwatch.take(), case .rolledBack = end.outcome else {
                let ending = end.outcome.map { "\($0)" } ?? "no outcome"
                throw Arguments.Fault(description: "the run \(name) ended without a rollback: \(ending)")
            }
            readings.append(reading)
        }
        let totals = readings.map(\.total)
        let most = percentile(totals, 0.95)
        return [
            BenchLine(
                what: "round with a degraded verdict to accepted patch, \(rollbacks) rollbacks",
                measured: milliseconds(totals),
                limit: "95 % under 50 ms",
                isMet: most < 0.05
            ),
            BenchLine(what: "of it until it is judged", measured: milliseconds(readings.map(\.judging))),
            BenchLine(what: "of it in the journal", measured: milliseconds(readings.map(\.journal))),
            BenchLine(what: "of it in the route store", measured: milliseconds(readings.map(\.store))),
            BenchLine(what: "bare PATCH on the same connection", measured: milliseconds(bare)),
            BenchLine(
                what: "degraded verdict to accepted patch, to a bare PATCH, time",
                measured: Rounds.ratio(totals, to: bare).text(2)
            ),
            BenchLine(
                what: "the same without the journal",
                measured: Rounds.ratio(readings.map { $0.total - $0.journal }, to: bare).text(2)
            ),
        ]
    }

    private static func percentile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        let position = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return sorted.isEmpty ? 0 : sorted[min(max(position, 0), sorted.count - 1)]
    }

    private static func milliseconds(_ values: [Double]) -> String {
        func text(_ seconds: Double?) -> String { seconds.map { $0 * 1000 }.text(2) }
        return "median \(text(Summary.median(values))) ms, 95 % \(text(percentile(values, 0.95))) ms, "
            + "longest \(text(values.max())) ms"
    }

    // MARK: Reads

    /// What a round asks of the mirrors.
    private static func reads(_ rig: ClusterRig) async throws -> [BenchLine] {
        let count = 200
        var times: [[Double]] = [[], [], []]
        for _ in 0..<11 {
            let clock = ContinuousClock()
            let start = clock.now
            for _ in 0..<count { _ = try await rig.route.read() }
            let middle = clock.now
            for _ in 0..<count { _ = await rig.pods.population() }
            times[0].append(start.duration(to: middle).inSeconds / Double(count))
            times[1].append(middle.duration(to: clock.now).inSeconds / Double(count))
            times[2].append(try await rig.get())
        }
        func text(_ position: Int) -> String {
            let nanoseconds = { (seconds: Double?) in seconds.map { $0 * 1e9 }.text(0) }
            return "\(nanoseconds(times[position].min())) ns (median \(nanoseconds(Summary.median(times[position]))))"
        }
        return [
            BenchLine(what: "reading the route, each round", measured: text(0)),
            BenchLine(what: "counting 10 pods, each round", measured: text(1)),
            BenchLine(
                what: "a GET to reading the route, time",
                measured: Rounds.ratio(times[2], to: times[0]).text(1),
                limit: "at least 1",
                isMet: Rounds.ratio(times[2], to: times[0]) >= 1
            ),
        ]
    }

    // MARK: Requests

    /// What a long run asks of the server, against a short one; both end before a watch has to be opened again.
    private static func requests(in folder: URL) async throws -> [BenchLine] {
        let short = try await requests(rounds: 50, in: folder.appending(path: "short"))
        let long = try await requests(rounds: 200, in: folder.appending(path: "long"))
        func text(_ counts: [String: Int]) -> String {
            counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        }
        let lists = long.filter { $0.key.hasPrefix("list ") }
        let watches = long.filter { $0.key.hasPrefix("watch ") }
        let others = long.filter { lists[$0.key] == nil && watches[$0.key] == nil }
        return [
            BenchLine(
                what: "lists of a run of 200 rounds",
                measured: text(lists),
                limit: "one a kind",
                isMet: !lists.isEmpty && lists.values.allSatisfy { $0 == 1 }
            ),
            BenchLine(
                what: "its watches",
                measured: text(watches),
                limit: "one a kind",
                isMet: watches.count == lists.count && watches.values.allSatisfy { $0 == 1 }
            ),
            BenchLine(
                what: "its other requests",
                measured: text(others),
                limit: "as many as in 50 rounds",
                isMet: long == short
            ),
        ]
    }

    /// How many requests of each verb and kind the server received, from the first look-up to the end.
    private static func requests(rounds: Int, in folder: URL) async throws -> [String: Int] {
        let rig = try await ClusterRig.open(in: folder)
        let stopwatch = RollbackStopwatch()
        do {
            // So little traffic that nothing is decided.
            let end = try await rig.run(
                "rounds-\(rounds)",
                .calm,
                requestsPerSecond: 2,
                rounds: rounds,
                seed: 7,
                stopwatch: stopwatch
            )
            await rig.close()
            guard end.interruption != nil, end.weights?.canary == 20 else {
                throw Arguments.Fault(description: "the run of \(rounds) rounds did not stay at its first step")
            }
        } catch {
            await rig.close()
            throw error
        }
        var counts: [String: Int] = [:]
        for request in rig.cluster.server.view.requests {
            counts["\(request.verb) \(request.resource.isEmpty ? "look-ups" : request.resource)", default: 0] += 1
        }
        return counts
    }
}
