import CanarySimulator
import CanaryTestKit
import Foundation

/// A simulated mesh, and real servers that scrape it.
enum ServerLab {
    /// What the simulated mesh says of itself at `/truth`.
    struct Truth: Decodable, Sendable {
        struct Version: Decodable, Sendable, Equatable {
            var requests: Int
            var failed: Int
        }

        var canary: Version
    }

    static func mesh(_ scenario: String, seed: Int, speed: Int = 20) async throws -> MeshProcess {
        try await Patience.blocking {
            try MeshProcess(scenario: scenario, seed: seed, speed: speed, in: try TestFolder())
        }
    }

    /// Both servers, scraping already.
    static func servers(_ mesh: MeshProcess, latencyOffset: Duration? = nil) async throws -> [StoredServer] {
        let job = ScrapeJob(pages: try mesh.targets(), interval: .milliseconds(500))
        async let prometheus = PrometheusProcess.start(scraping: job)
        async let victoria = VictoriaProcess.start(scraping: job, latencyOffset: latencyOffset)
        let servers = [StoredServer.prometheus(try await prometheus), .victoria(try await victoria)]
        for server in servers { try await server.waitForSeries("up{pod=~\"demo4-v.*\"} == 1", count: 10) }
        return servers
    }

    static func truth(_ mesh: MeshProcess) throws -> Truth {
        let page = try mesh.targets().first.flatMap { URL(string: $0) }
        guard let port = page?.port, let answer = LoopbackHTTP.get("/truth", port: UInt16(port)) else {
            throw ChildProcess.Failure(description: "the mesh does not tell the truth")
        }
        return try JSONDecoder().decode(Truth.self, from: Data(answer.body.utf8))
    }
}
