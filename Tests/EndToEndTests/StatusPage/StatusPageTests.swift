import CanaryTestKit
import CanaryYAML
import Foundation
import Glibc
import Testing

/// The status page of a real process, looked at by a real browser and scraped by a real Prometheus.
@Suite("Status page", .serialized, .timeLimit(.minutes(3)))
struct StatusPageTests {
    /// A demo that a page shows: about five seconds until it has rolled back, then it waits to be ended.
    private struct Demo: Sendable {
        let process: Haldane
        let folder: TestFolder
        /// Without a slash at its end.
        let url: String

        static func start(_ arguments: [String] = ["--speed", "60", "--linger", "60s"]) async throws -> Demo {
            try await Patience.blocking {
                let folder = try TestFolder()
                let own = [
                    "demo", "--scenario", "errors", "--listen", "127.0.0.1:0", "--directory", folder.file("demo"),
                    "--output", "json", "--set", "pace.history=150s",
                ]
                let process = try Haldane(own + arguments, in: folder, as: "demo")
                try process.waitForTalk("status page: ")
                let line = process.talk.split(separator: "\n").first { $0.hasPrefix("status page: http://127.0.0.1:") }
                guard let line else { throw ChildProcess.Failure(description: "no address:\n\(process.talk)") }
                return Demo(process: process, folder: folder, url: String(line.dropFirst(13).dropLast()))
            }
        }

        var port: UInt16 { url.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

        /// Ends it while it lingers.
        func stop() async throws -> Haldane.Result {
            try await Patience.blocking { [self] in
                process.signal(SIGTERM)
                return try process.wait(seconds: 20)
            }
        }

        func get(_ path: String) async throws -> LoopbackHTTP.Answer? {
            let port = port
            return try await Patience.blocking { LoopbackHTTP.get(path, port: port) }
        }
    }

    @Test("a browser sees a run live and its end, without a complaint and without asking anybody else")
    func live() async throws {
        let browser = try await Browser.start()
        let demo = try await Demo.start(["--speed", "30", "--linger", "60s"])

        let page = try await browser.open(demo.url + "/")
        try await page.wait(until: "document.getElementById('live').textContent.startsWith('Live')")
        let before = try await page.evaluate("document.querySelector('h1').textContent")
        do {
            try await page.wait(until: "document.querySelector('h1').textContent.includes('rolled back')", seconds: 60)
        } catch {
            let shown = try await page.evaluate("document.body.innerText.slice(0, 400)")
            Issue.record("the page shows: \(shown)\nthe run says: \(demo.process.talk.suffix(1000))")
            throw error
        }
        try await page.wait(until: "document.querySelectorAll('#evidence svg').length > 0")
        let title = try await page.evaluate("document.title")
        let tables = try await page.evaluate("document.querySelectorAll('table').length")
        let narrow = try await page.fitsWidth
        let tree = try await page.accessibilityTree()
        let text = try await demo.get("/")?.body ?? ""
        let report = try await demo.get("/report")
        let result = try await demo.stop()
        try await page.wait(until: "document.getElementById('live').textContent.includes('has ended')")
        let after = try await page.evaluate("document.querySelector('h1').textContent")
        let messages = try await page.consoleMessages
        let requests = try await page.requests
        try await browser.stop()

        #expect(before != .string("rolled back"))
        #expect("\(title)".contains("rolled back"))
        #expect("\(tables)" != "0")
        #expect(narrow)
        #expect(tree.contains { $0.role == "status" || $0.name.hasPrefix("Live") })
        #expect("\(after)".contains("rolled back"))
        #expect(messages == [])
        #expect(requests.count > 2)
        #expect(requests.allSatisfy { $0.hasPrefix(demo.url) || $0.hasPrefix("data:") }, "\(requests)")
        // The result was there before the end, and the code is that of the outcome.
        #expect(result.ending == .exited(2))
        #expect(result.output.contains(#""outcome":"rolledBack""#))
        #expect(report?.status == 200 && report?.body.contains("<svg") == true)
        let file = try demo.folder.write("page.html", text)
        let complaints = try ServerProcess.output(
            of: "xmllint",
            ["--noout", "--nonet", file],
            variable: "XMLLINT",
            package: "libxml2-utils"
        )
        #expect(complaints == "")
    }

