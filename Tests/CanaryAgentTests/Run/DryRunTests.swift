import CanaryAgent
import CanaryCore
import CanarySimulator
import CanaryTelemetry
import Foundation
import Testing

@Suite("DryRun")
struct DryRunTests {
    private let scratch: Scratch
    private var route: String { "\(scratch.path)/route.yaml" }

    init() throws {
        scratch = try Scratch()
    }

    private func dryRun(stable: Int, canary: Int, steps: [Double] = [5, 10, 25, 50, 100]) async throws -> DryRunReport {
        var text = DemoFiles.virtualService()
        text = text.replacing("weight: 100", with: "weight: \(stable)").replacing(
            "weight: 0 ",
            with: "weight: \(canary) "
        )
        try scratch.store(text.utf8, at: route)
        let before = try FileManager.default.attributesOfItem(atPath: route)
        var spec = RunRig.spec
        spec.steps = steps
        spec.route.stable = DestinationSpec(subset: "v1")
        spec.route.canary = DestinationSpec(subset: "v2")
        spec.telemetry.targets = ["http://127.0.0.1:1/"]
        let journals = "\(scratch.path)/journal"
        let report = try await DryRun(
            options: RunOptions(spec: spec, route: .file(route), journalDirectory: journals, version: "test")
        ).run()
        let after = try FileManager.default.attributesOfItem(atPath: route)
        #expect(try scratch.load(route) == Array(text.utf8))
        #expect(after[.modificationDate] as? Date == before[.modificationDate] as? Date)
        #expect(after[.systemFileNumber] as? UInt64 == before[.systemFileNumber] as? UInt64)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["route.yaml"])
        return report
    }

    private func pairs(_ report: DryRunReport) -> [[Int]] {
        report.writes.map { [$0.weights.stable, $0.weights.canary] }
    }

    @Test("a sum of 100 is kept")
    func hundred() async throws {
        let report = try await dryRun(stable: 100, canary: 0)
        #expect(pairs(report) == [[95, 5], [90, 10], [75, 25], [50, 50], [0, 100]])
        #expect(report.writes.map(\.plan.purpose) == [.step, .step, .step, .step, .promotion])
        #expect(report.rollback.weights == RouteWeights(stable: 100, canary: 0))
        #expect(report.refusal == nil)
        #expect(report.window.quality.faults.map(\.label) == ["refused"])
    }

    @Test("a sum that cannot express a step is left for one that can, and that one stays")
    func others() async throws {
        #expect(pairs(try await dryRun(stable: 10, canary: 0, steps: [10, 50, 100])) == [[9, 1], [5, 5], [0, 10]])
        #expect(
            pairs(try await dryRun(stable: 10, canary: 0, steps: [5, 50, 100])) == [[95, 5], [50, 50], [0, 100]]
        )
        #expect(pairs(try await dryRun(stable: 9001, canary: 0, steps: [5, 100])) == [[95, 5], [0, 100]])
        #expect(pairs(try await dryRun(stable: 9001, canary: 0, steps: [100])) == [[0, 9001]])
        #expect(pairs(try await dryRun(stable: 100, canary: 0, steps: [12.5, 100])) == [[875, 125], [0, 1000]])
    }

    @Test("a run that begins in the middle does not write the step that is in force")
    func middle() async throws {
        #expect(pairs(try await dryRun(stable: 75, canary: 25)) == [[50, 50], [0, 100]])
        #expect(pairs(try await dryRun(stable: 70, canary: 30)) == [[75, 25], [50, 50], [0, 100]])
    }

    @Test("exchanged roles: the other destination carries the traffic and is stable")
    func exchanged() async throws {
        let report = try await dryRun(stable: 0, canary: 100)
        #expect(report.roles == .exchanged)
        #expect(report.stable.subset == "v2")
        #expect(report.canary.subset == "v1")
        #expect(report.found.weights == RouteWeights(stable: 100, canary: 0))
        #expect(pairs(report) == [[95, 5], [90, 10], [75, 25], [50, 50], [0, 100]])
    }

    @Test("what a run would refuse is said, and no writes are listed")
    func refused() async throws {
        let report = try await dryRun(stable: 98, canary: 2)
        #expect(report.refusal?.label == "weight-below-first-step")
        #expect(report.writes.isEmpty)
    }
}
