import Foundation

/// Debian's VictoriaMetrics on a free port of loopback, with data of its own.
///
/// As shipped it answers for 30 seconds ago when asked for now; `latencyOffset` changes that.
package final class VictoriaProcess: Sendable {
    package let server: ServerProcess
    package let port: UInt16
    private let options: [String]

    /// Starts it and waits until it answers.
    ///
    /// - Parameters:
    ///   - past: samples that it has from the beginning, by its import.
    ///   - latencyOffset: nil leaves its default of 30 seconds.
    ///   - options: further options, e.g. `-search.maxUniqueTimeseries=10`.
    package static func start(
        scraping job: ScrapeJob = ScrapeJob(),
        past: Backfill? = nil,
        latencyOffset: Duration? = nil,
        options: [String] = []
    ) async throws -> VictoriaProcess {
        let offset = latencyOffset.map { ["-search.latencyOffset=\($0.components.seconds)s"] } ?? []
        return try await ServerProcess.onThread { try VictoriaProcess(job, past, offset + options) }
    }

    private init(_ job: ScrapeJob, _ past: Backfill?, _ options: [String]) throws {
        let server = try ServerProcess("victoria-metrics", variable: "VICTORIA", package: "victoria-metrics")
        self.server = server
        port = try LoopbackHTTP.freePort()
        self.options = options
        try Data(job.configuration.utf8).write(to: URL(filePath: server.file("prometheus.yml")))
        try launch()
        try waitUntilReady()
        if let past { try take(past) }
    }

    /// Its address, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    package func suspend() { server.suspend() }

    package func resume() { server.resume() }

    /// Ends it as a crash would; `restart` brings it back.
    package func kill() { server.kill() }

    /// Ends it in good order; `restart` brings it back.
    package func stop() async throws {
        let server = server
        try await ServerProcess.onThread { server.stop() }
    }

    /// Starts it anew on the same port with the data that it had, and waits until it answers.
    package func restart() async throws {
        try await ServerProcess.onThread { [self] in
            server.stop()
            try launch()
            try waitUntilReady()
        }
    }

    /// Waits until a query answers at least so many series.
    package func waitForSeries(_ query: String, count: Int = 1, seconds: Double = 60) async throws {
        try await ServerProcess.onThread { [self] in
            try server.wait(seconds: seconds, for: "\(count) series of \(query)") {
                InstantCount.series(of: query, port: port) >= count
            }
        }
    }

    // MARK: Helpers

    private func launch() throws {
        let own = [
            "-httpListenAddr=127.0.0.1:\(port)",
            "-storageDataPath=\(server.file("data"))",
            "-retentionPeriod=100y",
            "-promscrape.config=\(server.file("prometheus.yml"))",
            "-memory.allowedBytes=256MB",
        ]
        try server.start(own + options)
    }

    private func waitUntilReady() throws {
        try server.wait(seconds: 60, for: "an answer") { LoopbackHTTP.get("/health", port: port)?.status == 200 }
    }

    private func take(_ past: Backfill) throws {
        try past.forEachPart { part in
            let answer = LoopbackHTTP.post("/api/v1/import/prometheus", part, port: port)
            guard answer?.status == 204 else {
                throw ServerProcess.Failure(
                    "the import failed: \(answer?.body ?? "no answer")\n\(server.log.suffix(2000))"
                )
            }
        }
        // What was imported can be asked for at once.
        guard LoopbackHTTP.get("/internal/force_flush", port: port, seconds: 60)?.status == 200 else {
            throw ServerProcess.Failure("the imported samples cannot be flushed:\n\(server.log.suffix(2000))")
        }
    }
}