    @Test("without script the page shows the same and loads itself anew")
    func withoutScript() async throws {
        let demo = try await Demo.start(["--speed", "0", "--linger", "60s"])
        let browser = try await Browser.start()
        try await Patience.blocking {
            let isOver = Patience.wait(seconds: 60) {
                LoopbackHTTP.get("/fragment", port: demo.port)?.body.contains("rolled back") == true
            }
            guard isOver else { throw ChildProcess.Failure(description: demo.process.talk) }
        }

        let page = try await browser.open(demo.url + "/", width: 320, hasScript: false)
        let tree = try await page.accessibilityTree()
        var requests = try await page.requests
        let deadline = ContinuousClock.now + .seconds(15)
        while requests.count(where: { $0 == demo.url + "/" }) < 2, ContinuousClock.now < deadline {
            try await Patience.blocking { Patience.pause(milliseconds: 200) }
            requests = try await page.requests
        }
        let messages = try await page.consoleMessages
        try await browser.stop()
        _ = try await demo.stop()

        #expect(tree.contains { $0.role == "heading" && $0.name.contains("rolled back") })
        #expect(tree.contains { $0.role.lowercased().hasPrefix("im") && !$0.name.isEmpty })
        // The first time, and once more after five seconds.
        #expect(requests.count { $0 == demo.url + "/" } >= 2, "\(requests)")
        #expect(requests.allSatisfy { $0 == demo.url + "/" || $0.hasPrefix("data:") }, "\(requests)")
        #expect(messages == [])
    }

    @Test("Prometheus scrapes the page as OpenMetrics and keeps how the run ended")
    func prometheus() async throws {
        let demo = try await Demo.start()
        let target = ScrapeJob.Target(url: demo.url + "/metrics", labels: ["team": "shop"])
        let server = try await PrometheusProcess.start(scraping: ScrapeJob(targets: [target], interval: .seconds(1)))

        try await server.waitForSeries(#"haldane_run_outcome{outcome="rolledBack",detail="proved",team="shop"} == 1"#)
        try await server.waitForSeries(#"haldane_run_requests_total{namespace="test1",canary="demo4"} > 0"#, count: 2)
        try await server.waitForSeries("up == 1")
        let metadata = try await Patience.blocking {
            LoopbackHTTP.get("/api/v1/targets/metadata?metric=haldane_run_weight_ratio", port: server.port)?.body ?? ""
        }
        let text = try await demo.get("/metrics")
        let result = try await demo.stop()

        // Units are told in OpenMetrics only.
        #expect(metadata.contains(#""unit":"ratio""#), "\(metadata)")
        #expect(result.ending == .exited(2))
        let file = try demo.folder.write("metrics.prom", text?.body ?? "")
        let complaints = try ServerProcess.output(
            of: "sh",
            ["-c", "promtool check metrics < '\(file)' 2>&1"],
            variable: "HALDANE_SHELL",
            package: "prometheus"
        )
        #expect(complaints == "")
        #expect(text?.body.contains("haldane_run_info") == true)
    }

    @Test("followers that never read do not keep a run from its end")
    func stuckFollowers() async throws {
        let demo = try await Demo.start(["--speed", "0"])
        let clients = try await Patience.blocking { try (0..<24).map { _ in try StuckClient(port: demo.port) } }

        let result = try await Patience.blocking { try demo.process.wait(seconds: 60) }

        #expect(clients.count == 24)
        #expect(result.ending == .exited(2))
    }

    @Test(
        "an address that cannot be listened at is refused before anything is begun",
        arguments: [
            (["--listen", "nonsense"], "it has no port"), (["--listen", "127.0.0.1:70000"], "is not a port"),
            (["--listen", "::1:80"], "in brackets"),
            (["--listen", "203.0.113.1:9911"], "cannot listen at 203.0.113.1:9911"),
            (["--linger", "1m"], "needs --listen"), (["--listen", "0", "--linger", "soon"], "is not a duration"),
        ]
    )
    func refusals(arguments: [String], words: String) async throws {
        let folder = try TestFolder()

        let result = try await Patience.blocking {
            try Haldane.run(["demo", "--speed", "0", "--directory", folder.file("demo")] + arguments, in: folder)
        }

        #expect(result.ending == .exited(64))
        #expect(result.talk.contains(words), "\(result.talk)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("demo")))
    }

    @Test("a port that is taken is refused, and an address beyond this machine is warned of")
    func takenAndOpen() async throws {
        let demo = try await Demo.start()
        let folder = try TestFolder()
        let (taken, open) = try await Patience.blocking {
            let own = ["demo", "--scenario", "errors", "--speed", "0", "--set", "pace.history=150s"]
            let taken = try Haldane.run(
                own + ["--listen", "\(demo.port)", "--directory", folder.file("taken")],
                in: folder,
                as: "taken"
            )
            let open = try Haldane.run(
                own + ["--listen", "0.0.0.0:0", "--directory", folder.file("open")],
                in: folder,
                as: "open"
            )
            return (taken, open)
        }
        _ = try await demo.stop()

        #expect(taken.ending == .exited(64))
        #expect(taken.talk.contains("cannot listen at 127.0.0.1:\(demo.port)") && taken.talk.contains("hint: "))
        #expect(!FileManager.default.fileExists(atPath: folder.file("taken")))
        #expect(open.ending == .exited(2))
        #expect(open.talk.contains("warning: everybody who reaches 0.0.0.0:"))
        #expect(!demo.process.talk.contains("warning: everybody"))
    }
}

/// Asks for events and never reads them.
private final class StuckClient: Sendable {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw ChildProcess.Failure(description: "nobody listens on \(port)")
        }
        let request = Array("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        _ = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
    }

    deinit { close(descriptor) }
}
