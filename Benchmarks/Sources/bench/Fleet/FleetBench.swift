import Foundation
import Measuring

/// `check --all` over a thousand services: the time it takes beyond the server's, and its memory.
///
/// Three processes: this one, a stand-in server, and the look that is measured.
enum FleetBench {
    /// The words that make a process of this program a part of the measurement; nil if they are others.
    static func part(_ words: [String]) async throws -> String? {
        switch words.first {
        case "fleet-server" where words.count == 2:
            try FleetStandIn(mesh: FleetMesh(services: Int(words[1]) ?? 0)).serve()
            return ""
        case "fleet-look" where words.count == 3:
            let cost = try await FleetLook(url: words[1], routes: words[2]).run()
            return String(decoding: try JSONEncoder().encode(cost), as: UTF8.self)
        default:
            return nil
        }
    }

    static func run(services: Int = 1000, in folder: URL) async throws -> [BenchLine] {
        let program = "/proc/self/exe"
        let routes = folder.appending(path: "routes.yaml")
        try FleetMesh(services: services).routes.write(to: routes, atomically: true, encoding: .utf8)
        let server = Process()
        let pipe = Pipe()
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: program)
        server.executableURL = URL(filePath: path)
        server.arguments = ["fleet-server", "\(services)"]
        server.standardOutput = pipe
        try server.run()
        defer { server.terminate() }
        let said = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        let port = said.trimmingCharacters(in: .whitespacesAndNewlines)

        let look = Program(path: path)
        let run = try await look.run(
            ["fleet-look", "http://127.0.0.1:\(port)", routes.path],
            in: folder,
            limit: .seconds(600)
        )
        guard let cost = try? JSONDecoder().decode(FleetLook.Cost.self, from: run.output) else {
            throw Arguments.Fault(description: "the look gave no result: exit code \(run.exitCode); \(run.talk)")
        }
        let beyond = cost.inventorySeconds + max(cost.seconds - cost.drainSeconds, 0)
        return [
            BenchLine(
                what: "fleet: services, windows, questions",
                measured: "\(cost.services) services, \(cost.windows) windows, \(cost.questions) questions",
                limit: "1000 services",
                isMet: cost.judged == services
            ),
            BenchLine(
                what: "fleet: samples read",
                measured: "\(cost.samples), \(cost.megabytes.text(0)) MB at "
                    + "\((cost.megabytes / max(cost.seconds, 0.001)).text(0)) MB/s"
            ),
            BenchLine(
                what: "fleet: inventory of the routes",
                measured: "\(cost.inventorySeconds.text(2)) s"
            ),
            BenchLine(
                what: "fleet: whole look, and getting the same answers without reading them",
                measured: "\(cost.seconds.text(2)) s, \(cost.drainSeconds.text(2)) s"
            ),
            BenchLine(
                what: "fleet: time beyond the server's",
                measured: "\(beyond.text(2)) s",
                limit: "under 5 s",
                isMet: beyond < 5
            ),
            BenchLine(what: "fleet: processor time of the look", measured: "\(cost.processorSeconds.text(2)) s"),
            BenchLine(
                what: "fleet: peak memory",
                measured: "\(cost.peakMegabytes.text(0)) MB",
                limit: "under 400 MB",
                isMet: cost.peakMegabytes < 400
            ),
        ]
    }
}
