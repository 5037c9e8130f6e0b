import CanaryTestKit
import Foundation
import Testing

/// Runs that read a server, while it scrapes a simulated mesh.
@Suite struct LiveServerTests {
    @Test(
        "a run that reads a server decides as one that scrapes",
        .timeLimit(.minutes(6)),
        arguments: [("healthy", false), ("errors", true)]
    )
    func live(scenario: String, isVictoria: Bool) async throws {
        let mesh = try await ServerLab.mesh(scenario, seed: 22)
        let servers = try await ServerLab.servers(mesh)
        let server = servers[isVictoria ? 1 : 0]
        let result = try await Patience.blocking {
            let settings = [
                "pace.interval=1s", "pace.history=30s", "pace.settle=2s", "pace.warmup=1s", "pace.bake=10s",
                "steps=[25%,50%,100%]", "objectives.errors.budget=2pp", "objectives.latency.budget=60%",
                "pace.deadline=5m",
            ].flatMap { ["--set", $0] }
            let telemetry = ["prometheus: { url: \"\(server.url)\", delay: 1s }"]
            let spec = try mesh.folder.write("stored.yaml", Self.spec(TestFolder.text(mesh.spec), telemetry))
            return try Haldane.run(["run", spec, "--output", "json"] + settings, in: mesh.folder, as: server.name)
        }
        let run = try result.json(RunResult.self)
        let comment = Comment(rawValue: "\(server.name): \(run.reason)\n\(result.talk.suffix(2000))")
        #expect(run.outcome == (scenario == "healthy" ? "promoted" : "rolledBack"), comment)
        #expect(
            run.weights == (scenario == "healthy" ? .init(stable: 0, canary: 100) : .init(stable: 100, canary: 0)),
            comment
        )
        if scenario == "errors" { #expect(run.requests.canary <= (try ServerLab.truth(mesh)).canary.requests, comment) }
    }

    /// The mesh's own spec with another source of telemetry.
    private static func spec(_ text: String, _ telemetry: [String]) -> String {
        var lines: [String] = []
        var isScrape = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let indent = line.prefix { $0 == " " }.count
            if line.hasPrefix("    scrape:") {
                isScrape = true
                lines += telemetry.map { "    " + $0 }
                continue
            }
            if isScrape, indent > 4 { continue }
            isScrape = false
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }
}
