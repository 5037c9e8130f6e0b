import Foundation

/// Debian's Prometheus on a free port of loopback, with data of its own.
///
/// ```swift
/// let server = try await PrometheusProcess.start(scraping: ScrapeJob(pages: targets))
/// … server.url …
/// server.suspend()        // accepts connections and answers nothing
/// ```
package final class PrometheusProcess: Sendable {
    package let server: ServerProcess
    /// Free when it was first started; a restart keeps it.
    package let port: UInt16

    /// Starts it and waits until it answers.
    ///
    /// - Parameters:
    ///   - past: samples that it has from the beginning, made into blocks by `promtool`.
    ///   - options: further options, e.g. `--query.max-samples=1000`.
    package static func start(
        scraping job: ScrapeJob = ScrapeJob(),
        past: Backfill? = nil,
        options: [String] = []
    ) async throws -> PrometheusProcess {
        try await ServerProcess.onThread { try PrometheusProcess(job, past, options) }
    }

    private let options: [String]

    private init(_ job: ScrapeJob, _ past: Backfill?, _ options: [String]) throws {
        let server = try ServerProcess("prometheus", variable: "PROMETHEUS", package: "prometheus")
        self.server = server
        self.options = options
        try Data(job.configuration.utf8).write(to: URL(filePath: server.file("prometheus.yml")))
        try past?.makeBlocks(in: server.file("data"), from: server.file("past.om"))
        try Self.launch(server, port: 0, options)
        // It says where it listens before it is ready.
        var found: UInt16?
        try server.wait(seconds: 60, for: "a port") {
            found = Self.port(in: server.log)
            return found != nil
        }
        port = found ?? 0
        try waitUntilReady()
    }

    /// Its address, without a slash at the end.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// Scrapes others from now on; what it has is kept.
    package func scrape(_ job: ScrapeJob) async throws {
        try await ServerProcess.onThread { [self] in
            try Data(job.configuration.utf8).write(to: URL(filePath: server.file("prometheus.yml")), options: .atomic)
            let answer = LoopbackHTTP.post("/-/reload", [], port: port)
            guard answer?.status == 200 else { throw ReloadFailure(answer: answer?.body ?? "no answer") }
        }
    }

    /// It did not take a configuration.
    package struct ReloadFailure: Error {
        package let answer: String
    }

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
            try Self.launch(server, port: port, options)
            try waitUntilReady()
        }
    }

    /// Whether a query answers at least so many series within the time.
    package func waitForSeries(_ query: String, count: Int = 1, seconds: Double = 60) async throws {
        try await ServerProcess.onThread { [self] in
            try server.wait(seconds: seconds, for: "\(count) series of \(query)") {
                InstantCount.series(of: query, port: port) >= count
            }
        }
    }

    // MARK: Helpers

    private static func launch(_ server: ServerProcess, port: UInt16, _ options: [String]) throws {
        let own = [
            "--config.file=\(server.file("prometheus.yml"))",
            "--storage.tsdb.path=\(server.file("data"))",
            "--storage.tsdb.retention.time=100y",
            "--web.listen-address=127.0.0.1:\(port)",
            "--web.enable-lifecycle",
        ]
        try server.start(own + options)
    }

    private func waitUntilReady() throws {
        try server.wait(seconds: 60, for: "an answer") { LoopbackHTTP.get("/-/ready", port: port)?.status == 200 }
    }

    private static func port(in log: String) -> UInt16? {
        let line = log.split(separator: "\n").last { $0.contains("msg=\"Listening on\"") }
        return line?.split(separator: " ").first { $0.hasPrefix("address=127.0.0.1:") }
            .flatMap { UInt16($0.dropFirst("address=127.0.0.1:".count)) }
    }
}

/// Counts what an instant query answers, without a parser.
enum InstantCount {
    static func series(of query: String, port: UInt16) -> Int {
        let escaped = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? query
        let answer = LoopbackHTTP.get("/api/v1/query?nocache=1&query=\(escaped)", port: port)
        guard let answer, answer.status == 200 else { return 0 }
        return answer.body.components(separatedBy: "\"metric\":").count - 1
    }
}
