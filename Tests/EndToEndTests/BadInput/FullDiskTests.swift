import Foundation
import Glibc
import Testing

/// A run whose journal can no longer be written.
@Suite(.serialized) struct FullDiskTests {
    struct Loss: Sendable {
        var result: Haldane.Result
        var weights: [Int]
    }

    @Test("stops promoting, keeps the weights, and says so", .timeLimit(.minutes(2)))
    func holds() async throws {
        let loss = try await fillDisk([])

        #expect(loss.result.ending == .exited(1), "\(loss.result.talk)")
        let run = try loss.result.json(RunResult.self)
        #expect(run.outcome == "held", "\(run.reason)")
        #expect(run.reason.contains("journal"))
        #expect(loss.weights == [75, 25])
        #expect(loss.result.talk.contains("urgency=page"), "\(loss.result.talk)")
    }

    @Test("rolls back if it was told to", .timeLimit(.minutes(2)))
    func rollsBack() async throws {
        let loss = try await fillDisk(["--set", "guards.onJournalLost=rollback"])

        #expect(loss.result.ending == .exited(2), "\(loss.result.talk)")
        #expect(try loss.result.json(RunResult.self).outcome == "rolledBack")
        #expect(loss.weights == [100, 0])
    }

    /// Runs to the first step with the journal on a disk of its own, and fills that disk.
    ///
    /// Where no disk may be mounted, the size of the run's files is limited instead.
    private func fillDisk(_ more: [String]) async throws -> Loss {
        try await Patience.blocking {
            let folder = try TestFolder()
            let mesh = try MeshProcess(scenario: "healthy", seed: 8, speed: 10, in: folder)
            defer { withExtendedLifetime(mesh) {} }
            let disk = folder.file("disk")
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            let isMounted = mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0
            defer { if isMounted { umount2(disk, Int32(MNT_DETACH)) } }

            let limit = ["/bin/bash", "-c", "trap '' XFSZ; ulimit -f 24; exec \"$@\"", "limited"]
            let run = try Haldane(
                ["run", mesh.spec, "--journal", disk + "/journal", "--output", "json"] + QuickPace.arguments
                    + ["--set", "pace.settle=10m", "--set", "pace.deadline=1h"] + more,
                in: folder,
                as: "run",
                through: isMounted ? [] : limit
            )
            try run.waitForTalk("weights=75/25")
            if isMounted { try Self.fill(disk) }
            let result = try run.wait(seconds: 90)
            return Loss(result: result, weights: RouteText(folder.read("demo4-vs.yaml")).weights)
        }
    }

    /// Takes every byte that is left.
    private static func fill(_ disk: String) throws {
        let file = open(disk + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw ChildProcess.Failure(description: "cannot write to \(disk): \(errno)") }
        defer { close(file) }
        var block = [UInt8](repeating: 0, count: 4096)
        while write(file, &block, block.count) > 0 {}
    }
}
