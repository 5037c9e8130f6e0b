import Foundation
import Measuring

/// Part B: whole demos over real HTTP, two at a time.
struct DemoCalibration {
    let binary: Program
    let seeds: Int
    let scenarios: [String]

    /// All of the design's scenarios, in its order.
    static let scenarios = [
        "healthy", "cold-start", "counter-reset", "errors", "latency", "slow-tail", "dead-canary", "slow-warm",
        "shared-outage", "pod-bursts", "low-traffic", "no-data", "second-writer", "bypass",
    ]

    /// Whether every scenario ended as it must in at least 19 of 20 runs.
    func run() async throws -> Bool {
        let folder = try Machine.temporaryFolder("calibrate")
        defer { try? FileManager.default.removeItem(at: folder) }
        let loadBefore = Machine.load
        let records = try await records(in: folder)

        var table = MarkdownTable(
            "scenario",
            "must end",
            "as expected",
            "outcomes",
            "median virtual time",
            "median real time"
        )
        var isGood = true
        for scenario in scenarios {
            let found = records[scenario] ?? []
            let good = found.count { $0.asExpected }
            let isEnough = good * 20 >= seeds * 19
            isGood = isGood && isEnough
            let outcomes = Dictionary(grouping: found, by: \.detail).mapValues(\.count)
                .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.key) \($0.value)" }
            table.add(
                scenario,
                found.first?.expected ?? "?",
                "\(good) of \(seeds)\(isEnough ? "" : " (too few)")",
                outcomes.joined(separator: ", "),
                "\(Summary.median(found.map(\.seconds)).text(0)) s",
                "\(Summary.median(found.map(\.realSeconds)).text(1)) s"
            )
        }
        Machine.show("## Over real HTTP\n")
        Machine.show(
            "`haldane demo --scenario … --seed 1…\(seeds) --speed 0`, two processes at a time; "
                + "the virtual time holds 30 minutes of history.\n"
        )
        Machine.show(table.text)
        Machine.show("Load before \(loadBefore), after \(Machine.load).\n")
        return isGood
    }

    private func records(in folder: URL) async throws -> [String: [DemoRecord]] {
        let jobs = scenarios.flatMap { scenario in (1...seeds).map { (scenario: scenario, seed: $0) } }
        var waiting = jobs.makeIterator()
        var result: [String: [DemoRecord]] = [:]
        var done = 0
        try await withThrowingTaskGroup(of: (String, DemoRecord?).self) { group in
            func addNext() {
                guard let job = waiting.next() else { return }
                group.addTask { (job.scenario, try await demo(job.scenario, seed: job.seed, in: folder)) }
            }
            for _ in 0..<2 { addNext() }
            while let (scenario, record) = try await group.next() {
                if let record { result[scenario, default: []].append(record) }
                done += 1
                if done % 10 == 0 { Machine.say("calibrate: \(done) of \(jobs.count) demos") }
                addNext()
            }
        }
        return result
    }

    /// Nil, after telling why, if the demo gave no result; such a run is not as expected.
    private func demo(_ scenario: String, seed: Int, in folder: URL) async throws -> DemoRecord? {
        let place = folder.appending(path: "\(scenario)-\(seed)")
        defer { try? FileManager.default.removeItem(at: place) }
        let run = try await binary.run(
            [
                "demo", "--scenario", scenario, "--seed", "\(seed)", "--speed", "0", "--output", "json", "--quiet",
                "--directory", place.path,
            ],
            in: folder,
            limit: .seconds(600)
        )
        do {
            let record = try DemoRecord(output: run.output, realSeconds: run.seconds)
            if !record.asExpected {
                Machine.say(
                    "\(scenario), seed \(seed): \(record.detail), must be: \(record.expected); \(record.reason)"
                )
            }
            return record
        } catch {
            Machine.say("\(scenario), seed \(seed): exit code \(run.exitCode), no result; \(run.talk)")
            return nil
        }
    }
}
